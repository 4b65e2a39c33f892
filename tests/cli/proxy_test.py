"""A proxy for https: an unmodified program is recorded, then runs without its server."""

import http.server
import os
import ssl
import subprocess
import threading

from support import Case, main

PROGRAM = """
import json, os, ssl, urllib.request
print(json.load(urllib.request.urlopen("https://localhost:%d/charges?limit=2", timeout=20)))
"""


class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'{"path": "%s", "host": "%s"}' % (self.path.encode(), self.headers["Host"].partition(":")[0].encode())
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Proxy(Case):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CONFIG_HOME"] = self.path("config")
        self.addCleanup(os.environ.pop, "XDG_CONFIG_HOME")

    def api(self):
        """An https server whose certificate is of an authority that programs do not know."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", self.path("api.key"),
                        "-out", self.path("api.pem")], check=True, stderr=subprocess.DEVNULL)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path("api.pem"), self.path("api.key"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server.server_port

    def test_a_program_with_a_fixed_url_is_recorded_and_then_served(self):
        self.expect(0, "ca")
        port = self.api()
        program = ["python3", "-c", PROGRAM % port]
        upstream = f"https://localhost:{port}/?cacert={self.path('api.pem')}"
        out, _ = self.expect(0, "record", self.path("mock"), "--map", f"api=0={upstream}", "--proxy", "0", "--", *program)
        self.assertEqual(out, "{'path': '/charges?limit=2', 'host': 'localhost'}\n")
        again, _ = self.expect(0, "run", self.path("mock"), "--proxy", "0", "--", *program)
        self.assertEqual(again, out)

    def test_other_hosts_are_refused_and_told(self):
        self.expect(0, "ca")
        port = self.api()
        upstream = f"https://localhost:{port}/?cacert={self.path('api.pem')}"
        self.expect(1, "record", self.path("mock"), "--map", f"api=0={upstream}", "--proxy", "0", "--", "python3", "-c",
                    PROGRAM.replace("localhost", "other.test") % 443, says=["502", "other.test:443"])

    def test_it_needs_an_authority_and_a_service(self):
        self.expect(65, "record", self.path("mock"), "--map", "api=0=https://localhost:1", "--proxy", "0", says="understudy ca")
        self.expect(65, "record", self.path("other"), "--map", "cart=0=redis://localhost:1", "--proxy", "0", "--snapshot", "none",
                    says="no http service")
        self.expect(65, "serve", self.mock_set("third"), "--proxy", "0", says="no http service")
        self.expect(64, "serve", self.mock_set("third"), "--proxy", "nowhere", says="--proxy nowhere")


if __name__ == "__main__":
    main()
