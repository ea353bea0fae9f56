"""Requests over TLS: certificates are checked, and time limits are kept."""

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

from library_validator.adapters.downloads.http import Urllib3Client
from library_validator.errors import NotFetched
from tests.builders.web_server import PageRequest, WebServer, page_with_status, slow_page, web_server


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
def trust_certificate(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))


def test_a_self_signed_certificate_is_not_trusted(web: WebServer) -> None:
    url = web.serve("/", page_with_status(200, b"hello"))
    with (
        pytest.raises(NotFetched, match="a certificate that is not trusted") as raised,
        Urllib3Client().get(url, {}, 5),
    ):
        pass
    assert (raised.value.outcome, raised.value.transient) == ("unreachable", False)
    assert web.requests == []


@pytest.mark.usefixtures("trust_certificate")
def test_a_body_is_read_as_it_was_sent_and_header_names_are_in_lower_case(web: WebServer) -> None:
    url = web.serve("/a%20b?c=d", page_with_status(200, b"hello", **{"X-Said": "Yes"}))
    with Urllib3Client().get(url, {"If-None-Match": '"1"'}, 5) as answer:
        assert (answer.status, answer.headers["x-said"], b"".join(answer.body)) == (200, "Yes", b"hello")
    ((path, headers),) = web.requests
    assert (path, headers["If-None-Match"]) == ("/a%20b?c=d", '"1"')


@pytest.mark.usefixtures("trust_certificate")
def test_a_trusted_certificate_for_another_host_is_refused(web: WebServer) -> None:
    url = web.serve("/", page_with_status(200)).replace("127.0.0.1", "localhost")
    with pytest.raises(NotFetched, match="certificate that is not trusted"), Urllib3Client().get(url, {}, 5):
        pass


@pytest.mark.usefixtures("trust_certificate")
@pytest.mark.parametrize("headers", [False, True], ids=["body", "headers"])
def test_a_very_slow_response_ends_at_the_time_limit(web: WebServer, headers: bool) -> None:
    url = web.serve("/", slow_page(web.over, headers=headers))
    began = time.monotonic()
    with pytest.raises(NotFetched) as raised, Urllib3Client().get(url, {}, 0.5) as answer:
        list(answer.body)
    assert raised.value.outcome == "timed_out"
    assert time.monotonic() - began < 3


@pytest.mark.usefixtures("trust_certificate")
def test_a_request_to_a_silent_server_ends_at_the_time_limit(web: WebServer) -> None:
    def send_nothing(_request: PageRequest) -> None:
        web.over.wait(10)

    url = web.serve("/", send_nothing)
    with pytest.raises(NotFetched) as raised, Urllib3Client().get(url, {}, 0.3):
        pass
    assert raised.value.outcome == "timed_out"
