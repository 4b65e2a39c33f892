#!/usr/bin/env python3
"""Batches of MariaDB's Connector/C, recorded against a real MariaDB: the mock answers them, and the same rows sent
without the command for batches, with certainty.

    bulk_test.py UNDERSTUDY BULK_CLIENT
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "conformance"))

LIMIT = 60  # seconds for anything
SETUP = "CREATE TABLE goods (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20) NOT NULL, price INT DEFAULT 5);"


class Bulk(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import servers

        cls.server = servers.Mariadb().start()
        cls.addClassCleanup(cls.server.stop)
        cls.setup = pathlib.Path(cls.server.folder) / "setup.sql"
        cls.setup.write_text(SETUP)

    def setUp(self):
        folder = tempfile.mkdtemp(prefix="understudy-bulk-")
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.mock_set = os.path.join(folder, "mocks")
        self.server.reset(self.setup)

    def answers(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.splitlines()

    @staticmethod
    def client(how, host="$UNDERSTUDY_MYSQL_HOST", port="$UNDERSTUDY_MYSQL_PORT"):
        return ["sh", "-c", f"exec {CLIENT} {how} {host} {port} understudy understudy understudy"]

    def record(self, how):
        return self.answers(EXECUTABLE, "record", self.mock_set, "--map",
                            f"mysql=0=mysql://127.0.0.1:{self.server.port}", "--", *self.client(how))

    def play(self, how):
        return self.answers(EXECUTABLE, "run", self.mock_set, "--strict", "--", *self.client(how))

    def test_a_batch_is_answered_as_recorded(self):
        real = self.answers(*self.client("bulk", "127.0.0.1", self.server.port))
        self.assertEqual(real[:4], ["3 affected", "1 ant 7", "2 bee NULL", "3 cat 5"])
        self.server.reset(self.setup)
        self.assertEqual(self.record("bulk"), real)
        self.assertEqual(self.play("bulk"), real)
        sessions = "".join(path.read_text() for path in pathlib.Path(self.mock_set).rglob("*.yaml"))
        self.assertIn("VALUES (?, ?), (?, ?), (?, DEFAULT)", sessions)

    def test_the_same_rows_without_a_batch_are_the_same_exchange(self):
        self.record("bulk")
        self.server.reset(self.setup)
        real = self.answers(*self.client("plain", "127.0.0.1", self.server.port))
        self.assertEqual(self.play("plain"), real)


if __name__ == "__main__":
    EXECUTABLE, CLIENT = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    unittest.main()
