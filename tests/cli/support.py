"""What the tests of the executable share: a small mock set, a fake Redis, processes with limits."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

EXECUTABLE = os.path.abspath(sys.argv.pop(1)) if len(sys.argv) > 1 else "understudy"
LIMIT = 30 * int(os.environ.get("UNDERSTUDY_PATIENCE", "1"))  # seconds for anything

CONFIG = """understudy: 1
services:
  cart: {protocol: redis, listen: '127.0.0.1:0'}
"""

SESSION_HEAD = """understudy: 1
session:
  service: cart
  protocol: redis
  recording: r1
  connection: 1
  started: '2026-01-01T00:00:00Z'
  facts: {resp: 2}
"""

SESSION = SESSION_HEAD + """---
request:
  command: [GET, color]
answer: red
at: [1, 2]
---
request:
  command: [SET, color, blue]
answer: {status: OK}
at: [3, 4]
---
request:
  command: [GET, color]
answer: blue
at: [5, 6]
---
request:
  command: [GET, 'motto']
answer: 'never silently wrong'
at: [7, 8]
"""

CLIENT = r"""
import os, socket, sys
with socket.create_connection(("127.0.0.1", int(os.environ["UNDERSTUDY_CART_PORT"])), 10) as s:
    for line in sys.argv[1:]:
        s.sendall(line.encode() + b"\r\n")
        print(s.recv(65536).decode().strip().replace("\r\n", " "), flush=True)
"""


class Case(unittest.TestCase):
    """A test in a folder of its own."""

    def setUp(self):
        if os.environ.get("UNDERSTUDY_TEST_TIMES"):
            began = time.monotonic()
            self.addCleanup(lambda: print(f"{time.monotonic() - began:.2f} s: {self.id().removeprefix('__main__.')}"))
        self.folder = tempfile.mkdtemp(prefix="understudy-test-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def write(self, name, text):
        file = self.path(name)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb") as stream:
            stream.write(text if isinstance(text, bytes) else text.encode())
        return file

    def mock_set(self, name="mock", config=CONFIG, session=SESSION):
        self.write(f"{name}/understudy.yaml", config)
        if session is not None:
            self.write(f"{name}/sessions/r1.cart.001.yaml", session)
        return self.path(name)

    def understudy(self, *arguments, **options):
        """Runs to the end; gives status, standard output and standard error."""
        done = subprocess.run([EXECUTABLE, *arguments], capture_output=True, text=True,
                              timeout=LIMIT, stdin=subprocess.DEVNULL, **options)
        return done.returncode, done.stdout, done.stderr

    def expect(self, status, *arguments, says=(), **options):
        """Runs to the end; checks the status and that standard error holds every text of `says`."""
        code, out, err = self.understudy(*arguments, **options)
        self.assertEqual(code, status, f"{arguments}\n{out}\n{err}")
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, err)
        return out, err

    def start(self, *arguments):
        running = Running(*arguments)
        self.addCleanup(running.kill)
        return running


class Running:
    """A serving or recording understudy."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen([EXECUTABLE, *arguments], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.errors = ""
        self.reader = threading.Thread(target=self._read_errors, daemon=True)
        self.reader.start()

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors += line

    def address(self):
        """(service, protocol, port) of the next `listening` line."""
        words = self.process.stdout.readline().split()
        assert words and words[0] == "listening", (words, self.errors)
        return words[1], words[2], int(words[3].rsplit(":", 1)[1])

    def wait_for(self, text):
        end = time.monotonic() + LIMIT
        while text not in self.errors:
            assert time.monotonic() < end, f"{text!r} is not in {self.errors!r}"
            time.sleep(0.02)

    def signal(self, number):
        self.process.send_signal(number)

    def end(self):
        status = self.process.wait(LIMIT)
        self.reader.join(LIMIT)
        return status

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.reader.join(LIMIT)
        self.process.stdout.close()
        self.process.stderr.close()


def ask(port, *lines):
    """Answers of one connection to inline commands, each as received."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        for line in lines:
            connection.sendall(line.encode() + b"\r\n")
            answers.append(connection.recv(65536).decode())
    return answers


def occupied_port(case):
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    case.addCleanup(listener.close)
    return listener.getsockname()[1]


class FakeRedis:
    """Answers every command with +OK, GET with a bulk string."""

    def __init__(self, case):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        case.addCleanup(self.listener.close)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    @staticmethod
    def _serve(connection):
        with connection:
            stream = connection.makefile("rb")
            for line in stream:
                if line.startswith(b"*"):
                    words = []
                    for _ in range(int(line[1:])):
                        size = int(stream.readline()[1:])
                        words.append(stream.read(size + 2)[:-2])
                else:
                    words = line.split()
                known = words and words[0].upper() == b"GET"
                connection.sendall(b"$3\r\nred\r\n" if known else b"+OK\r\n")


def main():
    unittest.main(verbosity=1)
