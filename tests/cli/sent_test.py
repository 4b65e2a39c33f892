"""What a client sends beside a statement is part of the request: COPY and LOAD DATA with other data than
recorded are misses, the connection stays usable, and nothing counts as written. What was left unfetched when it was
recorded is a miss as well.

Run by /usr/bin/python3, where psycopg2, psycopg and pymysql are; skipped where a server is missing."""

import contextlib
import io
import os
import pathlib
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve()
PLAY = sys.argv[sys.argv.index("--play") + 1:] if "--play" in sys.argv else None  # before support takes one
from support import Case  # noqa: E402

sys.path.insert(0, str(HERE.parents[1] / "conformance"))
import servers  # noqa: E402

ACCOUNT = "understudy"
SETUP = "CREATE TABLE entry (id INTEGER PRIMARY KEY, amount INTEGER NOT NULL);"


# --- the clients, in processes of their own: each prints one line for what it saw -----------------------


def port():
    return int(os.environ["UNDERSTUDY_DB_PORT"])


def psycopg2_connection():
    import psycopg2
    connection = psycopg2.connect(host="127.0.0.1", port=port(), user=ACCOUNT, password=ACCOUNT, dbname=ACCOUNT)
    connection.autocommit = True
    return connection


def rows(connection):
    cursor = connection.cursor()
    cursor.execute("SELECT id, amount FROM entry ORDER BY id")
    return list(cursor.fetchall())


def copy_psycopg2(data):
    connection = psycopg2_connection()
    seen = [rows(connection)]
    try:
        cursor = connection.cursor()
        cursor.copy_expert("COPY entry FROM STDIN", io.StringIO(data))
        seen.append(cursor.statusmessage)
    except Exception as error:
        seen.append(f"{error.pgcode} {error.diag.message_primary}")
    return seen + [rows(connection)]


def copy_psycopg3(data):
    import psycopg
    with psycopg.connect(host="127.0.0.1", port=port(), user=ACCOUNT, password=ACCOUNT, dbname=ACCOUNT,
                         autocommit=True) as connection:
        seen = [rows(connection)]
        try:
            cursor = connection.cursor()
            with cursor.copy("COPY entry (id, amount) FROM STDIN (FORMAT binary)") as copy:
                copy.set_types(["int4", "int4"])
                for line in data.splitlines():
                    copy.write_row([int(word) for word in line.split("\t")])
            seen.append(cursor.statusmessage)
        except psycopg.Error as error:
            seen.append(f"{error.sqlstate} {error.diag.message_primary}")
        return seen + [rows(connection)]


def load_pymysql(data):
    import pymysql
    connection = pymysql.connect(host="127.0.0.1", port=port(), user=ACCOUNT, password=ACCOUNT, database=ACCOUNT,
                                 autocommit=True, local_infile=True, read_timeout=20)
    seen = [rows(connection)]
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        pathlib.Path("entry.tsv").write_text(data, encoding="utf-8")
        try:
            seen.append(connection.cursor().execute("LOAD DATA LOCAL INFILE 'entry.tsv' INTO TABLE entry"))
        except pymysql.MySQLError as error:
            seen.append(str(error.args))
    return seen + [rows(connection)]


def fetch_psycopg2(count):
    connection = psycopg2_connection()
    connection.autocommit = False
    cursor = connection.cursor("walk")
    cursor.execute("SELECT n FROM generate_series(1, 9) AS n")
    try:
        seen = cursor.fetchmany(int(count))
        cursor.close()
    except Exception as error:
        seen = f"{error.pgcode} {error.diag.message_primary}"
    connection.rollback()
    return seen


CLIENTS = {function.__name__: function for function in (copy_psycopg2, copy_psycopg3, load_pymysql, fetch_psycopg2)}


# --- the tests -------------------------------------------------------------------------------------


class Sent(Case):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.running = {}

    def server(self, kind):
        try:
            if kind not in self.running:
                self.running[kind] = servers.stopped_at_exit(kind(), self.stack).start()
            self.running[kind].reset(self.write("setup.sql", SETUP))
        except servers.ServerError as problem:
            self.skipTest(str(problem))
        return self.running[kind].upstream()

    def play(self, client, data):
        return ["--", sys.executable, str(HERE), "--play", client, data]

    @staticmethod
    def seen(out):
        return [line for line in out.splitlines() if line.startswith("seen")][0]

    def check(self, kind, client, sent, other):
        """Recorded with `sent`: the same again is certain, `other` a miss after which all is as before."""
        mock = self.path(client)
        out, _ = self.expect(0, "record", mock, "--map", f"db=0={self.server(kind)}", *self.play(client, sent))
        recorded = self.seen(out)
        again, _ = self.expect(0, "run", mock, "--strict", *self.play(client, sent))
        self.assertEqual(self.seen(again), recorded)
        missed, errors = self.expect(2, "run", mock, *self.play(client, other), says="miss [db]")
        return recorded, self.seen(missed), errors

    def check_data(self, kind, client):
        recorded, missed, _ = self.check(kind, client, "1\t10\n2\t20\n", "1\t10\n2\t21\n")
        self.assertIn("[[], ", recorded)
        self.assertIn("(2, 20)", recorded)
        self.assertTrue(missed.startswith("seen [[], ") and missed.endswith(", []]"), missed)
        self.assertIn("understudy has no answer", missed)

    def test_copy_of_other_text(self):
        self.check_data(servers.Postgres, "copy_psycopg2")

    def test_copy_of_other_rows_in_binary(self):
        self.check_data(servers.Postgres, "copy_psycopg3")

    def test_load_of_another_file(self):
        self.check_data(servers.Mariadb, "load_pymysql")

    def test_rows_that_were_left_with_the_cursor(self):
        recorded, missed, _ = self.check(servers.Postgres, "fetch_psycopg2", "3", "5")
        self.assertIn("[(1,), (2,), (3,)]", recorded)
        self.assertIn("UX404 understudy has no more rows of this cursor", missed)


if __name__ == "__main__":
    if PLAY:
        print("seen", CLIENTS[PLAY[0]](PLAY[1]), flush=True)
    else:
        unittest.main(verbosity=2)  # names what is skipped
