#!/usr/bin/env python3
"""Scopes with real drivers and clients: workers that share a mock and don't see each other.

The mock of each service is a read of 1, a write of 2, and the read again. Who does this in a scope of his own gets
exactly that, whatever others do; who comes second into a scope does not.
"""

import urllib.request

from support import Case, LIMIT, main

import psycopg
import psycopg2
import pymysql
import redis

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


def interleaved(*clients):
    """What each of the clients saw that read, write and read again, step by step together."""
    seen = [[client.read()] for client in clients]
    for client in clients:
        client.write()
    for client, values in zip(clients, seen):
        values.append(client.read())
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
    def test_workers_in_scopes_of_their_own_do_not_see_each_other(self):
        mock = Mock(self)
        for number, (name, connect) in enumerate(WAYS.items()):
            with self.subTest(name):
                workers = [connect(mock, f"{worker}.{number}") for worker in "abc"]
                self.assertEqual(interleaved(*workers), [[1, 2]] * 3)
        for name, connect in UNNAMED.items():  # nobody was in this scope yet
            with self.subTest(name):
                self.assertEqual(interleaved(connect(mock)), [[1, 2]])

    def test_workers_without_a_scope_do(self):
        mock = Mock(self)
        for name, connect in UNNAMED.items():
            with self.subTest(name):
                second = connect(mock)
                self.assertEqual(interleaved(connect(mock)), [[1, 2]])
                self.assertEqual(second.read(), 2)
                with self.assertRaises(Exception):  # --strict: this state was not recorded
                    second.write()


if __name__ == "__main__":
    main()
