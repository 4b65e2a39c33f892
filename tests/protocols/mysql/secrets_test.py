#!/usr/bin/env python3
"""Passwords of MySQL's statements: a flow that manages accounts is recorded against a real MariaDB. Nothing that was
recorded or made of it, no log and no error may hold a password, and the same flow is answered with certainty; with
another password it is a miss.

    secrets_test.py UNDERSTUDY
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "conformance"))

LIMIT = 60  # seconds for anything
SECRET = "Hush-{:02}-never"
FLOW = [
    "CREATE USER a1@localhost IDENTIFIED BY '{s}'",
    "CREATE USER a2@localhost IDENTIFIED BY \"{s}\", 'a3'@'localhost' IDENTIFIED BY '{s}'",
    "ALTER USER a1@localhost IDENTIFIED BY '{s}' PASSWORD EXPIRE NEVER",
    "SET PASSWORD FOR a1@localhost = PASSWORD('{s}')",
    "GRANT SELECT ON mysql.* TO a4@localhost IDENTIFIED BY '{s}'",
    "CREATE USER a5@localhost IDENTIFIED VIA mysql_native_password USING PASSWORD('{s}') OR unix_socket",
    "SHOW GRANTS FOR a4@localhost",
    "SHOW CREATE USER a1@localhost",
    "SELECT authentication_string FROM mysql.user WHERE user = 'a2'",
    "SELECT PASSWORD('{s}')",
    "PREPARE p FROM 'ALTER USER a2@localhost IDENTIFIED BY ''{s}'''",
    "EXECUTE p",
    "DEALLOCATE PREPARE p",
    "EXECUTE IMMEDIATE 'ALTER USER a2@localhost IDENTIFIED BY ''{s}'''",
    "SET @s = CONCAT('ALTER USER a3@localhost IDENTIFIED BY ', QUOTE('{s}'))",
    "PREPARE p FROM @s",
    "EXECUTE p",
    "SET @pw = '{s}'",
    "SELECT @pw",
    "SET @a = 1, @db_password := '{s}', @c = 'plain'",
    "SELECT @a, @db_password, @c",
    "CREATE USER x IDENTIFIED BY '{s}' FOO BAR",
    "SHOW WARNINGS",
    "CREATE USER x IDENTIFID BY '{s}'",
    "CREATE SERVER s1 FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD '{s}')",
    "DROP SERVER s1",
    "CHANGE MASTER TO MASTER_HOST = 'h', MASTER_PASSWORD = '{s}'",
    "SELECT AES_DECRYPT(AES_ENCRYPT('text', SHA2('{s}', 256)), 'x') IS NULL AS n",
    "CREATE PROCEDURE change_it() BEGIN ALTER USER a1@localhost IDENTIFIED BY '{s}'; END",
    "SHOW CREATE PROCEDURE change_it",
    "CALL change_it()",
    "DROP PROCEDURE change_it",
    "CREATE TABLE member (password VARCHAR(60) NOT NULL DEFAULT 'none' COMMENT 'kept')",
    "INSERT INTO member VALUES ('kept too')",
    "SELECT password FROM member WHERE password = 'kept too'",
    "DROP TABLE member",
    "DROP USER a1@localhost, a2@localhost, a3@localhost, a4@localhost, a5@localhost",
]


def flow(first):
    """The statements, each with secrets of its own from number `first` on."""
    number = first
    for statement in FLOW:
        while "{s}" in statement:
            statement = statement.replace("{s}", SECRET.format(number), 1)
            number += 1
        yield statement


def client(host, port, first):
    """Runs the flow and prints what it was answered, with what the server keeps of passwords left out."""
    import pymysql

    connection = pymysql.connect(host=host, port=port, user="root", database="mysql", autocommit=True)
    for statement in flow(first):
        with connection.cursor() as cursor:
            try:
                cursor.execute(statement)
                columns = cursor.description and [column[0] for column in cursor.description]
                answer = [columns, cursor.rowcount, cursor.fetchall()]
            except pymysql.Error as error:
                # An error of syntax repeats a part of the statement.
                answer = [error.args[0], re.sub(r" near '.*' at ", " near … at ", error.args[1])]
        text = re.sub(r"\*[0-9A-F]{40}|redacted:[0-9a-f]{32}|Hush-\d\d-never", "…", str(answer[-1]))
        print(statement, answer[:-1], text, flush=True)
    connection.close()


class Passwords(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        import servers

        cls.server = servers.Mariadb().start()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="understudy-secrets-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.mock_set = os.path.join(self.folder, "mocks")
        self.server.sql("CREATE OR REPLACE USER root@'127.0.0.1' IDENTIFIED BY ''; "
                        "GRANT ALL ON *.* TO root@'127.0.0.1' WITH GRANT OPTION")

    def run_it(self, *words, status=0):
        done = subprocess.run([EXECUTABLE, *map(str, words)], capture_output=True, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    @staticmethod
    def command(first):
        return ["--", "/usr/bin/python3", str(pathlib.Path(__file__).resolve()), "--client", str(first)]

    def assert_hushed(self, text, where):
        self.assertNotIn("Hush", text, where)

    def test_the_flow_is_answered_with_certainty_and_no_password_is_kept(self):
        recorded = self.run_it("record", self.mock_set, "--map", f"mysql=0=mysql://127.0.0.1:{self.server.port}",
                               *self.command(0))
        table = os.path.join(self.folder, "table")
        compiled = self.run_it("compile", self.mock_set, "-o", table)
        report = os.path.join(self.folder, "report.json")
        served = self.run_it("run", table, "--report", report, *self.command(0))
        self.assertEqual(served.stdout.splitlines(), recorded.stdout.splitlines())
        others = self.run_it("run", table, *self.command(50), status=2)
        self.assertIn("understudy has no answer", others.stdout)
        for said in (recorded.stderr, compiled.stdout, compiled.stderr, served.stderr, others.stderr):
            self.assert_hushed(said, said)
        for path in pathlib.Path(self.folder).rglob("*"):
            if path.is_file():
                self.assert_hushed(path.read_bytes().decode(errors="replace"), path)
        told = [line.partition("understudy has no answer")[2] for line in others.stdout.splitlines()]
        self.assert_hushed("".join(told), "the errors")


if __name__ == "__main__":
    if sys.argv[1] == "--client":
        client(os.environ.get("UNDERSTUDY_MYSQL_HOST", "127.0.0.1"), int(os.environ["UNDERSTUDY_MYSQL_PORT"]),
               int(sys.argv[2]))
    else:
        EXECUTABLE = os.path.abspath(sys.argv.pop(1))
        unittest.main()
