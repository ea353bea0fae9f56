"""HTTP over TLS: certificates are checked, and a request ends with its time there too."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from library_validator.adapters.downloads.http import HttpWeb
from library_validator.errors import NotFetched
from tests.builders.web_server import Request, WebServer, dripping, status, web_server


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Key and self-signed certificate of 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def web(certificate: Path) -> Iterator[WebServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with web_server(context) as server:
        yield server


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def test_a_server_that_nobody_vouches_for_is_not_believed(web: WebServer) -> None:
    url = web.serve("/", status(200, b"hello"))
    with (
        pytest.raises(NotFetched, match="no certificate that can be trusted") as raised,
        HttpWeb().get(url, {}, 5),
    ):
        pass
    assert (raised.value.outcome, raised.value.transient) == ("unreachable", False)
    assert web.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_body_is_read_as_it_was_sent_and_header_names_are_in_lower_case(web: WebServer) -> None:
    url = web.serve("/a%20b?c=d", status(200, b"hello", **{"X-Said": "Yes"}))
    with HttpWeb().get(url, {"If-None-Match": '"1"'}, 5) as answer:
        assert (answer.status, answer.headers["x-said"], b"".join(answer.body)) == (200, "Yes", b"hello")
    ((path, headers),) = web.requests
    assert (path, headers["If-None-Match"]) == ("/a%20b?c=d", '"1"')


@pytest.mark.usefixtures("trusted")
def test_the_system_s_trust_does_not_help_another_name(web: WebServer) -> None:
    url = web.serve("/", status(200)).replace("127.0.0.1", "localhost")
    with pytest.raises(NotFetched, match="no certificate"), HttpWeb().get(url, {}, 5):
        pass


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("headers", [False, True], ids=["body", "headers"])
def test_a_slow_drip_ends_with_its_time(web: WebServer, headers: bool) -> None:
    url = web.serve("/", dripping(web.over, headers=headers))
    began = time.monotonic()
    with pytest.raises(NotFetched) as raised, HttpWeb().get(url, {}, 0.5) as answer:
        list(answer.body)
    assert raised.value.outcome == "timed_out"
    assert time.monotonic() - began < 3


@pytest.mark.usefixtures("trusted")
def test_a_server_that_says_nothing_is_left_after_the_time(web: WebServer) -> None:
    def silent(_request: Request) -> None:
        web.over.wait(10)

    url = web.serve("/", silent)
    with pytest.raises(NotFetched) as raised, HttpWeb().get(url, {}, 0.3):
        pass
    assert raised.value.outcome == "timed_out"
