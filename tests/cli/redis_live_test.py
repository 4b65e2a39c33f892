"""What Redis does by itself and between connections, on a mock that recorded nothing: keys end, commands wait until another
connection brings something or their time is up, messages are delivered."""

import signal
import socket
import threading
import time

from support import Case, main


class Client:
    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.file = self.socket.makefile("rb")

    def send(self, *words):
        octets = b"*%d\r\n" % len(words)
        for word in words:
            word = str(word).encode()
            octets += b"$%d\r\n%s\r\n" % (len(word), word)
        self.socket.sendall(octets)

    def read(self):
        line = self.file.readline()[:-2].decode()
        kind, rest = line[:1], line[1:]
        if kind == "$":
            return None if rest == "-1" else self.file.read(int(rest) + 2)[:-2].decode()
        if kind in "*>~":
            return None if rest == "-1" else [self.read() for _ in range(int(rest))]
        return int(rest) if kind == ":" else line

    def ask(self, *words):
        self.send(*words)
        return self.read()

    def close(self):
        self.file.close()
        self.socket.close()


EXPIRING = """understudy: 1
session:
  service: cart
  protocol: redis
  recording: r1
  connection: 1
  started: '2026-01-01T00:00:00Z'
  facts: {resp: 2}
---
request: {command: [SET, otp, '123456', PX, '300']}
answer: {status: OK}
at: [1, 2]
---
request: {command: [GET, otp]}
answer: '123456'
at: [3, 4]
---
request: {command: [PTTL, otp]}
answer: 299
at: [5, 6]
"""


SCORES = """understudy: 1
session:
  service: cart
  protocol: redis
  recording: r1
  connection: 1
  started: '2026-01-01T00:00:00Z'
  facts: {resp: 2}
---
request: {command: [ZADD, due, '1767225600', job-a]}
answer: 1
at: [1, 2]
---
request: {command: [ZSCORE, due, job-a]}
answer: '1767225600'
at: [3, 4]
---
request: {command: [EVAL, 'return 1', '1', late, '1767225601000', b]}
answer: 1
at: [5, 6]
"""


class Live(Case):
    def serve(self, session=None):
        folder = self.mock_set(session=session) if session else self.mock_set()
        self.server = self.start("serve", folder)
        self.port = self.server.address()[2]

    def connect(self):
        client = Client(self.port)
        self.addCleanup(client.close)
        return client

    def in_the_background(self, client, *words):
        """The answer and how long it took."""
        result = []

        def wait():
            began = time.monotonic()
            result.append((client.ask(*words), time.monotonic() - began))
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.15)
        return lambda: (thread.join(10), result[0])[1]

    def test_a_recorded_key_is_gone_when_its_time_is_up(self):
        self.serve(EXPIRING)
        client = self.connect()
        self.assertEqual(client.ask("SET", "otp", "123456", "PX", "300"), "+OK")
        self.assertEqual(client.ask("GET", "otp"), "123456")
        self.assertIn(client.ask("PTTL", "otp"), range(200, 301))
        time.sleep(0.35)
        self.assertEqual(client.ask("GET", "otp"), None)
        self.assertEqual(client.ask("PTTL", "otp"), -2)
        self.assertEqual(client.ask("EXISTS", "otp"), 0)
        self.assertEqual(client.ask("SETNX", "otp", "9"), 1)
        self.server.signal(signal.SIGINT)
        self.assertEqual(self.server.end(), 0)

    def test_scores_that_are_times_are_those_of_this_run(self):
        self.serve(SCORES)
        client, now = self.connect(), int(time.time())
        self.assertEqual(client.ask("ZADD", "due", now, "job-a"), 1)
        self.assertEqual(client.ask("ZSCORE", "due", "job-a"), str(now))
        self.assertEqual(client.ask("EVAL", "return 1", 1, "late", now * 1000 + 7, "b"), 1)

    def test_pops_wait_for_a_push_in_their_order_and_else_for_their_time(self):
        self.serve()
        first, second, other = self.connect(), self.connect(), self.connect()
        other.ask("FLUSHALL")
        one = self.in_the_background(first, "BLPOP", "none", "jobs", "5")
        two = self.in_the_background(second, "BRPOPLPUSH", "jobs", "done", "5")
        self.assertEqual(other.ask("RPUSH", "jobs", "a", "b"), 2)
        self.assertEqual(one()[0], ["jobs", "a"])
        self.assertEqual(two()[0], "b")
        self.assertEqual(other.ask("LRANGE", "done", "0", "-1"), ["b"])
        answer, took = self.in_the_background(first, "BZPOPMIN", "scores", "0.4")()
        self.assertIsNone(answer)
        self.assertGreaterEqual(took, 0.4)
        self.server.signal(signal.SIGINT)
        self.assertEqual(self.server.end(), 0)

    def test_pushes_of_a_transaction_come_when_it_is_over(self):
        self.serve()
        waiting, other = self.connect(), self.connect()
        other.ask("FLUSHALL")
        popped = self.in_the_background(waiting, "BLPOP", "q", "5")
        other.ask("MULTI")
        other.ask("RPUSH", "q", "a")
        other.ask("LPOP", "q")
        other.ask("RPUSH", "q", "b")
        self.assertEqual(other.ask("EXEC"), [1, "a", 1])
        self.assertEqual(popped()[0], ["q", "b"])

    def test_an_unknown_pop_waits_and_is_uncertain(self):
        self.serve()
        answer, took = self.in_the_background(self.connect(), "BLPOP", "unknown", "0.3")()
        self.assertIsNone(answer)
        self.assertGreaterEqual(took, 0.3)
        self.server.signal(signal.SIGINT)
        self.assertEqual(self.server.end(), 2)
        self.assertIn("it waited in vain", self.server.errors)

    def test_who_leaves_takes_nothing(self):
        self.serve()
        leaving, other = Client(self.port), self.connect()
        other.ask("FLUSHALL")
        leaving.send("BLPOP", "q", "0")
        time.sleep(0.1)
        leaving.close()
        time.sleep(0.1)
        self.assertEqual(other.ask("RPUSH", "q", "a"), 1)
        self.assertEqual(other.ask("LPOP", "q"), "a")

    def test_commands_behind_one_that_waits_wait_too(self):
        self.serve()
        client, other = self.connect(), self.connect()
        other.ask("FLUSHALL")
        client.send("BLPOP", "q", "5")
        client.send("PING")
        time.sleep(0.1)
        client.send("ECHO", "x")
        other.ask("RPUSH", "q", "a")
        self.assertEqual([client.read(), client.read(), client.read()], [["q", "a"], "+PONG", "x"])

    def test_messages_are_delivered_and_counted(self):
        self.serve()
        by_name, by_pattern, other = self.connect(), self.connect(), self.connect()
        self.assertEqual(by_name.ask("SUBSCRIBE", "news"), ["subscribe", "news", 1])
        self.assertEqual(by_pattern.ask("PSUBSCRIBE", "n?ws"), ["psubscribe", "n?ws", 1])
        self.assertEqual(other.ask("PUBLISH", "news", "hello"), 2)
        self.assertEqual(by_name.read(), ["message", "news", "hello"])
        self.assertEqual(by_pattern.read(), ["pmessage", "n?ws", "news", "hello"])
        self.assertEqual(other.ask("PUBLISH", "other", "hello"), 0)
        by_name.close()
        time.sleep(0.1)
        self.assertEqual(other.ask("PUBLISH", "news", "again"), 1)
        self.assertEqual(by_pattern.read(), ["pmessage", "n?ws", "news", "again"])
        self.server.signal(signal.SIGINT)
        self.assertEqual(self.server.end(), 0)

    def test_a_watched_key_that_ends_or_is_flushed_stops_the_transaction(self):
        self.serve()
        client, other = self.connect(), self.connect()
        client.ask("FLUSHALL")

        def watched(key, meanwhile):
            client.ask("WATCH", key)
            meanwhile()
            client.ask("MULTI")
            client.ask("PING")
            return client.ask("EXEC")
        client.ask("SET", "x", "v", "PX", "60")
        self.assertIsNone(watched("x", lambda: time.sleep(0.1)))
        self.assertIsNone(watched("x", lambda: other.ask("SET", "x", "v")))
        self.assertIsNone(watched("x", lambda: other.ask("FLUSHALL")))
        self.assertEqual(watched("x", lambda: other.ask("FLUSHALL")), ["+PONG"])  # nothing was there
        client.ask("SET", "y", "v")
        self.assertIsNone(watched("y", lambda: other.ask("SWAPDB", "0", "1")))
        self.server.signal(signal.SIGINT)
        self.assertEqual(self.server.end(), 0)

    def test_wait_takes_its_time(self):
        self.serve()
        answer, took = self.in_the_background(self.connect(), "WAIT", "1", "300")()
        self.assertEqual(answer, 0)
        self.assertGreaterEqual(took, 0.3)


main()
