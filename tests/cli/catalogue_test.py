"""record: the catalogue of a real server, and what is said where it can't be read.

Run by /usr/bin/python3, where psycopg is; skipped where a server is missing."""

import contextlib
import os
import pathlib
import sys
import unittest

from support import Case, main  # noqa: E402

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "conformance"))
import servers  # noqa: E402

SETUP = """
CREATE TABLE goods (id integer PRIMARY KEY, name text DEFAULT 'none');
CREATE FUNCTION remote() RETURNS text LANGUAGE plpgsql AS
  $$ BEGIN RETURN dblink_connect('host=x password=hunter2'); END $$;
"""
CLIENT = """
import os, psycopg
psycopg.connect(host="127.0.0.1", port=os.environ["UNDERSTUDY_DB_PORT"], user="understudy", password="understudy",
                dbname="understudy").execute("SELECT name FROM goods")
"""
VARIABLES = ("PGUSER", "PGPASSWORD", "PGDATABASE", "PGHOSTADDR")


class Catalogue(Case):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        for name in VARIABLES:
            os.environ.pop(name, None)
        try:
            cls.server = servers.stopped_at_exit(servers.Postgres(), cls.stack).start()
        except servers.ServerError as problem:
            raise unittest.SkipTest(str(problem)) from problem

    def setUp(self):
        super().setUp()
        self.server.reset(self.write("setup.sql", SETUP))
        self.mock = self.path("mock")
        self.file = os.path.join(self.mock, "snapshot", "db", "schema.sql")

    def record(self, url, *options):
        _, err = self.expect(0, "record", self.mock, "--map", f"db=0={url}", *options, "--", sys.executable, "-c", CLIENT)
        self.assertIn("recorded", err)
        return err

    def text(self):
        with open(self.file, encoding="utf-8") as stream:
            return stream.read()

    def written(self):
        """All that the mock set holds."""
        return "".join(path.read_text(errors="replace") for path in pathlib.Path(self.mock).rglob("*") if path.is_file())

    def test_what_is_defined_is_written_as_sql_without_secrets(self):
        err = self.record(self.server.url())
        self.assertNotIn("catalogue", err)
        text = self.text()
        for line in ("-- database: understudy", "-- TimeZone: UTC", "CREATE TABLE public.goods (",
                     "    name text DEFAULT 'none'::text,", "CONSTRAINT goods_pkey PRIMARY KEY (id)"):
            self.assertIn(line, text)
        self.assertNotIn("hunter2", self.written())
        self.assertNotIn("understudy:understudy", self.written())
        self.record(self.server.url())
        self.assertEqual(self.text(), text)
        out, _ = self.expect(0, "compile", self.mock, "--check")
        self.assertIn("schema: tables 1, relied on 1", out)

    def test_user_and_password_may_be_in_the_environment(self):
        os.environ.update(PGUSER="understudy", PGPASSWORD="understudy", PGDATABASE="understudy")
        try:
            self.assertNotIn("catalogue", self.record(self.server.upstream()))
        finally:
            for name in VARIABLES:
                os.environ.pop(name, None)
        self.assertIn("goods", self.text())

    def test_another_url_may_be_given(self):
        self.assertNotIn("catalogue", self.record(self.server.upstream(), "--snapshot-url", f"db={self.server.url()}"))
        self.assertIn("goods", self.text())
        self.expect(64, "record", self.mock, "--snapshot-url", f"other={self.server.url()}", says="no such service")
        self.expect(64, "record", self.mock, "--snapshot-url", "db=redis://:pw@127.0.0.1", says="speaks postgres")

    def test_without_a_user_one_line_says_what_is_lost(self):
        err = self.record(self.server.upstream())
        self.assertEqual(err.count("catalogue"), 1)
        for text in ("no user is known", "triggers", "--snapshot-url db=URL", "PGPASSWORD"):
            self.assertIn(text, err)
        self.assertFalse(os.path.exists(self.file))

    def test_none_asks_for_nothing_and_says_nothing(self):
        self.assertNotIn("catalogue", self.record(self.server.url(), "--snapshot", "none"))
        self.assertFalse(os.path.exists(self.file))

    def test_a_wrong_password_loses_nothing_but_the_catalogue(self):
        self.record(self.server.url())
        before = self.text()
        err = self.record(self.server.url().replace("understudy:understudy", "understudy:not-it"))
        self.assertIn("password authentication failed", err)
        self.assertIn("earlier recording stays", err)
        self.assertNotIn("not-it", err + self.written())
        self.assertEqual(self.text(), before)

    def test_a_catalogue_that_differs_replaces_the_one_before(self):
        self.record(self.server.url())
        self.server.sql("-c", "ALTER TABLE goods ADD COLUMN price integer", database="understudy")
        self.assertIn("another one than in the recording before", self.record(self.server.url()))
        self.assertIn("price", self.text())

    def test_that_of_another_database_is_not_used(self):
        self.record(self.server.url().rpartition("/")[0] + "/postgres")
        out, err = self.expect(0, "compile", self.mock)
        self.assertIn("it is the catalogue of database 'postgres'", err)
        self.assertNotIn("schema: tables", out)

    def test_statements_of_a_newer_server_are_no_errors(self):
        self.record(self.server.url())
        with open(self.file, "a", encoding="utf-8") as stream:
            stream.write("CREATE TABLE later (id BRANDNEW SYNTAX HERE);\n")
        out, err = self.expect(0, "compile", self.mock, "--verbose")
        self.assertIn("schema.sql", err)
        self.assertIn("relied on 0", out)


if __name__ == "__main__":
    main()
