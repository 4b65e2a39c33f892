"""HTTP/2: what a mock answers to it, what a recorder makes of it, and what a client may do to either without harm."""

import json
import os
import socket
import struct
import subprocess
import time

from support import Case, LIMIT, main

CONFIG = """understudy: 1
services:
  web: {protocol: http, listen: '127.0.0.1:0'}
"""
HEAD = """understudy: 1
session: {service: web, protocol: http, recording: r1, connection: 1}
"""
BIG = "x" * 3_000_000
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def session(*exchanges):
    text = HEAD
    for number, (request, answer) in enumerate(exchanges):
        text += "---\n" + json.dumps({"request": request, "answer": answer, "at": [2 * number + 1, 2 * number + 2]}) + "\n"
    return text + "...\n"


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


class Http2(Case):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CONFIG_HOME"] = self.path("config")
        self.addCleanup(os.environ.pop, "XDG_CONFIG_HOME")
        self.expect(0, "ca")
        self.authority = next(os.path.join(folder, name) for folder, _, names in os.walk(self.path("config"))
                              for name in names if name.endswith(".pem") or name.endswith(".crt"))

    def mock(self, name="mock"):
        get = {"method": "GET", "path": "/a", "headers": {"accept": "*/*"}}
        self.write(f"{name}/understudy.yaml", CONFIG)
        self.write(f"{name}/sessions/r1.web.001.yaml", session(
            (get, {"status": 200, "headers": {"Content-Type": "application/json", "X-Token": "t1"}, "body": {"a": 1}}),
            ({"method": "GET", "path": "/big", "headers": {"accept": "*/*"}}, {"status": 200, "body": BIG}),
            ({"method": "GET", "path": "/none", "headers": {"accept": "*/*"}}, {"status": 204}),
            ({"method": "POST", "path": "/orders", "headers": {"accept": "*/*", "content-type": "application/json"},
              "body": {"sku": "MUG"}}, {"status": 201, "headers": {"Location": "/orders/7"}, "body": {"id": 7}})))
        return self.path(name)

    def serve(self, mock):
        server = self.start("serve", mock)
        return server, server.address()[2]

    def curl(self, *words):
        done = subprocess.run(["curl", "-sS", "--max-time", str(LIMIT), "--cacert", self.authority, *words],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, (words, done.stderr))
        return done.stdout

    SAYS = ["-w", " %{http_version} %{http_code}"]
    POST = ["-H", "Content-Type: application/json", "-d", '{"sku":"MUG"}']

    def flow(self, *words, base):
        """What the service says to all four requests, each as (body, version, status)."""
        said = []
        for path, more in (("/a", []), ("/big", []), ("/none", []), ("/orders", self.POST)):
            body, version, status = self.curl(*words, *self.SAYS, *more, base + path).rsplit(" ", 2)
            said.append((len(body) if len(body) > 1000 else body, version, status))
        return said

    def of_version(self, version):
        return [('{"a":1}', version, "200"), (len(BIG), version, "200"), ("", version, "204"), ('{"id":7}', version, "201")]

    def test_a_mock_speaks_it_where_it_is_asked_for(self):
        server, port = self.serve(self.mock())
        self.assertEqual(self.flow("--http2", base=f"https://localhost:{port}"), self.of_version("2"))
        self.assertEqual(self.flow("--http2-prior-knowledge", base=f"http://localhost:{port}"), self.of_version("2"))
        self.assertEqual(self.flow("--http1.1", base=f"https://localhost:{port}"), self.of_version("1.1"))
        head = self.curl("--http2", "-I", f"https://localhost:{port}/a")
        self.assertTrue(head.startswith("HTTP/2 200"), head)
        self.assertIn("x-token: t1", head)
        missed = self.curl("--http2", *self.SAYS, f"https://localhost:{port}/never")
        self.assertTrue(missed.endswith(" 2 501"), missed)
        self.assertIn("no recorded request", missed)
        many = self.curl("--http2", "--parallel", "--parallel-max", "50", *self.SAYS,
                         *[f"https://localhost:{port}/{'a' if n % 2 else 'orders?n=1'}" for n in range(200)])
        self.assertEqual(many.count('{"a":1}'), 100)
        self.assertEqual(many.count(" 2 501"), 100)
        self.assertIsNone(server.process.poll())

    def upstream(self, port):
        return f"https://localhost:{port}/?cacert={self.authority}"

    def recorded(self, name, port, version, url_scheme="https"):
        """Records the flow from the mock at `port`."""
        recorder = self.start("record", self.path(name), "--map", f"web=0={self.upstream(port)}", "--snapshot", "none")
        at = recorder.address()[2]
        said = self.flow(version, base=f"{url_scheme}://localhost:{at}")
        recorder.signal(15)
        self.assertEqual(recorder.end(), 0, recorder.errors)
        self.assertIn("4 exchanges", recorder.errors)
        return said

    def test_what_is_recorded_by_one_version_is_answered_by_the_other(self):
        _, port = self.serve(self.mock())
        self.assertEqual(self.recorded("by2", port, "--http2"), self.of_version("2"))
        self.assertEqual(self.recorded("by2plain", port, "--http2-prior-knowledge", "http"), self.of_version("2"))
        self.assertEqual(self.recorded("by1", port, "--http1.1"), self.of_version("1.1"))
        for name, version in (("by2", "1.1"), ("by2", "2"), ("by2plain", "1.1"), ("by1", "2")):
            server, at = self.serve(self.path(name))
            said = self.flow(f"--http{version}", base=f"https://localhost:{at}")
            self.assertEqual(said, self.of_version(version), server.errors)
            server.signal(15)
            server.end()
            self.assertIn("every answer was certain", server.errors)

    def test_a_recorder_in_front_of_an_older_server_offers_the_older_version(self):
        _, port = self.serve(self.mock())
        recorder = self.start("record", self.path("old"), "--map", f"web=0=http://localhost:{port}", "--snapshot", "none")
        at = recorder.address()[2]
        self.assertEqual(self.flow("--http2", base=f"https://localhost:{at}"), self.of_version("1.1"))

    # Harm

    def attack(self, port, octets, again=1):
        """Sends octets until the server ends the connection, or all are sent; whether it ended it."""
        with socket.create_connection(("127.0.0.1", port), LIMIT) as client:
            client.settimeout(LIMIT)
            try:
                client.sendall(PREFACE + frame(4, 0, 0))
                for _ in range(again):
                    client.sendall(octets)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except OSError:
                return True
            return False

    def test_floods_cost_a_bounded_amount_of_memory_and_end_the_connection(self):
        server, port = self.serve(self.mock())
        name = b"\x40\x01a\x7f\x81\x1e" + b"v" * 4000  # a literal, put into the table
        bomb = name + b"\xbe" * 16000  # and named by its index
        requests = b"".join(frame(1, 5, 2 * n + 1, b"\x82\x84\x86\x41\x01h") + frame(3, 0, 2 * n + 1, struct.pack(">I", 8))
                            for n in range(20_000))
        floods = {"continuation": frame(1, 0, 1, b"\x82") + frame(9, 0, 1, b"\x00\x01a\x01b" * 1000) * 1000,
                  "hpack bomb": frame(1, 4, 1, bomb), "rapid reset": requests, "ping": frame(6, 0, 0, b"\0" * 8) * 100_000,
                  "settings": frame(4, 0, 0, struct.pack(">HI", 1, 4096)) * 50_000, "noise": os.urandom(100_000),
                  "empty data": frame(1, 4, 1, b"\x82\x84\x86\x41\x01h") + frame(0, 0, 1) * 100_000}
        for name, octets in floods.items():
            began = time.monotonic()
            self.attack(port, octets)
            self.assertLess(time.monotonic() - began, LIMIT, name)
            self.assertEqual(self.curl("--http2-prior-knowledge", f"http://localhost:{port}/a"), '{"a":1}', name)
        with open(f"/proc/{server.process.pid}/status", encoding="utf-8") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        self.assertLess(peak, 600_000)


if __name__ == "__main__":
    main()
