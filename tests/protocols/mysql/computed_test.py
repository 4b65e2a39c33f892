#!/usr/bin/env python3
"""MySQL computed: tests of an application are recorded once against a real MariaDB, and answered by the mock in another
order, alone, twice and with other values. Every answer must be the real server's; what can't be computed may be missing,
and never wrong.

    computed_test.py UNDERSTUDY
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
CREATE TABLE accounts (id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(40) NOT NULL UNIQUE, balance INT NOT NULL DEFAULT 0);
CREATE TABLE orders (id INT AUTO_INCREMENT PRIMARY KEY, account_id INT NOT NULL, amount DECIMAL(8,2), made DATETIME,
  FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE);
INSERT INTO accounts VALUES (1, 'Ann', 10), (2, 'Bob', 20), (3, 'Cid', 30);
INSERT INTO orders VALUES (1, 1, 5.50, '2024-01-02 03:04:05'), (2, 1, 6.00, NULL), (3, 2, 7.25, NULL);
"""

# Of each test its statements; {x} is another value in each variant.
TESTS = {
    "read": ["SELECT id, name, balance FROM accounts WHERE id = 1", "SELECT id, amount, made FROM orders WHERE account_id = 1 ORDER BY id",
             "SELECT COUNT(*) AS n FROM orders WHERE account_id = {x}"],
    "spend": ["UPDATE accounts SET balance = balance - {x} WHERE id = 1", "SELECT balance FROM accounts WHERE id = 1"],
    "order": ["INSERT INTO orders (account_id, amount) VALUES (2, {x}.25)", "SELECT LAST_INSERT_ID()",
              "SELECT account_id, amount FROM orders WHERE account_id = 2 ORDER BY id",
              "SELECT a.name, o.amount FROM accounts a JOIN orders o ON o.account_id = a.id WHERE a.id = 2 ORDER BY o.id"],
    "refused": ["INSERT INTO accounts (name) VALUES ('Ann')", "INSERT INTO orders (account_id) VALUES (9{x})",
                "INSERT IGNORE INTO accounts (name) VALUES ('Bob')"],
    "undone": ["BEGIN", "DELETE FROM orders WHERE account_id = 1", "SELECT COUNT(*) AS n FROM orders WHERE account_id = 1", "ROLLBACK",
               "SELECT COUNT(*) AS n FROM orders WHERE account_id = 1"],
    "cascade": ["DELETE FROM accounts WHERE id = 3", "SELECT id, name FROM accounts ORDER BY id", "SELECT id FROM orders ORDER BY id"],
    "empty": ["DELETE FROM orders", "SELECT id FROM orders ORDER BY id", "TRUNCATE TABLE orders",
              "INSERT INTO orders (account_id, amount) VALUES (1, {x})", "SELECT id, amount FROM orders ORDER BY id"],
}


def client(host, port, names, value):
    """Runs these tests, and prints what each statement was answered."""
    import pymysql

    connection = pymysql.connect(host=host, port=port, user="understudy", password="understudy", database="understudy", autocommit=True)
    for name in names.split(","):
        for statement in TESTS[name]:
            statement = statement.format(x=value)
            with connection.cursor() as cursor:
                try:
                    affected = cursor.execute(statement)
                    columns = cursor.description and [column[:2] for column in cursor.description]
                    print(json.dumps([statement, affected, cursor.lastrowid, columns, cursor.fetchall()], default=str), flush=True)
                except pymysql.Error as error:
                    missed = "understudy has no answer" in str(error)
                    print(json.dumps([statement, "missed" if missed else list(error.args)]), flush=True)
    connection.close()


class Computed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import servers

        cls.server = servers.Mariadb().start()
        cls.addClassCleanup(cls.server.stop)
        cls.setup = pathlib.Path(cls.server.folder) / "setup.sql"
        cls.setup.write_text(SETUP)
        cls.folder = tempfile.mkdtemp(prefix="understudy-computed-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.mock_set = os.path.join(cls.folder, "mocks")
        cls.server.reset(cls.setup)
        cls.answers(EXECUTABLE, "record", cls.mock_set, "--map",
                    f"mysql=0=mysql://understudy:understudy@127.0.0.1:{cls.server.port}/understudy", "--",
                    *cls.command(",".join(TESTS), 1))

    @staticmethod
    def command(names, value, *address):
        return ["/usr/bin/python3", str(pathlib.Path(__file__).resolve()), "--client", names, str(value), *map(str, address)]

    @classmethod
    def answers(cls, *command, statuses=(0,)):
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=LIMIT, stdin=subprocess.DEVNULL)
        assert done.returncode in statuses, done.stdout + done.stderr
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("[")]

    def check(self, names, value=1, least=0.9):
        """What is answered must be right; and so much of it must be."""
        names = ",".join(names)
        self.server.reset(self.setup)
        real = self.answers(*self.command(names, value, "127.0.0.1", self.server.port))
        mock = self.answers(EXECUTABLE, "run", self.mock_set, "--strict", "--", *self.command(names, value), statuses=(0, 2))
        self.assertEqual(len(mock), len(real))
        missed = [line[0] for line in mock if line[1] == "missed"]
        for seen, expected in zip(mock, real):
            if seen[1] == "missed":
                break  # what follows depends on it
            self.assertEqual(seen, expected, names)
        self.assertGreaterEqual(1 - len(missed) / len(real), least, missed)

    def test_each_alone(self):
        for name in TESTS:
            with self.subTest(name=name):
                self.check([name])

    def test_in_other_orders(self):
        for seed in range(3):
            with self.subTest(seed=seed):
                order = list(TESTS)
                random.Random(seed).shuffle(order)
                self.check(order)

    def test_twice(self):
        self.check([*TESTS, *TESTS])

    def test_with_other_values(self):
        for name in TESTS:
            with self.subTest(name=name):
                self.check([name], value=2)


if __name__ == "__main__":
    if sys.argv[1] == "--client":
        where = sys.argv[4:] or [os.environ["UNDERSTUDY_MYSQL_HOST"], os.environ["UNDERSTUDY_MYSQL_PORT"]]
        client(where[0], int(where[1]), sys.argv[2], sys.argv[3])
    else:
        EXECUTABLE = os.path.abspath(sys.argv.pop(1))
        unittest.main()
