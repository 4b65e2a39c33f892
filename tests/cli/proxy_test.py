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


SEVERAL = """
import json, sys, urllib.request
for url in sys.argv[1:]:
    print(json.load(urllib.request.urlopen(url, timeout=20))["path"])
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
        self.servers = []
        os.environ["XDG_CONFIG_HOME"] = self.path("config")
        self.addCleanup(os.environ.pop, "XDG_CONFIG_HOME")

    def config(self):
        with open(self.path("mock", "understudy.yaml"), encoding="utf-8") as stream:
            return stream.read()

    def api(self, name="api", tls=True):
        """A server; with TLS its certificate is of an authority that programs do not know."""
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", self.path(f"{name}.key"),
                        "-out", self.path(f"{name}.pem")], check=True, stderr=subprocess.DEVNULL)
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.path(f"{name}.pem"), self.path(f"{name}.key"))
        if tls:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        self.servers.append(server)
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

    def test_hosts_are_learned_on_the_way_each_a_service_of_its_own(self):
        self.expect(0, "ca")
        one, other, plain = self.api(), self.api("other"), self.api("plain", tls=False)
        with open(self.path("api.pem"), encoding="utf-8") as first, open(self.path("other.pem"), encoding="utf-8") as second:
            os.environ["SSL_CERT_FILE"] = self.write("both.pem", first.read() + second.read())
        self.addCleanup(os.environ.pop, "SSL_CERT_FILE", None)
        program = ["python3", "-c", SEVERAL, f"https://localhost:{one}/a", f"http://localhost:{plain}/b?x=1",
                   f"https://localhost:{other}/c", f"http://localhost:{plain}/d"]
        out, _ = self.expect(0, "record", self.path("mock"), "--proxy", "0", "--", *program)
        self.assertEqual(out.split(), ["/a", "/b?x=1", "/c", "/d"])
        text = self.config()
        for scheme, port in (("https", one), ("https", other), ("http", plain)):
            self.assertRegex(text, rf"\n  localhost-{port}:[^\n]* upstream: {scheme}://localhost:{port}\}}")
        for server in self.servers:
            server.shutdown()
            server.server_close()
        again, err = self.expect(0, "run", self.path("mock"), "--proxy", "0", "--strict", "--", *program)
        self.assertEqual(again, out)
        self.assertIn("every answer was certain", err)

    def test_what_a_person_wrote_stays_and_known_services_are_used(self):
        self.expect(0, "ca")
        plain = self.api("plain", tls=False)
        self.write("mock/understudy.yaml", "# mine\nunderstudy: 1\nservices: # all of them\n    # the cart\n"
                   "    cart: {protocol: redis, listen: '127.0.0.1:0', upstream: 'redis://127.0.0.1:1'}\nscopes: one\n")
        program = ["python3", "-c", SEVERAL, f"http://localhost:{plain}/a"]
        for _ in range(2):
            self.expect(0, "record", self.path("mock"), "--proxy", "0", "--snapshot", "none", "--", *program)
        text = self.config()
        self.assertTrue(text.startswith("# mine\n"), text)
        self.assertIn("    # the cart\n    cart:", text)
        self.assertTrue(text.endswith("scopes: one\n"), text)
        self.assertEqual(text.count(f"localhost-{plain}"), 1)
        self.expect(0, "run", self.path("mock"), "--proxy", "0", "--strict", "--", *program)

    def test_excepted_hosts_are_not_asked_for_and_own_addresses_are_known(self):
        self.expect(0, "ca")
        plain = self.api("plain", tls=False)
        os.environ["NO_PROXY"] = f"localhost:{plain}"
        self.addCleanup(os.environ.pop, "NO_PROXY", None)
        own = "import os, urllib.request; print(urllib.request.urlopen(os.environ['UNDERSTUDY_API_URL'] + '/own').read())"
        program = ["python3", "-c", SEVERAL + "\n" + own, f"http://localhost:{plain}/a"]
        out, err = self.expect(0, "record", self.path("mock"), "--map", f"api=0=http://127.0.0.1:{plain}", "--proxy", "0", "--",
                               *program)
        self.assertIn("/own", out)
        self.assertIn("1 exchange", err)
        self.assertNotIn(f"localhost-{plain}", self.config())

    def test_hosts_for_which_nobody_stands_are_refused_and_told(self):
        self.expect(0, "ca")
        port = self.api()
        upstream = f"https://localhost:{port}/?cacert={self.path('api.pem')}"
        self.expect(0, "record", self.path("mock"), "--map", f"api=0={upstream}", "--proxy", "0", "--", "python3", "-c",
                    PROGRAM % port)
        self.expect(1, "run", self.path("mock"), "--proxy", "0", "--", "python3", "-c",
                    PROGRAM.replace("localhost", "other.test") % 443, says=["502", "other.test:443"])
        self.expect(1, "record", self.path("mock"), "--proxy", "0", "--", "python3", "-c",
                    PROGRAM.replace("localhost", "other.test") % 443, says="other.test:443 can't be reached")
        self.assertNotIn("other", self.config())

    def test_it_needs_an_authority_and_a_service(self):
        self.expect(65, "record", self.path("mock"), "--map", "api=0=https://localhost:1", "--proxy", "0", says="understudy ca")
        self.expect(65, "serve", self.mock_set("third"), "--proxy", "0", says="no http service")
        self.expect(64, "serve", self.mock_set("third"), "--proxy", "nowhere", says="--proxy nowhere")


if __name__ == "__main__":
    main()
