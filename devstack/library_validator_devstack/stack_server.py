"""Runs the local stack's server: MiniStack on 127.0.0.1, in a process apart from the handlers.

The Python of the stack's own environment runs this file as a script. It imports nothing of this project.
Arguments: the state folder, and the Python that runs the handlers. All other settings are environment
variables, which ``local_stack`` sets. The script ends on a signal, or when its port is taken.
"""

# ruff: noqa: SLF001 (MiniStack has no setting for these things; its version is pinned, tests/e2e runs it)

from __future__ import annotations

import datetime
import fcntl
import importlib
import ipaddress
import json
import sys
import threading
import time
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

ALREADY_RUNNING = 3  # exit code
COUNTING_SECONDS = 1.0


def write_certificate(certificate_file: Path, key_file: Path) -> None:
    """Write a self-signed certificate for 127.0.0.1 and localhost, and its key, readable by the owner only.

    MiniStack would make it with the ``openssl`` command, which some machines do not have.
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
    """Convert MiniStack's concurrency limit, which arrives as text, to a number.

    MiniStack compares the text with a number, fails, and then stops polling every queue.
    """
    limit = lambda_service._sqs_esm_concurrency

    def limit_as_number(mapping: dict[str, Any], *others: Any) -> int:
        scaling = mapping.get("ScalingConfig") or {}
        if "MaximumConcurrency" in scaling:
            scaling["MaximumConcurrency"] = int(scaling["MaximumConcurrency"])
        return int(limit(mapping, *others))

    lambda_service._sqs_esm_concurrency = limit_as_number


def count_content(dynamodb: Any, sqs: Any) -> dict[str, int]:
    """The numbers of things in MiniStack's memory that would be lost with this process.

    Raises ``RuntimeError`` if a request changes a table in the same moment.
    """
    counts = {"releases": 0, "decisions": 0, "overrides": 0, "messages": 0}
    for (*_, name), table in list(dynamodb._tables._data.items()):
        items = table["items"]
        if "RegistryTable" in name:
            counts["releases"] += len(items.get("RUN", ()))
        elif "CaseworkTable" in name:
            for rows in list(items.values()):
                keys = list(rows)
                counts["decisions"] += sum(key.startswith("DECISION#") for key in keys)
                counts["overrides"] += sum(key.startswith("OVERRIDE#") for key in keys)
    for queue in list(sqs._queues._data.values()):
        counts["messages"] += len(queue["messages"])
    return counts


def write_content(file: Path, dynamodb: Any, sqs: Any) -> None:
    """Write the counts again and again, so that they survive a crash of this process."""
    staging = file.with_suffix(".new")
    while True:
        try:
            counts = count_content(dynamodb, sqs)
        except RuntimeError:
            counts = {}
        if counts:
            staging.write_text(json.dumps({"at": time.time(), **counts}))
            staging.replace(file)
        time.sleep(COUNTING_SECONDS)


def main() -> int:
    state, handler_python = Path(sys.argv[1]), sys.argv[2]
    # This lock is held until the process ends. It proves that a process id is still that of this server.
    lock = (state / "server.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return ALREADY_RUNNING
    write_certificate(state / "server.crt", state / "server.key")

    # Not imported at the top: the import reads MiniStack's settings and takes a second.
    app: Any = importlib.import_module("ministack.app")
    read_concurrency_as_number(importlib.import_module("ministack.services.lambda_svc"))
    # With TLS, MiniStack would also listen on port 443 where the machine allows it.
    app._port_is_bindable = lambda _host, _port: False
    # MiniStack starts the handlers' workers with sys.executable. This Python has an empty environment: as on
    # AWS, all packages come from the layer.
    sys.executable = handler_python
    services = [importlib.import_module(f"ministack.services.{name}") for name in ("dynamodb", "sqs")]
    counting = (state / "content.json", *services)
    threading.Thread(target=write_content, args=counting, daemon=True).start()
    sys.argv = ["ministack"]
    app.main()
    return 0


if __name__ == "__main__":
    sys.exit(main())
