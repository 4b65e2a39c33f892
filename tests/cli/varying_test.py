"""Values that vary from run to run, with real servers and drivers: a flow is recorded once, then done
again against the mock with ids, tokens and times of its own, and must see what it would have seen.

Run by /usr/bin/python3, where psycopg, redis and pymysql are; skipped where a server or driver is missing."""

import contextlib
import datetime
import http.client
import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest
import uuid

HERE = pathlib.Path(__file__).resolve()
FLOW = sys.argv[sys.argv.index("--flow") + 1:] if "--flow" in sys.argv else None  # before support takes one
from support import Case, main  # noqa: E402

sys.path.insert(0, str(HERE.parents[1] / "conformance"))
import servers  # noqa: E402

ACCOUNT = "understudy"

PRODUCTS = ["0d7f4c1e-91b2-4c3d-8e5f-60718293a4b5", "1e8a5d2f-a2c3-4d4e-9f60-718293a4b5c6"]
PRODUCTS_SETUP = f"""
CREATE TABLE products (id uuid PRIMARY KEY, name text);
CREATE TABLE sales (id uuid PRIMARY KEY, product_id uuid REFERENCES products);
INSERT INTO products VALUES ('{PRODUCTS[0]}', 'lamp'), ('{PRODUCTS[1]}', 'chair');
"""
POSTGRES_SETUP = """
CREATE TABLE orders (id uuid PRIMARY KEY, name text, token text, made timestamptz, note jsonb);
CREATE TABLE numbers (id serial PRIMARY KEY, name text);
INSERT INTO numbers (name) VALUES ('one'), ('two'), ('three');
"""
MARIADB_SETUP = "CREATE TABLE orders (id CHAR(36) PRIMARY KEY, name TEXT, made DATETIME(6));\n"

HTTP_SERVER = r"""
const http = require('http');
const orders = {};
http.createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => {
    const id = request.url.split('/').pop();
    if (request.method === 'PUT') orders[id] = JSON.parse(body);
    if (request.method === 'POST') { const order = JSON.parse(body); orders[order.id] = order; }
    const found = request.method === 'POST' ? JSON.parse(body) : orders[id];
    response.setHeader('Content-Type', 'application/json');
    if (request.method === 'POST') response.setHeader('Location', '/orders/' + found.id);
    response.statusCode = found ? 200 : 404;
    response.end(JSON.stringify(found ? {id: id, order: found} : {error: 'no order ' + id}));
  });
}).listen(process.env.PORT, '127.0.0.1');
"""


# --- the flow, a process of its own ----------------------------------------------------------------


def port_of(service):
    return int(os.environ[f"UNDERSTUDY_{service.upper()}_PORT"])


def postgres():
    import psycopg
    return psycopg.connect(host="127.0.0.1", port=port_of("pg"), user=ACCOUNT, password=ACCOUNT,
                           dbname=ACCOUNT, autocommit=True)


def postgres_flow(ids, now):
    import psycopg
    seen = []
    with postgres() as writer, postgres() as reader:
        for id, name in zip(ids, ["ann", "bob"]):
            writer.execute("INSERT INTO orders VALUES (%s, %s, %s, %s, %s)",
                           (id, name, id.hex, now, json.dumps({"id": str(id), "by": name})))
        for binary in (False, True):
            with reader.cursor(binary=binary) as cursor:
                cursor.execute("SELECT id, name, token, made, note FROM orders WHERE id = %s", (ids[0],))
                seen.append(cursor.fetchall())
                cursor.execute("SELECT id FROM orders ORDER BY name")
                seen.append(cursor.fetchall())
        # A list is a set, whatever the order of this run's ids.
        seen.append(reader.execute("SELECT name FROM orders WHERE id IN (%s, %s) ORDER BY name", ids).fetchall())
        # The same through the simple protocol, the value in the text.
        with psycopg.ClientCursor(reader) as cursor:
            cursor.execute("SELECT name FROM orders WHERE id = %s", (ids[1],))
            seen.append(cursor.fetchall())
        with contextlib.suppress(psycopg.errors.UniqueViolation):
            writer.execute("INSERT INTO orders (id) VALUES (%s)", (ids[0],))
            seen.append("inserted twice")
        with writer.transaction():
            writer.execute("UPDATE orders SET name = %s WHERE id = %s RETURNING id", ("zoe", ids[1]))
        seen.append(reader.execute("SELECT id, name FROM orders ORDER BY name").fetchall())
    return seen


def redis_flow(ids, now):
    import redis
    client = redis.Redis(port=port_of("cache"), decode_responses=True)
    key = f"session:{ids[0]}"
    seen = [client.set(key, json.dumps({"order": str(ids[1]), "at": now.timestamp()}), ex=100),
            client.get(key), client.hset(f"h:{ids[1].hex}", mapping={"id": str(ids[1]), "n": 1}),
            client.hgetall(f"h:{ids[1].hex}"), client.lpush("queue", str(ids[0]), str(ids[1])),
            client.lrange("queue", 0, -1)]
    with client.pipeline() as pipe:
        pipe.watch(key)
        pipe.multi()
        pipe.delete(key)
        seen.append(pipe.execute())
    return seen + [client.get(key)]


def mysql_flow(ids, now):
    import pymysql
    seen = []
    with contextlib.closing(pymysql.connect(
            host="127.0.0.1", port=port_of("my"), user=ACCOUNT, password=ACCOUNT, database=ACCOUNT,
            autocommit=True)) as connection, connection.cursor() as cursor:
        for id, name in zip(ids, ["ann", "bob"]):
            seen.append(cursor.execute("INSERT INTO orders VALUES (%s, %s, %s)", (str(id), name, now.replace(tzinfo=None))))
        cursor.execute("SELECT * FROM orders WHERE id = %s", (str(ids[1]),))
        seen.append(cursor.fetchall())
        cursor.execute("SELECT id FROM orders ORDER BY name")
        seen.append(cursor.fetchall())
        cursor.execute("SELECT name FROM orders WHERE id IN (%s, %s) ORDER BY name", [str(id) for id in ids])
        seen.append(cursor.fetchall())
    return seen


def http_flow(ids, now):
    seen = []
    connection = http.client.HTTPConnection("127.0.0.1", port_of("api"), timeout=20)

    def ask(method, path, body=None):
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        seen.append((response.status, response.getheader("Location"), json.loads(response.read())))

    ask("PUT", f"/orders/{ids[0]}", {"name": "ann", "at": now.isoformat()})
    ask("POST", "/orders", {"id": str(ids[1]), "name": "bob", "key": ids[0].hex.upper()})
    ask("GET", f"/orders/{ids[0]}")
    ask("GET", f"/orders/{ids[1]}")
    return seen


def generated_flow(ids, now):
    """Ids that the server makes, and times that are only asked for: two recordings tell."""
    seen = []
    with postgres() as connection:
        for name in ["ann", "bob"]:
            made = connection.execute("INSERT INTO orders VALUES (gen_random_uuid(), %s) RETURNING id", (name,)).fetchone()[0]
            seen.append(connection.execute("SELECT name FROM orders WHERE id = %s", (made,)).fetchall())
        seen.append(connection.execute("SELECT count(*) FROM orders WHERE made < %s", (now,)).fetchall())
        seen.append(connection.execute("SELECT count(*) FROM orders WHERE token = %s", (ids[0].hex,)).fetchall())
    return seen


def numbers_flow(ids, now):
    """Small numbers are never renamed, whatever their order."""
    order = [1, 2, 3] if ids[0] < ids[1] else [3, 1, 2]
    with postgres() as connection:
        return {number: connection.execute("SELECT name FROM numbers WHERE id = %s", (number,)).fetchall()
                for number in order}


def sorted_flow(ids, now):
    """Random ids in their order: another run has another one."""
    with postgres() as connection:
        for id, name in zip(ids, ["ann", "bob"]):
            connection.execute("INSERT INTO orders (id, name) VALUES (%s, %s)", (id, name))
        return len(connection.execute("SELECT name FROM orders ORDER BY id").fetchall())


def refers_flow(ids, now):
    """A row that was there before, and one that refers to it."""
    with postgres() as connection:
        connection.execute("SELECT count(*) FROM products")
        connection.execute("INSERT INTO sales (id, product_id) VALUES (%s, %s)", (ids[0], now_product()))
        return connection.execute("SELECT p.name FROM sales s JOIN products p ON p.id = s.product_id"
                                  " WHERE s.id = %s", (ids[0],)).fetchall()


def now_product():
    return os.environ.get("PRODUCT", PRODUCTS[0])


FLOWS = {"sorted": sorted_flow, "refers": refers_flow, "pg": postgres_flow, "cache": redis_flow, "my": mysql_flow, "api": http_flow,
         "generated": generated_flow, "numbers": numbers_flow}


def fold(seen, ids, now):
    """What was seen, with a name in place of each value of the run."""
    text = json.dumps(seen, default=str, sort_keys=True)
    for number, id in enumerate(ids):
        for spelling in (str(id), id.hex, id.hex.upper()):
            text = text.replace(spelling, f"<id {number}>")
    times = [str(now), now.isoformat(), str(now.replace(tzinfo=None)), repr(now.timestamp())]
    for spelling in times:
        text = text.replace(spelling, "<now>")
    return text


def flow(names, ids, now):
    for service in names:
        print(service, fold(FLOWS[service](ids, now), ids, now), flush=True)


def child(arguments):
    ids = [uuid.UUID(text) for text in arguments[1].split(",")]
    flow(arguments[0].split(","), ids, datetime.datetime.fromisoformat(arguments[2]))


# --- the test --------------------------------------------------------------------------------------


def fresh_ids():
    return ",".join(str(uuid.uuid4()) for _ in range(2))


def time_now(later=datetime.timedelta()):
    return (datetime.datetime.now(datetime.timezone.utc) + later).isoformat()


class Varying(Case):
    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)

    def server(self, kind, setup):
        file = self.write("setup.sql", setup)
        try:
            server = servers.stopped_at_exit(kind(), self.stack).start()
            server.reset(file)
        except servers.ServerError as problem:
            self.skipTest(str(problem))
        return server

    def command(self, services, ids, now):
        return [sys.executable, str(HERE), "--flow", services, ids, now]

    def record(self, upstreams, ids, flows=None):
        maps = [word for name, url in upstreams.items() for word in ("--map", f"{name}=0={url}")]
        out, _ = self.expect(0, "record", self.path("mock"), *maps, "--",
                             *self.command(flows or ",".join(upstreams), ids, time_now()))
        return [line for line in out.splitlines() if not line.startswith("listening")]

    def again(self, flows, ids, now, status=0):
        out, err = self.expect(status, "run", self.path("mock"), "--", *self.command(flows, ids, now))
        return out.splitlines(), err

    def check(self, upstreams):
        ids = fresh_ids()
        recorded = self.record(upstreams, ids)
        services = ",".join(upstreams)
        later = time_now(datetime.timedelta(days=40, seconds=1.5))
        same, _ = self.again(services, ids, later)
        self.assertEqual(same, recorded)
        fresh, err = self.again(services, fresh_ids(), later)
        self.assertEqual(fresh, recorded)
        self.assertNotIn("guess", err.replace("0 guess", ""))
        swapped, _ = self.again(services, ",".join(reversed(ids.split(","))), later)
        self.assertEqual(swapped, recorded)

    def test_postgres(self):
        self.check({"pg": self.server(servers.Postgres, POSTGRES_SETUP).upstream()})

    def test_redis(self):
        self.check({"cache": self.server(servers.Redis, "").upstream()})

    def test_mariadb(self):
        self.check({"my": self.server(servers.Mariadb, MARIADB_SETUP).upstream()})

    def test_http(self):
        script = self.write("orders.js", HTTP_SERVER)
        server = servers.stopped_at_exit(servers.Program(script), self.stack).start()
        self.check({"api": server.upstream()})

    def test_services_share_the_values_of_a_scope(self):
        self.check({"pg": self.server(servers.Postgres, POSTGRES_SETUP).upstream(),
                    "cache": self.server(servers.Redis, "").upstream()})

    def test_swapped_numbers_are_told_apart(self):
        upstreams = {"pg": self.server(servers.Postgres, POSTGRES_SETUP).upstream()}
        ids = sorted(fresh_ids().split(","))
        recorded = self.record(upstreams, ",".join(ids), "numbers")
        self.assertIn('"1": [["one"]]', recorded[0])
        swapped, _ = self.again("numbers", ",".join(reversed(ids)), time_now())
        self.assertEqual(swapped, recorded)

    def test_rows_in_the_order_of_random_ids_are_a_guess(self):
        upstreams = {"pg": self.server(servers.Postgres, POSTGRES_SETUP).upstream()}
        ids = fresh_ids()
        recorded = self.record(upstreams, ids, "sorted")
        self.assertEqual(self.again("sorted", ids, time_now())[0], recorded)
        _, err = self.again("sorted", fresh_ids(), time_now(), status=2)
        self.assertIn("guess", err)

    def test_another_row_to_refer_to_is_a_guess(self):
        upstreams = {"pg": self.server(servers.Postgres, PRODUCTS_SETUP).upstream()}
        recorded = self.record(upstreams, fresh_ids(), "refers")
        self.assertEqual(self.again("refers", fresh_ids(), time_now())[0], recorded)
        os.environ["PRODUCT"] = PRODUCTS[1]
        self.addCleanup(os.environ.pop, "PRODUCT")
        _, err = self.again("refers", fresh_ids(), time_now(), status=2)
        self.assertIn("guess", err)

    def test_two_recordings_prove_what_varies(self):
        server = self.server(servers.Postgres, POSTGRES_SETUP)
        upstreams = {"pg": server.upstream()}
        first = self.record(upstreams, fresh_ids(), "generated")
        _, err = self.again("generated", fresh_ids(), time_now(), status=1)
        self.assertIn("miss", err)  # one recording does not tell that the token varies
        server.sql("-c", "TRUNCATE orders", database=ACCOUNT)
        self.assertEqual(self.record(upstreams, fresh_ids(), "generated"), first)
        out, err = self.again("generated", fresh_ids(), time_now(datetime.timedelta(days=40)))
        self.assertEqual(out, first)
        # Both recordings are one world now.
        self.expect(0, "compile", self.path("mock"), "--check")


if __name__ == "__main__":
    if FLOW:
        child(FLOW)
    else:
        main()
