"""record: the mock set that it makes, its end, its warnings."""

import os
import signal
import socket
import sys
import threading

from support import Case, CLIENT, FakeRedis, ask, main


def answer_gibberish(listener):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            connection.recv(100)
            connection.sendall(b"\xff\xfe gibberish \x00\r\n")


class Record(Case):
    def sessions(self, mock):
        folder = os.path.join(mock, "sessions")
        texts = {}
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name)) as stream:
                texts[name] = stream.read()
        return texts

    def test_what_is_recorded_serves(self):
        redis, mock = FakeRedis(self), self.path("mock")
        out, err = self.expect(0, "record", mock, "--map", f"cart=0=redis://127.0.0.1:{redis.port}",
                               "--", sys.executable, "-c", CLIENT, "GET color", "SET color red")
        self.assertEqual(out, "$3 red\n+OK\n")  # of its own it says nothing on the command's standard output
        self.assertIn("listening cart redis 127.0.0.1:", err)
        self.assertIn("recorded r1", err)
        self.assertIn("cart 2 exchanges", err)
        out, _ = self.expect(0, "run", mock, "--", sys.executable, "-c", CLIENT, "GET color",
                             "SET color red")
        self.assertEqual(out, "$3 red\n+OK\n")

    def test_it_ends_with_what_became_of_secrets(self):
        redis, mock = FakeRedis(self), self.path("mock")
        _, err = self.expect(0, "record", mock, "--map", f"cart=0=redis://127.0.0.1:{redis.port}", "--",
                             sys.executable, "-c", CLIENT, "SET key sk_live_0123456789abcdef",
                             "SET user $2b$12$abcdefghijklmnopqrstuvABCDEFGHIJKLMNOPQRSTUVWXYZ01234")
        self.assertIn("kept what looks like secrets, as who reads it needs it: 1 password hash, "
                      f"1 secret by its shape (`understudy inspect {mock} --secrets` shows where)", err)

    def test_names_default_to_the_protocol_and_are_numbered(self):
        redis, mock = FakeRedis(self), self.path("mock")
        url = f"redis://127.0.0.1:{redis.port}"
        out, _ = self.expect(0, "record", mock, "--map", f"0={url}", "--map", f"0={url}", "--", "env")
        self.assertIn("UNDERSTUDY_REDIS_PORT=", out)
        self.assertIn("UNDERSTUDY_REDIS2_PORT=", out)

    def test_the_url_has_user_and_database_of_the_upstream_and_no_password(self):
        redis, mock = FakeRedis(self), self.path("mock")
        url = f"redis://ada%40x:secret@127.0.0.1:{redis.port}/1?timeout=3"
        out, _ = self.expect(0, "record", mock, "--map", f"cart=0={url}", "--addresses", self.path("a"), "--", "env")
        values = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
        self.assertEqual(values["UNDERSTUDY_CART_URL"],
                         f"redis://ada%40x@127.0.0.1:{values['UNDERSTUDY_CART_PORT']}/1")
        with open(self.path("a")) as stream:
            self.assertNotIn("secret", stream.read())

    def test_a_second_recording_goes_beside_the_first(self):
        redis, mock = FakeRedis(self), self.path("mock")
        map_option = ["--map", f"cart=0=redis://127.0.0.1:{redis.port}"]
        for _ in range(2):
            self.expect(0, "record", mock, *map_option, "--", sys.executable, "-c", CLIENT, "GET a")
        self.assertEqual([name.split(".")[0] for name in self.sessions(mock)], ["r1", "r2"])

    def test_the_status_of_the_command_is_passed(self):
        redis = FakeRedis(self)
        self.expect(5, "record", self.path("mock"), "--map", f"0=redis://127.0.0.1:{redis.port}", "--",
                    "sh", "-c", "exit 5")

    def test_signals_end_it_cleanly_with_a_summary(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            redis, mock = FakeRedis(self), self.path(f"mock{int(number)}")
            recorder = self.start("record", mock, "--map", f"cart=0=redis://127.0.0.1:{redis.port}")
            port = recorder.address()[2]
            with socket.create_connection(("127.0.0.1", port), 10) as client:
                client.sendall(b"GET color\r\n")
                self.assertEqual(client.recv(100), b"$3\r\nred\r\n")
                recorder.signal(number)
                self.assertEqual(recorder.end(), 0)
            self.assertIn("cart 1 exchange", recorder.errors)
            self.expect(0, "compile", mock, "--check")

    def test_a_kill_loses_nothing_that_was_complete(self):
        redis, mock = FakeRedis(self), self.path("mock")
        recorder = self.start("record", mock, "--map", f"cart=0=redis://127.0.0.1:{redis.port}")
        port = recorder.address()[2]
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            for _ in range(3):
                client.sendall(b"GET color\r\n")
                self.assertEqual(client.recv(100), b"$3\r\nred\r\n")
            recorder.signal(signal.SIGKILL)
            recorder.end()
        out, _ = self.expect(0, "inspect", mock)
        self.assertIn("3 exchanges", out)

    def test_an_upstream_that_is_down_is_named_and_the_rest_goes_on(self):
        redis, mock = FakeRedis(self), self.path("mock")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = probe.getsockname()[1]
        recorder = self.start("record", mock, "--map", f"down=0=redis://127.0.0.1:{closed}", "--map",
                              f"up=0=redis://127.0.0.1:{redis.port}")
        down, up = recorder.address()[2], recorder.address()[2]
        with socket.create_connection(("127.0.0.1", down), 10) as client:
            self.assertEqual(client.recv(1), b"")
        recorder.wait_for(f"[down] the upstream 127.0.0.1:{closed} can't be reached")
        self.assertEqual(ask(up, "GET color"), ["$3\r\nred\r\n"])

    def test_what_is_not_understood_is_relayed_and_named(self):
        # An upstream that answers in no protocol at all.
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        recorder = self.start("record", self.path("mock"), "--map",
                              f"cart=0=redis://127.0.0.1:{listener.getsockname()[1]}")
        snapshot, _ = listener.accept()  # it is asked what it holds before anything is relayed
        with snapshot:
            self.assertIn(b"INFO", snapshot.recv(100))
            snapshot.sendall(b"\xff\xfe gibberish \x00\r\n")
            port = recorder.address()[2]
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"GET color\r\n")
            server, _ = listener.accept()
            with server:
                self.assertEqual(server.recv(100), b"GET color\r\n")
                server.sendall(b"\xff\xfe gibberish \x00\r\n")
                self.assertEqual(client.recv(100), b"\xff\xfe gibberish \x00\r\n")
                client.sendall(b"more")
                self.assertEqual(server.recv(100), b"more")
        recorder.wait_for("warning [cart]")
        recorder.signal(signal.SIGTERM)
        self.assertEqual(recorder.end(), 0)
        self.assertIn("1 connection lost from view", recorder.errors)

    def test_while_a_command_runs_nothing_is_said_and_afterwards_each_thing_once(self):
        # Three connections to what answers in no protocol at all: each is a warning, and all are the same one.
        listener, mock = socket.create_server(("127.0.0.1", 0)), self.path("mock")
        self.addCleanup(listener.close)
        threading.Thread(target=answer_gibberish, args=(listener,), daemon=True).start()
        client = ("import os, socket, sys\n"
                  "for number in range(3):\n"
                  "    with socket.create_connection(('127.0.0.1', int(os.environ['UNDERSTUDY_CART_PORT']))) as s:\n"
                  "        s.sendall(b'GET color\\r\\n')\n"
                  "        s.recv(100)\n"
                  "    print('.', end='', file=sys.stderr, flush=True)\n")
        out, err = self.expect(0, "record", mock, "--map", f"cart=0=redis://127.0.0.1:{listener.getsockname()[1]}",
                               "--", sys.executable, "-c", client)
        self.assertEqual(out, "")
        self.assertIn("...", err)
        self.assertEqual(err.count("warning [cart] connection"), 1, err)
        self.assertIn("3 times in all", err)

    def test_services_of_one_address_are_told_apart(self):
        redis = FakeRedis(self)
        web = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(web.close)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        recorder = self.start("record", self.path("mock"), "--map",
                              f"cart={port}=redis://127.0.0.1:{redis.port}", "--map",
                              f"web={port}=http://127.0.0.1:{web.getsockname()[1]}")
        recorder.address(), recorder.address()
        self.assertEqual(ask(port, "*2\r\n$3\r\nGET\r\n$5\r\ncolor"), ["$3\r\nred\r\n"])
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\n\r\n")
            server, _ = web.accept()
            with server:
                self.assertIn(b"GET /x", server.recv(1000))


if __name__ == "__main__":
    main()
