#!/usr/bin/env python3
"""Secrets in the places that PostgreSQL has for them, and in Redis' commands: flows are recorded against real servers. Nothing
that was recorded or made of it, no log, report or error may hold one, and the same flow is answered with certainty.

    secrets_test.py UNDERSTUDY
"""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "conformance"))

LIMIT = 120  # seconds for anything
SECRET = "Hush{:03}never"

# Statements, or (statement, parameters). Each {s} is a secret of its own, {0}, {1} … those of this list again.
POSTGRES = [
    "CREATE ROLE r1 LOGIN PASSWORD '{s}'",
    "CREATE ROLE r2 LOGIN ENCRYPTED PASSWORD '{s}' VALID UNTIL '2035-01-01'",
    "CREATE USER r3 PASSWORD '{s}' NOSUPERUSER",
    "CREATE USER r4 WITH PASSWORD E'{s}\\'quoted'",
    "CREATE USER r5 PASSWORD $${s}$$",
    "CREATE USER r6 PASSWORD $a${s}$a$",
    "ALTER ROLE r1 PASSWORD '{s}'",
    "ALTER USER r2 WITH ENCRYPTED PASSWORD '{s}'",
    "/* a comment */ alter role r1 password U&'{s}'",
    "ALTER ROLE r1\n  PASSWORD\n  '{s}'",
    "CREATE ROLE r1 PASSWORD '{s}'",  # exists
    "CREATE ROLE r7 PASSWORD {s}",  # an error of syntax, which quotes it
    "CREATE ROLE r7 PASWORD '{s}'",
    "ALTER ROLE nobody PASSWORD '{s}'",
    "SELECT rolname, rolpassword FROM pg_authid WHERE rolname IN ('r1', 'r2') ORDER BY 1",
    "SELECT usename, passwd FROM pg_shadow WHERE usename = 'r3'",
    "SELECT rolpassword LIKE 'SCRAM%' FROM pg_authid WHERE rolname = 'r1'",
    "COPY (SELECT rolname, rolpassword FROM pg_authid WHERE rolname = 'r1') TO STDOUT",
    "SET password_encryption = 'md5'",
    "ALTER ROLE r1 PASSWORD '{s}'",
    "SELECT rolpassword FROM pg_authid WHERE rolname = 'r1'",
    "RESET password_encryption",
    "CREATE EXTENSION IF NOT EXISTS postgres_fdw",
    "CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', dbname 'x')",
    "CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'u', password '{s}')",
    "ALTER USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (SET password '{s}')",
    "SELECT umoptions FROM pg_user_mappings WHERE srvname = 'far'",
    "SELECT option_name, option_value FROM information_schema.user_mapping_options ORDER BY 1",
    "DROP SERVER far CASCADE",
    "CREATE EXTENSION IF NOT EXISTS dblink",
    "SELECT dblink_connect('c', 'host=127.0.0.1 port=1 dbname=x user=u password={s} connect_timeout=1')",
    "SELECT * FROM dblink('postgresql://u:{s}@127.0.0.1:1/x?connect_timeout=1', 'SELECT 1') AS t(a int)",
    "CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1 password={s} connect_timeout=1' PUBLICATION p WITH (connect = false)",
    "ALTER SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=1 password={s}'",
    "SELECT subconninfo FROM pg_subscription WHERE subname = 's'",
    "ALTER SUBSCRIPTION s SET (slot_name = NONE)",
    "DROP SUBSCRIPTION s",
    "DO $do$ BEGIN EXECUTE 'ALTER ROLE r1 PASSWORD ''{s}'''; END $do$",
    "DO $do$ BEGIN EXECUTE format('ALTER ROLE %I PASSWORD %L', 'r1', '{s}'); END $do$",
    "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN ALTER ROLE r1 PASSWORD '{s}'; END $f$",
    "SELECT prosrc FROM pg_proc WHERE proname = 'f'",
    "SELECT pg_get_functiondef('f'::regproc)",
    "SELECT f()",
    "DROP FUNCTION f",
    "CREATE EXTENSION IF NOT EXISTS pgcrypto",
    "SELECT pgp_sym_decrypt(pgp_sym_encrypt('text', '{s}'), '{s}')",  # another key: an error
    "SELECT crypt('{s}', gen_salt('md5')) IS NULL AS n",
    ("SELECT pgp_sym_decrypt(pgp_sym_encrypt('text', %s::text), %s::text)", ["{s}", "{s}"]),
    ("SELECT length(crypt(%s::text, 'ab'))", ["{s}"]),
    "ALTER ROLE r1 SET search_path = 'public'",
    "ALTER ROLE r1 VALID UNTIL '2036-01-01'",
    "SELECT rolvaliduntil, rolconfig FROM pg_roles WHERE rolname = 'r1'",
    "CREATE TABLE member (id int, password text DEFAULT 'none')",
    "DROP TABLE member",
    "DROP ROLE r1, r2, r3, r4, r5, r6",
]

REDIS = [
    "AUTH {s}", "AUTH default {s}", "HELLO 2 AUTH default {s}", "HELLO 3 AUTH default {s} SETNAME me", "HELLO 2",
    "CONFIG SET requirepass {s}", "AUTH {-1}", "CONFIG GET requirepass", "CONFIG SET requirepass ''",
    "CONFIG SET masterauth {s}", "CONFIG GET masterauth", "CONFIG GET *auth*", "CONFIG SET masterauth ''",
    "CONFIG SET masteruser u masterauth {s}", "CONFIG SET masteruser '' masterauth ''",
    "ACL SETUSER ann on >{s} ~* +@all", "ACL SETUSER ann >{s} <{-1}", "ACL SETUSER ann <{s}", "ACL GETUSER ann", "ACL LIST",
    "AUTH ann {s}", "ACL SETUSER ann resetpass", "ACL DELUSER ann", "ACL LOG RESET",
    "SET key value", "MIGRATE 127.0.0.1 1 key 0 100 AUTH {s}", "MIGRATE 127.0.0.1 1 '' 0 100 AUTH2 u {s} KEYS key",
    "EVAL \"return redis.call('SET', KEYS[1], 'x')\" 1 key",
    "AUTH a b {s}", "CONFIG SET tls-key-file-pass {s}", "CONFIG SET requirepass ''", "RESET",
]

# Data that a program reads back is kept, and named.
KEPT = ["SET dsn redis://:told-1@cache:6379/0", "GET dsn", "SET token ghp_" + "aB3" * 12, "GET token"]


def filled(flow, first):
    """With the secrets from number `first` on."""
    number = first
    for entry in flow:
        texts = [entry] if isinstance(entry, str) else [entry[0], *entry[1]]
        for at, text in enumerate(texts):
            text = text.replace("{-1}", SECRET.format(number - 1))
            while "{s}" in text:
                text = text.replace("{s}", SECRET.format(number), 1)
                number += 1
            texts[at] = text
        yield texts[0] if isinstance(entry, str) else (texts[0], texts[1:])


def hushed(text):
    """What a client was told, but for what stands in the place of secrets."""
    return re.sub(r"<redacted>|Hush\w*|redacted:[0-9a-f]{32}|SCRAM-SHA-256\$[^ ',]+|md5[0-9a-f]{32}|\$\d+", "…", text)


def postgres_client(port, first):
    import psycopg

    with psycopg.connect(host="127.0.0.1", port=port, user="postgres", password="x", dbname="postgres", autocommit=True) as connection:
        for entry in filled(POSTGRES, first):
            statement, parameters = (entry, None) if isinstance(entry, str) else entry
            try:
                cursor = connection.cursor()
                if statement.startswith("COPY"):
                    with cursor.copy(statement) as copy:
                        answer = b"".join(copy)
                else:
                    cursor.execute(statement, parameters)
                    answer = cursor.fetchall() if cursor.description else cursor.statusmessage
            except psycopg.Error as error:
                answer = f"{type(error).__name__} {error.sqlstate}"
            print(hushed(statement), hushed(str(answer)), flush=True)


def read_reply(stream):
    line = stream.readline()
    kind, rest = line[:1], line[1:-2]
    if kind in b"$=!" and rest != b"-1":
        return stream.read(int(rest) + 2)[:-2]
    if kind in b"*%~>" and rest != b"-1":
        return [read_reply(stream) for _ in range(int(rest) * (2 if kind == b"%" else 1))]
    return line[:-2]


def redis_client(port, first):
    import shlex

    with socket.create_connection(("127.0.0.1", port), LIMIT) as connection:
        stream = connection.makefile("rb")
        for command in [*filled(REDIS, first), *KEPT]:
            words = shlex.split(command)
            wire = f"*{len(words)}\r\n" + "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
            connection.sendall(wire.encode())
            print(hushed(command), hushed(str(read_reply(stream))), flush=True)


class Secrets(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-secrets-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.told = {}

    def run_it(self, *words, status=0):
        done = subprocess.run([EXECUTABLE, *map(str, words)], capture_output=True, text=True, timeout=LIMIT,
                              stdin=subprocess.DEVNULL, check=False)
        self.told[" ".join(map(str, words[:2]))] = done.stderr + ("" if "--" in words else done.stdout)
        self.assertEqual(done.returncode, status, done.stdout[-2000:] + done.stderr[-4000:])
        return done

    def found(self):
        texts = {str(path): path.read_bytes().decode(errors="replace") for path in self.folder.rglob("*") if path.is_file()}
        places = []
        for name, text in {**texts, **self.told}.items():
            places += [(name.removeprefix(str(self.folder)), text[max(0, match.start() - 80):match.end() + 30])
                       for match in re.finditer(r"Hush\w*", text)]
        return places

    def check(self, kind, upstream, *options):
        mock = self.folder / "mock"
        client = lambda first: ["--", "/usr/bin/python3", str(pathlib.Path(__file__).resolve()), "--client", kind, str(first)]
        recorded = self.run_it("record", mock, "--map", f"db=0={upstream}", *options, *client(0))
        self.run_it("compile", mock, "-o", self.folder / "table", "--verbose")
        for words in (["inspect", mock], ["inspect", mock, "--secrets"], ["inspect", mock, "--secrets", "--json"],
                      ["inspect", self.folder / "table"], ["learn", mock]):
            self.run_it(*words)
        self.assertEqual(self.found(), [])
        served = self.run_it("run", mock, "--strict", "--report", self.folder / "report.json", *client(0))
        # What stands in the place of secrets is no part of it, nor are numbers of connections and logins, which a mock accepts.
        own = ("AUTH", "HELLO", "ACL", "SELECT pg_get_functiondef", "COPY")
        told = [[line for line in done.stdout.splitlines() if not line.startswith(own)] for done in (served, recorded)]
        self.assertEqual(*told)
        self.run_it("run", mock, "--report", self.folder / "other.json", *client(500), status=2)
        self.assertEqual(self.found(), [])

    def test_postgres(self):
        import servers

        server = servers.Postgres()
        self.addCleanup(server.stop)
        server.start()
        hba = server.folder / "data" / "pg_hba.conf"
        hba.write_text("local all all trust\nhost all all 127.0.0.1/32 trust\n", encoding="utf-8")
        server.sql("-c", "SELECT pg_reload_conf()")
        self.check("postgres", f"postgres://127.0.0.1:{server.port}", "--snapshot", "none")

    def test_redis(self):
        import servers

        server = servers.Redis()
        self.addCleanup(server.stop)
        server.start()
        self.check("redis", f"redis://127.0.0.1:{server.port}")
        listed = self.run_it("inspect", self.folder / "mock", "--secrets").stdout
        self.assertIn("password of a URL", listed)
        self.assertIn("secret by its shape", listed)


if __name__ == "__main__":
    if sys.argv[1] == "--client":
        {"postgres": postgres_client, "redis": redis_client}[sys.argv[2]](int(os.environ["UNDERSTUDY_DB_PORT"]), int(sys.argv[3]))
    else:
        EXECUTABLE = os.path.abspath(sys.argv.pop(1))
        unittest.main()
