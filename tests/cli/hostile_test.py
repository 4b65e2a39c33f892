"""What clients, files and terminals may do to a running understudy without harm."""

import gzip
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support import Case, EXECUTABLE, FakeRedis, LIMIT, Running, ask, main

WEB = """understudy: 1
services:
  web: {protocol: http, listen: '127.0.0.1:0'}
"""
WEB_HEAD = """understudy: 1
session: {service: web, protocol: http, recording: r1, connection: 1}
"""


def web_session(*exchanges):
    text = WEB_HEAD
    for number, (request, answer) in enumerate(exchanges):
        text += "---\n" + json.dumps({"request": request, "answer": answer,
                                      "at": [2 * number + 1, 2 * number + 2]}) + "\n"
    return text + "...\n"


class FakeWeb:
    """Answers GET with its path, POST /login with 200 for one password; keeps what it was sent."""

    def __init__(self, case, password="s3cret"):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def say(self, status, body, **fields):
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name.replace("_", "-"), value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                if self.path == "/moved":
                    return self.say(302, b"", Location=f"http://{self.headers['Host']}/here")
                if self.path == "/slow":
                    time.sleep(1.5)
                self.say(200, self.path.encode())

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                right = password.encode() in body
                self.say(200 if right else 401, b"{}", Content_Type="application/json")

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)


def call(port, method, path, body=None, fields=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request(method, path, body, fields or {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    return answer.status, content, answer


class Hostile(Case):
    def web(self, *exchanges, rules=None):
        self.write("mock/understudy.yaml", WEB)
        if exchanges:
            self.write("mock/sessions/r1.web.001.yaml", web_session(*exchanges))
        if rules:
            self.write("mock/rules/rules.yaml", rules)
        return self.path("mock")

    def serve(self, mock, *options):
        server = self.start("serve", mock, *options)
        return server, server.address()[2]

    # Rules

    def test_a_rule_answers_those_that_it_names(self):
        rules = """rule: {service: web}
request: {method: GET, path: /t, headers: {X-Tenant: beta}, cookies: {plan: {one_of: [pro]}}}
answer: {status: 200, body: beta}
"""
        _, port = self.serve(self.web(rules=rules))
        self.assertEqual(call(port, "GET", "/t", None, {"X-Tenant": "beta", "Cookie": "plan=pro"})[0], 200)
        for fields in [{}, {"X-Tenant": "acme", "Cookie": "plan=pro"}, {"X-Tenant": "beta"},
                       {"X-Tenant": "beta", "Cookie": "plan=free"}]:
            self.assertEqual(call(port, "GET", "/t", None, fields)[0], 501, fields)

    def test_a_part_of_a_rule_that_is_not_compared_is_an_error(self):
        mock = self.web(rules="""rule: {service: web}
request: {method: GET, path: /t, headers: {X-Tenant: beta}}
answer: {status: 200}
---
rule: {service: web}
request: {method: GET, path: /t, tenant: beta}
answer: {status: 200}
""")
        _, err = self.expect(65, "compile", mock)
        self.assertIn("rules.yaml:6: error", err)
        self.assertIn("tenant", err)
        self.mock_set("cart")
        self.write("cart/rules/a.yaml", "rule: {service: cart}\nrequest: {command: [GET, a], user: bob}\n"
                                        "answer: x\n")
        self.expect(65, "compile", self.path("cart"), says="user")

    # Secrets

    def test_another_password_is_another_request(self):
        web, mock = FakeWeb(self), self.path("mock")
        login = ("import http.client, os, sys\n"
                 "c = http.client.HTTPConnection('127.0.0.1', int(os.environ['UNDERSTUDY_WEB_PORT']))\n"
                 "c.request('POST', '/login', '{\"password\":\"%s\"}' % sys.argv[1])\n"
                 "print(c.getresponse().status)\n")
        self.expect(0, "record", mock, "--map", f"web=0=http://127.0.0.1:{web.port}", "--",
                    sys.executable, "-c", login, "s3cret")
        for folder, _, files in os.walk(mock):
            for name in files:
                with open(os.path.join(folder, name)) as stream:
                    self.assertNotIn("s3cret", stream.read())
        self.assertEqual(os.stat(os.path.join(mock, "understudy.key")).st_mode & 0o077, 0)
        out, _ = self.expect(0, "run", mock, "--", sys.executable, "-c", login, "s3cret")
        self.assertEqual(out, "200\n")
        out, _ = self.expect(2, "run", mock, "--", sys.executable, "-c", login, "s3creT")
        self.assertEqual(out, "501\n")

    def test_a_mock_set_from_before_there_were_keys_still_answers(self):
        # FNV-1a of `s3cret`, folded to 32 bits.
        hash = 0xCBF29CE484222325
        for octet in b"s3cret":
            hash = ((hash ^ octet) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
        old = "redacted:%08x" % ((hash ^ (hash >> 32)) & 0xFFFFFFFF)
        mock = self.web(({"method": "POST", "path": "/login",
                          "headers": {"content-type": "application/json"}, "body": {"password": old}},
                         {"status": 200}))
        body = '{"password":"s3cret"}'
        _, port = self.serve(mock)
        self.assertEqual(call(port, "POST", "/login", body, {"Content-Type": "application/json"})[0], 200)
        self.write("mock/understudy.key", "ab" * 32 + "\n")
        _, port = self.serve(mock)
        self.assertEqual(call(port, "POST", "/login", body, {"Content-Type": "application/json"})[0], 200)

    # Bounds

    def test_a_large_request_that_nothing_answers_is_refused_at_once(self):
        answered = {"method": "POST", "path": "/a", "headers": {"content-type": "application/json"}}
        server, port = self.serve(self.web(*[({**answered, "body": {"n": n}}, {"status": 200})
                                             for n in range(100)]))
        for body in [b"\0" * (8 << 20), b'{"n":"' + b"x" * (2 << 20) + b'"}',
                     b"{" + b",".join(b'"k%d":%d' % (n, n) for n in range(30_000)) + b"}"]:
            began = time.monotonic()
            self.assertEqual(call(port, "POST", "/a", body, {"Content-Type": "application/json"})[0], 501)
            self.assertLess(time.monotonic() - began, LIMIT)
        with open(f"/proc/{server.process.pid}/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        self.assertLess(peak, 600_000)

    def test_a_body_that_becomes_a_very_large_one_is_not_undone(self):
        server, port = self.serve(self.web(({"method": "POST", "path": "/a"}, {"status": 200})))
        bomb = gzip.compress(b"\0" * (200 << 20), 9)
        self.assertEqual(call(port, "POST", "/a", bomb, {"Content-Encoding": "gzip"})[0], 501)
        with open(f"/proc/{server.process.pid}/status") as status:
            peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
        self.assertLess(peak, 600_000)

    def test_many_header_fields_cost_time_in_proportion(self):
        _, port = self.serve(self.web(({"method": "GET", "path": "/a"}, {"status": 200})))
        head = "GET /a HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{n}: {n}\r\n" for n in range(10_000)) + "\r\n"
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            began = time.monotonic()
            client.sendall(head.encode())
            self.assertIn(b" ", client.recv(100))
            self.assertLess(time.monotonic() - began, LIMIT)

    def test_a_head_that_never_ends_is_given_up_and_an_idle_connection_is_not(self):
        server, port = self.serve(self.web(({"method": "GET", "path": "/a"}, {"status": 200, "body": "a"})))
        begun = b"GET /a HTTP/1.1\r\nHost: x\r\n"
        silent, idle, stalled, asked_before, slow = (socket.create_connection(("127.0.0.1", port), 10) for _ in range(5))
        for connection in (silent, idle, stalled, asked_before, slow):
            self.addCleanup(connection.close)
        for connection in (idle, asked_before):
            self.assertIn(b"200 OK", self.asked(connection, begun))
        for connection in (stalled, asked_before):
            connection.sendall(begun)
        # One octet at a time, for as long as anybody takes it; each comes well before any time is up.
        ended = {}
        threads = [threading.Thread(target=self.drip, args=(slow, begun, ended)),
                   *(threading.Thread(target=self.await_end, args=(connection, ended)) for connection in (stalled, asked_before))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(2 * LIMIT)
        self.assertEqual(set(ended), {slow, stalled, asked_before}, server.errors)
        self.assertEqual(set(ended.values()), {b""}, server.errors)
        server.wait_for("a client began a message and did not go on")
        for connection in (silent, idle):
            self.assertIn(b"200 OK", self.asked(connection, begun))

    @staticmethod
    def asked(connection, begun):
        connection.sendall(begun + b"\r\n")
        return connection.recv(1000)

    @staticmethod
    def await_end(connection, ended):
        """What comes before the end, if that comes."""
        connection.settimeout(2 * LIMIT)
        ended[connection] = connection.recv(1000)

    @staticmethod
    def drip(connection, begun, ended):
        connection.settimeout(0.5)
        connection.sendall(begun + b"X-Long: ")
        for _ in range(4 * LIMIT):
            try:
                connection.sendall(b"x")
                ended[connection] = connection.recv(1000)
                return
            except TimeoutError:
                continue
            except OSError:  # it was closed while more was under way
                ended[connection] = b""
                return

    def test_a_log_that_nobody_reads_holds_up_nobody(self):
        read, write = os.pipe()
        self.addCleanup(os.close, read)
        process = subprocess.Popen([EXECUTABLE, "serve", self.mock_set()], stdout=subprocess.PIPE, stderr=write,
                                   text=True)
        os.close(write)
        self.addCleanup(process.kill)
        port = int(process.stdout.readline().rsplit(":", 1)[1])
        process.stdout.close()
        answers = ask(port, *[f"LPOP nobody{n}" for n in range(400)], "PING")
        self.assertEqual(len(answers), 401)
        process.terminate()
        self.assertEqual(process.wait(10), 0)

    def test_what_comes_from_the_wire_is_escaped_in_the_log(self):
        server, port = self.serve(self.mock_set())
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"*2\r\n$3\r\nGET\r\n$6\r\n\x1b[31mX\r\n")
            client.recv(1000)
        server.wait_for("\\x1b[31m")
        self.assertNotIn("\x1b", server.errors)

    # Files and descriptors

    def test_a_table_that_is_overwritten_is_served_as_it_was(self):
        table = self.path("a.table")
        self.expect(0, "compile", self.mock_set(), "-o", table)
        server, port = self.serve(table)
        self.assertEqual(ask(port, "GET color"), ["$3\r\nred\r\n"])
        with open(table, "r+b") as stream:
            octets = stream.read().replace(b"never silently wrong", b"quite silently wrong")
            stream.seek(0)
            stream.write(octets)
        self.assertIn("never silently wrong", ask(port, "GET motto")[0])
        os.truncate(table, 100)
        self.assertEqual(ask(port, "GET color"), ["$3\r\nred\r\n"])
        self.assertIsNone(server.process.poll())

    def test_a_command_inherits_no_descriptors(self):
        redis, mock = FakeRedis(self), self.path("mock")
        list_them = [sys.executable, "-c", "import os; print(sorted(os.listdir('/proc/self/fd')))"]
        out, _ = self.expect(0, "record", mock, "--map", f"cart=0=redis://127.0.0.1:{redis.port}", "--", *list_them)
        self.assertIn("['0', '1', '2', '3']", out)  # 3 is the listing's own
        out, _ = self.expect(0, "run", self.mock_set("other"), "--", *list_them)
        self.assertIn("['0', '1', '2', '3']", out)

    # Recording

    def test_two_recorders_never_share_a_recording(self):
        redis, mock = FakeRedis(self), self.path("mock")
        recorders = [self.start("record", mock, "--map", f"cart=0=redis://127.0.0.1:{redis.port}")]
        first = recorders[0].address()[2]
        recorders.append(self.start("record", mock))
        # The address of the mock set is taken by the first one's or free: both listen on port 0.
        second = recorders[1].address()[2]
        for port in (first, second):
            ask(port, "GET color")
        for recorder in recorders:
            recorder.signal(signal.SIGTERM)
            self.assertEqual(recorder.end(), 0)
        self.assertEqual(sorted(os.listdir(os.path.join(mock, "sessions"))),
                         ["r1.cart.001.yaml", "r2.cart.001.yaml"])

    def test_what_could_not_be_written_is_told_and_fails(self):
        redis, mock = FakeRedis(self), self.path("mock")
        self.write("mock/sessions", "a file where a folder belongs")
        self.write("mock/understudy.yaml", "understudy: 1\nservices:\n  cart: {protocol: redis, listen: "
                   f"'127.0.0.1:0', upstream: 'redis://127.0.0.1:{redis.port}'}}\n")
        status, _, err = self.understudy("record", mock, "--", "true")
        self.assertNotEqual(status, 0)
        self.assertIn("sessions", err)

    def test_a_signal_lets_the_answer_under_way_finish(self):
        web, mock = FakeWeb(self), self.path("mock")
        recorder = self.start("record", mock, "--map", f"web=0=http://127.0.0.1:{web.port}")
        port = recorder.address()[2]
        answers = []
        client = threading.Thread(target=lambda: answers.append(call(port, "GET", "/slow")[:2]))
        client.start()
        time.sleep(0.5)
        recorder.signal(signal.SIGTERM)
        self.assertEqual(recorder.end(), 0)
        client.join(10)
        self.assertEqual(answers, [(200, b"/slow")])
        self.expect(0, "inspect", mock)
        self.assertIn("web 1 exchange", recorder.errors)

    def test_urls_of_the_service_lead_to_the_mock(self):
        web, mock = FakeWeb(self), self.path("mock")
        recorder = self.start("record", mock, "--map", f"web=0=http://127.0.0.1:{web.port}")
        call(recorder.address()[2], "GET", "/moved")
        recorder.signal(signal.SIGTERM)
        self.assertEqual(recorder.end(), 0)
        _, port = self.serve(mock)
        self.assertEqual(call(port, "GET", "/moved")[2].getheader("Location"), f"http://127.0.0.1:{port}/here")

    def test_a_page_of_another_origin_controls_nothing(self):
        server, port = self.serve(self.web(({"method": "GET", "path": "/a"}, {"status": 200})))
        reset = ["POST", "/__understudy/reset", ""]
        self.assertEqual(call(port, *reset)[0], 200)
        self.assertEqual(call(port, *reset, {"Origin": f"http://127.0.0.1:{port}"})[0], 200)
        for fields in [{"Origin": "https://page.example"}, {"Host": "page.example"}, {"Origin": "null"},
                       {"Sec-Fetch-Site": "cross-site"}]:
            self.assertEqual(call(port, *reset, fields)[0], 403, fields)
        server.wait_for("Origin")


if __name__ == "__main__":
    main()
