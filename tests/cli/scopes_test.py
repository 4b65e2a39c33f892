#!/usr/bin/env python3
"""Scopes with real drivers and clients: workers that share a mock and don't see each other.

The mock of each service is a read of 1, a write of 2, and the read again. Who does this in a scope of his own gets
exactly that, whatever others do; who comes second into a scope does not.
"""

import json
import os
import pathlib
import shutil
import subprocess
import threading
import unittest
import urllib.error
import urllib.request

from support import Case, LIMIT, main

import psycopg
import psycopg2
import pymysql
import redis

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NODE_MODULES = ROOT / "tests/conformance/node_modules"
SERVICES = ["orders", "catalogue", "cache", "payments"]

HEAD = """understudy: 1
session: {{service: {0}, protocol: {1}, recording: r1, connection: 1, started: '2026-01-01T00:00:00Z', facts: {2}}}
"""
READ, WRITE = "SELECT n FROM counters WHERE id = 1", "UPDATE counters SET n = 2 WHERE id = 1"


def session(service, protocol, facts, exchanges):
    text = HEAD.format(service, protocol, facts)
    for number, (request, answer) in enumerate(exchanges):
        text += f"---\nrequest: {request}\nanswer: {answer}\nat: [{2 * number + 1}, {2 * number + 2}]\n"
    return text


def read_write_read(read, write, one, written, two):
    return [(read, one), (write, written), (read, two)]


def rows(value, columns):
    return f"{{columns: [{columns}], rows: [[{value}]]"


SESSIONS = {
    "orders": session("orders", "postgres", "{user: shop, database: shop}", read_write_read(
        f"{{sql: {READ}}}", f"{{sql: {WRITE}}}", rows(1, "{name: n, type: int4}") + ", tag: SELECT 1}",
        "{tag: UPDATE 1}", rows(2, "{name: n, type: int4}") + ", tag: SELECT 1}")),
    "catalogue": session("catalogue", "mysql", "{user: shop, database: shop}", read_write_read(
        f"{{sql: {READ}}}", f"{{sql: {WRITE}}}",
        rows(1, "{name: n, type: int}") + "}", "{affected: 1}", rows(2, "{name: n, type: int}") + "}")),
    "cache": session("cache", "redis", "{resp: 2}", read_write_read(
        "{command: [GET, n]}", "{command: [INCRBY, n, '1']}", "'1'", "2", "'2'")),
    "payments": session("payments", "http", "{host: '127.0.0.1'}", read_write_read(
        "{method: GET, path: /n}", "{method: PUT, path: /n, headers: {content-type: text/plain}, body: '2'}",
        "{status: 200, body: '1'}", "{status: 200, body: done}", "{status: 200, body: '2'}")),
}
PROTOCOLS = {"orders": "postgres", "catalogue": "mysql", "cache": "redis", "payments": "http"}

NODE = r"""
const pg = require('pg'), mysql = require('mysql2/promise'), Redis = require('ioredis');
const [kind, url] = process.argv.slice(2);
const READ = 'SELECT n FROM counters WHERE id = 1', WRITE = 'UPDATE counters SET n = 2 WHERE id = 1';
const clients = {
  async pg() {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const read = async () => (await client.query(READ)).rows[0].n;
    return { read, write: () => client.query(WRITE), end: () => client.end() };
  },
  async mysql2() {
    const client = await mysql.createConnection(url);
    const read = async () => (await client.query(READ))[0][0].n;
    return { read, write: () => client.query(WRITE), end: () => client.end() };
  },
  async ioredis() {
    const client = new Redis(url);
    return { read: async () => Number(await client.get('n')), write: () => client.incrby('n', 1), end: () => client.quit() };
  },
  async fetch() {
    const read = async () => Number(await (await fetch(`${url}/n`)).text());
    const fields = { 'content-type': 'text/plain' };
    return { read, write: () => fetch(`${url}/n`, { method: 'PUT', body: '2', headers: fields }), end() {} };
  },
};
(async () => {
  const client = await clients[kind]();
  const seen = [await client.read()];
  await client.write();
  seen.push(await client.read());
  await client.end();
  console.log(JSON.stringify(seen));
})().catch((error) => {
  console.log(JSON.stringify(error.message));
  process.exit();
});
"""


class Sql:
    """What psycopg2, psycopg 3 and PyMySQL have in common."""

    def __init__(self, connection):
        self.connection = connection
        self.connection.autocommit = True if not hasattr(connection, "autocommit_mode") else None

    def run(self, sql):
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchone()[0] if cursor.description else None

    def read(self):
        return self.run(READ)

    def write(self):
        self.run(WRITE)

    def close(self):
        self.connection.close()


class MySql(Sql):
    def __init__(self, connection):
        self.connection = connection
        connection.autocommit(True)


class Cache:
    def __init__(self, client):
        self.client = client

    def read(self):
        return int(self.client.get("n"))

    def write(self):
        self.client.incr("n")

    def close(self):
        self.client.close()


class Payments:
    def __init__(self, base, suffix="", **fields):
        self.url, self.fields = base + "/n" + suffix, fields

    def ask(self, method, data=None):
        request = urllib.request.Request(self.url, data, {"Content-Type": "text/plain", **self.fields}, method=method)
        with urllib.request.urlopen(request, timeout=LIMIT) as answer:
            return answer.read().decode()

    def read(self):
        return int(self.ask("GET"))

    def write(self):
        self.ask("PUT", b"2")

    def close(self):
        pass


def sequence(client, meet=lambda: None):
    seen = []
    for step in (lambda: seen.append(client.read()), client.write, lambda: seen.append(client.read())):
        meet()
        step()
    client.close()
    return seen


class Mock:
    """The four services, served with --strict: what is not certain is an error."""

    def __init__(self, case, *options, config=""):
        case.write("mock/understudy.yaml", "understudy: 1\n" + config + "services:\n" + "".join(
            f"  {name}: {{protocol: {protocol}, listen: '127.0.0.1:0'}}\n" for name, protocol in PROTOCOLS.items()))
        for name, text in SESSIONS.items():
            case.write(f"mock/sessions/r1.{name}.001.yaml", text)
        self.server = case.start("serve", case.path("mock"), "--strict", *options)
        self.ports = {}
        for _ in SERVICES:
            service, _, port = self.server.address()
            self.ports[service] = port

    def postgres(self, driver=None, **login):
        login = {"user": "shop", "dbname": "shop", **login}
        return Sql((driver or psycopg2).connect(host="127.0.0.1", port=self.ports["orders"], **login))

    def mysql(self, **login):
        login = {"user": "shop", "database": "shop", **login}
        return MySql(pymysql.connect(host="127.0.0.1", port=self.ports["catalogue"], **login))

    def redis(self, **login):
        return Cache(redis.Redis(port=self.ports["cache"], single_connection_client=True, **login))

    def http(self, base="", suffix="", **fields):
        return Payments(f"http://127.0.0.1:{self.ports['payments']}{base}", suffix, **fields)


def named_by_set(client, sql):
    client.run(sql)
    return client


def named_by_command(client, name):
    client.client.execute_command("UNDERSTUDY", "SCOPE", name)
    return client


# Every way in which a Python driver can name a scope.
WAYS = {
    "psycopg2 options": lambda mock, w: mock.postgres(options=f"-c understudy.scope={w}"),
    "psycopg2 dbname": lambda mock, w: mock.postgres(dbname=f"shop?understudy_scope={w}"),
    "psycopg2 application_name": lambda mock, w: mock.postgres(application_name=f"api?understudy_scope={w}"),
    "psycopg2 SET": lambda mock, w: named_by_set(mock.postgres(), f"SET understudy.scope = '{w}'"),
    "psycopg options": lambda mock, w: mock.postgres(psycopg, options=f"-c understudy.scope={w}"),
    "psycopg dbname": lambda mock, w: mock.postgres(psycopg, dbname=f"shop?understudy_scope={w}"),
    "psycopg set_config": lambda mock, w: named_by_set(
        mock.postgres(psycopg), f"SELECT set_config('understudy.scope', '{w}', false)"),
    "psycopg URL": lambda mock, w: Sql(psycopg.connect(
        f"postgresql://shop@127.0.0.1:{mock.ports['orders']}/shop?options=-c%20understudy.scope%3D{w}")),
    "PyMySQL database": lambda mock, w: mock.mysql(database=f"shop?understudy_scope={w}"),
    "PyMySQL program_name": lambda mock, w: mock.mysql(program_name=f"api?understudy_scope={w}"),
    "PyMySQL SET": lambda mock, w: named_by_set(mock.mysql(), f"SET @understudy_scope = '{w}'"),
    "PyMySQL init_command": lambda mock, w: mock.mysql(init_command=f"SET @understudy_scope = '{w}'"),
    "redis-py client_name": lambda mock, w: mock.redis(client_name=f"api?understudy_scope={w}"),
    "redis-py URL": lambda mock, w: Cache(redis.Redis.from_url(
        f"redis://127.0.0.1:{mock.ports['cache']}/0?client_name=%3Funderstudy_scope%3D{w}")),
    "redis-py UNDERSTUDY": lambda mock, w: named_by_command(mock.redis(), w),
    "HTTP field": lambda mock, w: mock.http(**{"Understudy-Scope": w}),
    "HTTP parameter": lambda mock, w: mock.http(suffix=f"?understudy_scope={w}"),
    "HTTP base URL": lambda mock, w: mock.http(base=f"/understudy_scope={w}"),
}
# And one each that names none.
UNNAMED = {
    "psycopg2": lambda mock: mock.postgres(),
    "PyMySQL": lambda mock: mock.mysql(),
    "redis-py": lambda mock: mock.redis(),
    "HTTP": lambda mock: mock.http(),
}


class Scopes(Case):
    def in_parallel(self, clients):
        """Each does its sequence, all of them step by step together."""
        barrier = threading.Barrier(len(clients), timeout=LIMIT)
        seen = [None] * len(clients)

        def work(number):
            try:
                seen[number] = sequence(clients[number], barrier.wait)
            except Exception as error:  # a miss is told in many ways
                barrier.abort()
                seen[number] = error

        threads = [threading.Thread(target=work, args=(number,)) for number in range(len(clients))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT)
        return seen

    def test_workers_in_scopes_of_their_own_don_t_see_each_other(self):
        mock = Mock(self)
        for number, (name, connect) in enumerate(WAYS.items()):
            with self.subTest(name):
                seen = self.in_parallel([connect(mock, f"{worker}.{number}") for worker in "abc"])
                self.assertEqual(seen, [[1, 2]] * 3)
        for name, connect in UNNAMED.items():  # nobody was in this scope yet
            with self.subTest(name):
                self.assertEqual(sequence(connect(mock)), [1, 2])

    def test_workers_without_a_scope_do(self):
        mock = Mock(self)
        for name, connect in UNNAMED.items():
            with self.subTest(name):
                first, second = connect(mock), connect(mock)
                self.assertEqual(sequence(first), [1, 2])
                self.assertEqual(second.read(), 2)
                if name == "redis-py":  # what follows from the other's writes can be computed
                    second.write()
                    self.assertEqual(second.read(), 3)
                    continue
                with self.assertRaises(Exception):
                    second.write()

    def test_a_scope_is_one_over_all_ways_of_naming_it(self):
        mock = Mock(self)
        for service in ("psycopg", "PyMySQL", "redis-py", "HTTP"):
            ways = [connect for name, connect in WAYS.items() if name.startswith(service)]
            self.assertEqual(sequence(ways[0](mock, "w1")), [1, 2])
            for connect in ways:
                with self.subTest(service):
                    client = connect(mock, "w1")
                    self.assertEqual(client.read(), 2)
                    client.close()

    def test_every_protocol_resets_a_scope_in_all_services(self):
        mock = Mock(self)
        clients = {
            "orders": mock.postgres(options="-c understudy.scope=w1"),
            "catalogue": mock.mysql(database="shop?understudy_scope=w1"),
            "cache": mock.redis(client_name="?understudy_scope=w1"),
            "payments": mock.http(**{"Understudy-Scope": "w1"}),
        }
        outsider = mock.postgres()

        def post(path, **fields):
            url = f"http://127.0.0.1:{mock.ports['payments']}{path}"
            with urllib.request.urlopen(urllib.request.Request(url, b"", fields), timeout=LIMIT) as answer:
                return json.load(answer)

        resets = {
            "SQL own": lambda: self.assertEqual(clients["orders"].run("SELECT understudy_reset()"), "w1"),
            "SQL named": lambda: self.assertEqual(outsider.run("SELECT understudy_reset('w1')"), "w1"),
            "MySQL own": lambda: self.assertEqual(clients["catalogue"].run("SELECT understudy_reset()"), "w1"),
            "MySQL drop": lambda: self.assertEqual(clients["catalogue"].run("SELECT understudy_drop('w1')"), "w1"),
            "Redis own": lambda: self.assertIn(
                clients["cache"].client.execute_command("UNDERSTUDY RESET"), (b"OK", "OK", True)),
            "HTTP field": lambda: self.assertEqual(
                post("/__understudy/reset", **{"Understudy-Scope": "w1"}), {"reset": "w1"}),
            "HTTP parameter": lambda: self.assertEqual(
                post("/__understudy/reset?understudy_scope=w1"), {"reset": "w1"}),
        }
        for name, reset in resets.items():
            with self.subTest(name):
                for client in clients.values():
                    self.assertEqual(client.read(), 1)
                    client.write()
                    self.assertEqual(client.read(), 2)
                reset()
        for client in clients.values():
            self.assertEqual(client.read(), 1)

    def test_psycopg_passes_a_name_as_parameter(self):
        mock = Mock(self)
        client = mock.postgres(psycopg, options="-c understudy.scope=w1")
        client.write()
        with mock.postgres(psycopg).connection.cursor(binary=True) as cursor:
            cursor.execute("SELECT understudy_reset(%s)", ["w1"])
            self.assertEqual(cursor.fetchone(), ("w1",))
        self.assertEqual(client.read(), 1)

    def test_a_connection_may_be_its_own_scope(self):
        for options in [{"config": "scopes: connection\n"}, {"options": ("--scopes", "connection")}]:
            mock = Mock(self, *options.get("options", ()), config=options.get("config", ""))
            for name, connect in UNNAMED.items():
                if name == "HTTP":  # urllib opens a connection for each request
                    continue
                with self.subTest(name):
                    self.assertEqual(self.in_parallel([connect(mock), connect(mock)]), [[1, 2]] * 2)
            shared = [mock.postgres(options="-c understudy.scope=w1") for _ in range(2)]
            shared[0].write()
            self.assertEqual(shared[1].read(), 2)
            for client in shared:
                client.close()

    def test_one_scope_for_all_hears_no_name(self):
        mock = Mock(self, "--scopes", "one", config="scopes: connection\n")
        first = mock.postgres(options="-c understudy.scope=w1")
        second = mock.postgres(options="-c understudy.scope=w2")
        first.write()
        self.assertEqual(second.read(), 2)

    def test_a_transaction_that_has_written_can_t_leave_its_scope(self):
        mock = Mock(self)
        connection = psycopg2.connect(host="127.0.0.1", port=mock.ports["orders"], user="shop", dbname="shop")
        with connection.cursor() as cursor:  # psycopg2 sends BEGIN first
            cursor.execute("SET understudy.scope = 'w1'")
            cursor.execute(WRITE)
            with self.assertRaises(psycopg2.Error) as refused:
                cursor.execute("SET understudy.scope = 'w2'")
            self.assertIn("transaction that has written", str(refused.exception))
            connection.rollback()
            cursor.execute("SHOW understudy.scope")
            self.assertEqual(cursor.fetchone(), ("w1",))
            cursor.execute(READ)
            self.assertEqual(cursor.fetchone(), (1,))
        connection.close()

    def test_the_names_are_told_without_the_scope(self):
        mock = Mock(self)
        client = mock.postgres(dbname="shop?understudy_scope=w1", application_name="api?understudy_scope=w2")
        self.assertEqual(client.run("SELECT current_database()"), "shop")
        self.assertEqual(client.run("SHOW application_name"), "api")
        self.assertEqual(client.run("SELECT understudy_scope()"), "w1")
        self.assertEqual(mock.mysql(database="shop?understudy_scope=w1").run("SELECT DATABASE()"), "shop")

    def test_the_number_of_scopes_is_bounded_and_told(self):
        mock = Mock(self)
        client = mock.redis()
        for number in range(1024):
            client.client.execute_command("UNDERSTUDY", "SCOPE", f"w{number}")
        with self.assertRaises(redis.ResponseError) as refused:
            client.client.execute_command("UNDERSTUDY", "SCOPE", "one.too.many")
        self.assertIn("no room", str(refused.exception))
        with self.assertRaises(psycopg2.OperationalError):
            mock.postgres(options="-c understudy.scope=one.too.many")
        with self.assertRaises(pymysql.err.MySQLError):
            mock.mysql(database="shop?understudy_scope=one.too.many")
        with self.assertRaises(urllib.error.HTTPError):
            mock.http(suffix="?understudy_scope=one.too.many").read()
        mock.server.wait_for("no room for the scope 'one.too.many': 1024 have been named")
        client.client.execute_command("UNDERSTUDY", "DROP", "w7")
        self.assertEqual(sequence(mock.http(suffix="?understudy_scope=one.too.many")), [1, 2])


class Programs(Case):
    """Programs and drivers of Node, run for each scope: [1, 2] the first time, not the second."""

    def check(self, run):
        self.assertEqual(run("w1"), [1, 2])
        self.assertEqual(run("w2"), [1, 2])
        self.assertNotEqual(run("w1"), [1, 2])

    def said(self, *command, text=None, **environment):
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=LIMIT, check=False,
                              env={**os.environ, **environment})
        return [int(line) for line in done.stdout.split() if line.isdigit()]

    @unittest.skipUnless(shutil.which("psql"), "needs psql")
    def test_psql(self):
        mock = Mock(self)
        port = mock.ports["orders"]
        statements = ["-c", READ, "-c", WRITE, "-c", READ]
        self.check(lambda w: self.said("psql", "-qAtX", "-h", "127.0.0.1", "-p", str(port), "-U", "shop", "shop",
                                       *statements, PGOPTIONS=f"-c understudy.scope={w}"))
        self.check(lambda w: self.said("psql", "-qAtX", *statements,
                                       f"postgresql://shop@127.0.0.1:{port}/shop%3Funderstudy_scope%3D{w}.url"))

    @unittest.skipUnless(shutil.which("mariadb"), "needs mariadb")
    def test_mariadb(self):
        mock = Mock(self)
        self.check(lambda w: self.said("mariadb", "--no-defaults", "-N", "-h", "127.0.0.1", "-P",
                                       str(mock.ports["catalogue"]), "-u", "shop", f"shop?understudy_scope={w}",
                                       "-e", f"{READ}; {WRITE}; {READ}"))

    @unittest.skipUnless(shutil.which("redis-cli"), "needs redis-cli")
    def test_redis_cli(self):
        mock = Mock(self)

        def run(naming):  # INCRBY says 2 as well
            return self.said("redis-cli", "-p", str(mock.ports["cache"]), text=f"{naming}\nGET n\nINCRBY n 1\nGET n\n")[::2]

        self.check(lambda w: run(f"CLIENT SETNAME ?understudy_scope={w}"))
        self.check(lambda w: run(f"UNDERSTUDY SCOPE {w}.b"))

    @unittest.skipUnless(shutil.which("curl"), "needs curl")
    def test_curl(self):
        mock = Mock(self)
        url = f"http://127.0.0.1:{mock.ports['payments']}/n"

        def run(scope):
            field = f"Understudy-Scope: {scope}"
            seen = self.said("curl", "-sf", "-H", field, url)
            self.said("curl", "-s", "-H", field, "-H", "Content-Type: text/plain", "-X", "PUT", "-d", "2", url)
            return seen + self.said("curl", "-sf", "-H", field, url)

        self.check(run)

    def node(self, kind, url):
        self.write("client.js", NODE)
        done = subprocess.run(["node", self.path("client.js"), kind, url], capture_output=True, text=True,
                              timeout=LIMIT, check=False, env={**os.environ, "NODE_PATH": str(NODE_MODULES)})
        self.assertEqual(done.stderr, "")
        return json.loads(done.stdout)

    @unittest.skipUnless(shutil.which("node") and NODE_MODULES.exists(), "needs Node and its drivers")
    def test_drivers_of_node(self):
        mock = Mock(self)
        ports = mock.ports
        urls = {
            "pg options": f"postgres://shop@127.0.0.1:{ports['orders']}/shop?options=-c%20understudy.scope%3D",
            "pg application_name":
                f"postgres://shop@127.0.0.1:{ports['orders']}/shop?application_name=%3Funderstudy_scope%3Da.",
            "mysql2 database": f"mysql://shop@127.0.0.1:{ports['catalogue']}/shop%3Funderstudy_scope%3D",
            "ioredis connectionName": f"redis://127.0.0.1:{ports['cache']}?connectionName=%3Funderstudy_scope%3D",
            "fetch base URL": f"http://127.0.0.1:{ports['payments']}/understudy_scope=",
        }
        for name, url in urls.items():
            with self.subTest(name):
                self.check(lambda w, name=name, url=url: self.node(name.split()[0], url + w))
        with self.subTest("mysql2 connectAttributes"):
            attributes = "%7B%22understudy_scope%22%3A%22a.{}%22%7D"
            self.check(lambda w: self.node(
                "mysql2", f"mysql://shop@127.0.0.1:{ports['catalogue']}/shop?connectAttributes={attributes.format(w)}"))


if __name__ == "__main__":
    main()
