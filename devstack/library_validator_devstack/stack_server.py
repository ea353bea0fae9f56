"""Runs the local stack's server: MiniStack, kept to 127.0.0.1 and apart from the handlers.

Executed as a script by the Python of the stack's own environment; imports nothing of this project.
Arguments: the state folder, and the Python that runs the handlers. Everything else stands in the
environment that ``local_stack`` composes. Ends when it is told to, or when its port is taken.
"""

# ruff: noqa: SLF001 (what MiniStack offers no setting for; its version is pinned, tests/e2e tries it)

from __future__ import annotations

import datetime
import fcntl
import importlib
import ipaddress
import sys
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALREADY_RUNNING = 3  # exit code


def write_certificate(certificate_file: Path, key_file: Path) -> None:
    """A self-signed certificate for 127.0.0.1 and localhost, and its key, readable by the owner only.

    Made here because MiniStack would call the ``openssl`` command, which not every machine has.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "library-validator local stack")])
    now = datetime.datetime.now(datetime.UTC)
    addresses = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=365))
        .add_extension(x509.SubjectAlternativeName(addresses), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=False)
        .sign(key, hashes.SHA256())
    )
    key_file.touch(mode=0o600)
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))


def read_concurrency_as_number(lambda_service: Any) -> None:
    """Template parameters arrive as text; this one MiniStack compares with a number, and then stops
    polling every queue."""
    limit = lambda_service._sqs_esm_concurrency

    def limit_as_number(mapping: dict[str, Any], *others: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        if "MaximumConcurrency" in scaling:
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        return int(limit(mapping, *others))

    lambda_service._sqs_esm_concurrency = limit_as_number


def main() -> int:
    state, handler_python = Path(sys.argv[1]), sys.argv[2]
    # Held as long as this process lives, whatever ends it: the one proof that a process id is still ours.
    lock = (state / "server.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return ALREADY_RUNNING
    write_certificate(state / "server.crt", state / "server.key")

    # Not at the top: importing MiniStack reads its settings and takes a second.
    app: Any = importlib.import_module("ministack.app")
    read_concurrency_as_number(importlib.import_module("ministack.services.lambda_svc"))
    # With TLS on, MiniStack would also listen on port 443 wherever it may.
    app._port_is_bindable = lambda _host, _port: False
    # Handlers run in workers started with sys.executable: an empty environment, as on AWS, where only
    # the layer brings packages. MiniStack reads it at each start of a worker.
    sys.executable = handler_python
    sys.argv = ["ministack"]
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
