"""compile with schema files: what it says of them, and what it refuses."""

import json
import os

from support import Case, main

CONFIG = """understudy: 1
services:
  orders: {protocol: postgres, schema: [tables.sql, indexes.sql]}
"""
TABLES = """CREATE TABLE users (id serial PRIMARY KEY, email text);
CREATE TABLE logs (id int);
"""
INDEXES = """CREATE UNIQUE INDEX users_email ON users (email);
CREATE TRIGGER t BEFORE INSERT ON logs FOR EACH ROW EXECUTE FUNCTION f();
"""
SESSION = """understudy: 1
session: {service: orders, protocol: postgres, recording: r1, connection: 1, started: '2026-01-01T00:00:00Z', facts: {}}
"""


def insert(tick, values, answer, columns="email"):
    return f"""---
request: {{sql: "INSERT INTO users ({columns}) VALUES ({values}) RETURNING id"}}
answer: {answer}
at: [{tick}, {tick + 1}]
"""


def given(number):
    return f"{{columns: [{{name: id, type: int4}}], rows: [[{number}]], tag: INSERT 0 1}}"


def violated(constraint):
    return ("{error: {severity: ERROR, code: '23505', message: duplicate, schema: public, table: users, "
            f"constraint: {constraint}}}}}")


class SchemaFiles(Case):
    def folder(self, session, tables=TABLES, indexes=INDEXES):
        mock = self.path("mock")
        os.makedirs(os.path.join(mock, "sessions"))
        for name, text in (("understudy.yaml", CONFIG), ("tables.sql", tables), ("indexes.sql", indexes),
                           ("sessions/r1.orders.001.yaml", SESSION + session)):
            if text is not None:
                with open(os.path.join(mock, name), "w", encoding="utf-8") as file:
                    file.write(text)
        return mock

    def test_the_summary_says_which_tables_are_relied_on(self):
        mock = self.folder(insert(1, "'a'", given(1)) + insert(3, "'b'", given(2)))
        out, _ = self.expect(0, "compile", mock, "--check")
        self.assertIn("schema: tables 2, relied on 1", out)
        self.assertIn("logs is not relied on", out)
        self.assertIn("indexes.sql:2: a trigger", out)

    def test_json_lists_the_tables(self):
        mock = self.folder(insert(1, "'a'", given(1)))
        out, _ = self.expect(0, "compile", mock, "--check", "--json")
        tables = {each["table"]: each["relied_on"] for each in json.loads(out)["services"][0]["tables"]}
        self.assertEqual(tables, {"users": True, "logs": False})

    def test_a_recording_that_contradicts_the_schema_is_told(self):
        mock = self.folder(insert(1, "'a'", given(1)) + insert(3, "'b'", violated("users_other_key")))
        _, err = self.expect(0, "compile", mock)
        self.assertIn("the schema of table 'users' is not that of what was recorded", err)
        self.assertIn("users_other_key", err)

    def test_a_column_that_the_schema_does_not_know_is_told(self):
        mock = self.folder(insert(1, "'a', 'b'", given(1), columns="email, nick"))
        _, err = self.expect(0, "compile", mock)
        self.assertIn("no column nick", err)

    def test_a_file_that_is_not_there_is_an_error(self):
        self.expect(65, "compile", self.folder(insert(1, "'a'", given(1)), indexes=None), says="indexes.sql")

    def test_a_statement_that_does_not_parse_is_an_error_with_its_line(self):
        mock = self.folder(insert(1, "'a'", given(1)), indexes="\n\nCREATE UNIQUE INDX;\n")
        self.expect(65, "compile", mock, says="indexes.sql:3: error: ")

    def test_redis_has_no_schema(self):
        mock = self.mock_set("cart")
        with open(os.path.join(mock, "understudy.yaml"), "w", encoding="utf-8") as file:
            file.write("understudy: 1\nservices:\n  cart: {protocol: redis, schema: understudy.yaml}\n")
        self.expect(65, "compile", mock, says="has no schema")


if __name__ == "__main__":
    main()
