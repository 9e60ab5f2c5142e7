"""An authority that stamps times, made with openssl."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

TSA = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Time
[stamping]
basicConstraints = CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = here
[here]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
certs = ca.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def needs(tool):
    if not shutil.which(tool):
        pytest.skip(f"{tool} is not installed")


@contextmanager
def running(tsa: Path) -> Iterator[tuple[str, Path, list[bytes]]]:
    """A time stamp server on 127.0.0.1 with its authority's certificate: (address, folder of its files, what it is to answer)."""
    needs("openssl")
    (tsa / "tsa.cnf").write_text(TSA)
    (tsa / "serial").write_text("01\n")

    def openssl(*arguments, **options):
        done = subprocess.run(["openssl", *arguments], cwd=tsa, check=True, capture_output=True, **options)
        return done.stdout

    for name in ("ca", "other"):
        openssl(
            *f"req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {name}.key -out {name}.pem -subj /CN={name}".split()
        )
    openssl(*["req", "-newkey", "rsa:2048", "-nodes", "-keyout", "tsa.key", "-out", "tsa.csr", "-config", "tsa.cnf"])
    signed = "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -extfile tsa.cnf"
    openssl(*signed.split(), "-extensions", "stamping")
    answers = []

    class Server(BaseHTTPRequestHandler):
        def do_POST(self):
            query = self.rfile.read(int(self.headers["Content-Length"]))
            (tsa / "q.tsq").write_bytes(query)
            openssl(*["ts", "-reply", "-queryfile", "q.tsq", "-config", "tsa.cnf", "-section", "here", "-out", "r.tsr"])
            answer = answers.pop() if answers else (tsa / "r.tsr").read_bytes()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *arguments):
            """Says nothing."""

    with HTTPServer(("127.0.0.1", 0), Server) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", tsa, answers
        server.shutdown()
        thread.join()
