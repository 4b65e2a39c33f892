#!/usr/bin/env python3
"""Rows of MySQL's tables: two clients, each with rows of its own, are recorded against a real MariaDB
in one interleaving and answered by the mock in others. Every answer must be the real server's for
that interleaving, and certain.

    rows_test.py UNDERSTUDY
"""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "conformance"))

LIMIT = 60  # seconds for anything

SETUP = """
CREATE TABLE accounts (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE, balance DECIMAL(10,2) NOT NULL);
CREATE TABLE orders (id BIGINT PRIMARY KEY, account_id INT NOT NULL, status ENUM('new', 'paid') NOT NULL, amount INT NOT NULL);
CREATE TABLE tags (account_id INT NOT NULL, tag VARCHAR(20) NOT NULL, PRIMARY KEY (account_id, tag));
INSERT INTO accounts VALUES (1, 'Ann', 10), (2, 'Bob', 20), (3, 'Cid', 30);
INSERT INTO orders VALUES (11, 1, 'new', 5), (12, 1, 'new', 6), (21, 2, 'new', 7), (22, 2, 'paid', 8);
"""

# What one client does with its rows, in this order; {me} is its account, {name} that one's name.
STEPS = [
    "SELECT id, name, balance FROM accounts WHERE id = {me}",
    "UPDATE accounts SET balance = balance + 10 WHERE id = {me}",
    "SELECT id, name, balance FROM accounts WHERE id = {me}",
    "SELECT * FROM accounts WHERE name = '{name}'",
    "SELECT * FROM orders WHERE account_id = {me} ORDER BY id",
    "UPDATE orders SET status = 'paid' WHERE id = {me}1",
    "SELECT a.name, o.id, o.status FROM accounts a JOIN orders o ON o.account_id = a.id WHERE a.id = {me} ORDER BY o.id",
    "DELETE FROM orders WHERE id IN ({me}2)",
    "SELECT COUNT(*) FROM orders WHERE account_id = {me}",
    "INSERT INTO orders (id, account_id, status, amount) VALUES ({me}3, {me}, 'new', 9)",
    "SELECT * FROM orders WHERE account_id = {me} ORDER BY id",
    "UPDATE accounts a JOIN orders o ON o.account_id = a.id SET a.balance = a.balance + 5, o.amount = o.amount + 1 WHERE a.id = {me} AND o.id = {me}1",
    "BEGIN",
    "UPDATE accounts SET balance = balance * 2 WHERE id = {me}",  # locks one row: the other client goes on
    "SELECT balance FROM accounts WHERE id = {me} FOR UPDATE",
    "ROLLBACK",
    "SELECT id, balance FROM accounts WHERE id = {me}",
    "INSERT INTO tags (account_id, tag) VALUES ({me}, '{name} new'), ({me}, '{name} big')",
    "SELECT account_id, tag FROM tags WHERE account_id = {me} ORDER BY tag",
    "INSERT INTO tags (account_id, tag) VALUES ({me}, '{name} big')",
    "DELETE t FROM tags t JOIN accounts a ON a.id = t.account_id WHERE a.id = {me} AND t.account_id = {me} AND t.tag = '{name} big'",
    "SELECT account_id, tag FROM tags WHERE account_id = {me} ORDER BY tag",
    "UPDATE accounts SET balance = balance + 10 WHERE id = {me}",
    "SELECT id, name, balance FROM accounts WHERE id IN ({me})",
]
CLIENTS = {"1": "Ann", "2": "Bob"}


def client(host, port, order):
    """Runs the clients' steps in `order`, prints what each was answered."""
    import pymysql

    connections = {me: pymysql.connect(host=host, port=port, user="understudy", password="understudy",
                                       database="understudy", autocommit=True) for me in CLIENTS}
    steps = {me: iter(STEPS) for me in CLIENTS}
    for me in order:
        statement = next(steps[me]).format(me=me, name=CLIENTS[me])
        with connections[me].cursor() as cursor:
            try:
                affected = cursor.execute(statement)
                print(json.dumps([me, statement, affected, cursor.fetchall()], default=str), flush=True)
            except pymysql.Error as error:
                print(json.dumps([me, statement, error.args]), flush=True)
    for connection in connections.values():
        connection.close()


def interleaving(seed):
    order = [me for me in CLIENTS for _ in STEPS]
    if seed is not None:
        random.Random(seed).shuffle(order)
    return "".join(order)


class Rows(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import servers

        cls.server = servers.Mariadb().start()
        cls.addClassCleanup(cls.server.stop)
        cls.setup = pathlib.Path(cls.server.folder) / "setup.sql"
        cls.setup.write_text(SETUP)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="understudy-rows-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.mock_set = os.path.join(self.folder, "mocks")

    @staticmethod
    def command(order, *address):
        return ["/usr/bin/python3", str(pathlib.Path(__file__).resolve()), "--client", order, *map(str, address)]

    def answers(self, *command):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout.splitlines()

    def of_the_server(self, order):
        self.server.reset(self.setup)
        return self.answers(*self.command(order, "127.0.0.1", self.server.port))

    def record(self, order):
        self.server.reset(self.setup)
        return self.answers(EXECUTABLE, "record", self.mock_set, "--map",
                            f"mysql=0=mysql://127.0.0.1:{self.server.port}", "--", *self.command(order))

    def check(self, order):
        expected = self.of_the_server(order)
        seen = self.answers(EXECUTABLE, "run", self.mock_set, "--", *self.command(order))
        self.assertEqual(seen, expected, order)

    def test_rows_of_two_clients_in_every_interleaving(self):
        self.assertTrue(self.record(interleaving(0)))
        for seed in [None, 0, 1, 2, 3, 4]:
            with self.subTest(seed=seed):
                self.check(interleaving(seed))


if __name__ == "__main__":
    if sys.argv[1] == "--client":
        where = sys.argv[3:] or [os.environ["UNDERSTUDY_MYSQL_HOST"], os.environ["UNDERSTUDY_MYSQL_PORT"]]
        client(where[0], int(where[1]), sys.argv[2])
    else:
        EXECUTABLE = os.path.abspath(sys.argv.pop(1))
        unittest.main()
