"""Sites that cannot be reached: no such host, no server, a certificate that is not valid."""

import ssl
import threading
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.harvesting import harvest, messages


def test_a_host_without_a_name_or_a_server(tmp_path):
    for site, says in (("http://nowhere.invalid", "nowhere.invalid"), ("http://127.0.0.1:9", "refused")):
        told = harvest(tmp_path / site[7:12], site=site, code=4, RETRY_TIMES=0, MIGRATION_CONTACT="you@example.org")
        assert says in messages(told)


class _Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def expired_certificate(path):
    """A self-signed certificate of localhost that ended yesterday, with its key, in one PEM file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(timezone.utc)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(now - timedelta(days=9)).not_valid_after(now - timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + certificate.public_bytes(Encoding.PEM))
    return path


def test_an_expired_certificate(tmp_path):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(expired_certificate(tmp_path / "expired.pem"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hello)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        site = f"https://localhost:{server.server_port}"
        told = harvest(tmp_path / "data", site=site, code=4, RETRY_TIMES=0)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert "certificate" in messages(told)
