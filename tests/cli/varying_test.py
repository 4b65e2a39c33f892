"""Values that vary from run to run, with real servers and drivers: a flow is recorded once, then done
again against the mock with ids, tokens and times of its own, and must see what it would have seen.

Run by /usr/bin/python3, where psycopg, redis and pymysql are; skipped where a server or driver is missing."""

import contextlib
import datetime
import glob
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
AUDIT_SETUP = """
CREATE TABLE audit (id CHAR(36) PRIMARY KEY, at TIMESTAMP(6) NULL, text VARCHAR(40));
CREATE TABLE kinds (name VARCHAR(20) PRIMARY KEY);
INSERT INTO kinds VALUES ('made');
"""
NOTES_SETUP = """
CREATE TABLE notes (id CHAR(36) PRIMARY KEY, made TIMESTAMP(6) DEFAULT CURRENT_TIMESTAMP(6));
"""

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


def fresh_rows(now):
    return [(str(uuid.uuid4()), now, "made") for _ in range(int(os.environ.get("ROWS", "2")))]


def seen_of_audit(ask, inserted):
    """How many rows each insert is told to have added; what else is there, and with AUDIT all of it."""
    seen = {"kind": ask("SELECT name FROM kinds WHERE name = 'made'"), "inserted": inserted}
    if "AUDIT" in os.environ:
        seen["count"] = ask("SELECT count(*) FROM audit")
    return seen


def node(script):
    """What a script of Node prints, in which `rows` are those that are to be inserted."""
    conformance = HERE.parents[1] / "conformance"
    head = ("const crypto = require('crypto');\n"
            "const now = new Date();\n"
            "const rows = Array.from({length: Number(process.env.ROWS || 2)}, () => [crypto.randomUUID(), now, 'made']);\n")
    done = subprocess.run(["node", "-e", head + script], cwd=conformance, capture_output=True, text=True, timeout=60)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout)


def postgres_rows_flow(ids, now):
    import psycopg2.extras
    rows = fresh_rows(now)
    old = psycopg2.connect(host="127.0.0.1", port=port_of("pg"), user=ACCOUNT, password=ACCOUNT, dbname=ACCOUNT)
    old.autocommit = True
    with contextlib.closing(old), old.cursor() as cursor, postgres() as connection:
        psycopg2.extras.execute_values(cursor, "INSERT INTO audit (id, at, text) VALUES %s", rows)
        inserted = [cursor.rowcount]
        text = "INSERT INTO audit (id, at, text) VALUES " + ", ".join(["(%s, %s, %s)"] * len(rows))
        values = [value for row in fresh_rows(now) for value in row]
        inserted.append(connection.execute(text, values).rowcount)
        inserted.append(node("""
            const client = new (require('pg').Client)({host: '127.0.0.1', port: process.env.UNDERSTUDY_PG_PORT,
              user: 'understudy', password: 'understudy', database: 'understudy'});
            const places = rows.map((_, i) => `($${3 * i + 1}, $${3 * i + 2}, $${3 * i + 3})`).join(', ');
            client.connect()
              .then(() => client.query('INSERT INTO audit (id, at, text) VALUES ' + places, rows.flat()))
              .then((result) => { console.log(result.rowCount); return client.end(); });
        """))
        return seen_of_audit(lambda text: connection.execute(text).fetchall(), inserted)


def mysql_rows_flow(ids, now):
    import pymysql
    with contextlib.closing(pymysql.connect(
            host="127.0.0.1", port=port_of("my"), user=ACCOUNT, password=ACCOUNT, database=ACCOUNT,
            autocommit=True)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT id, at, text FROM audit WHERE id = 'none'")  # tells the types of its columns
        rows = [(id, at.replace(tzinfo=None), text) for id, at, text in fresh_rows(now)]
        inserted = [cursor.executemany("INSERT INTO audit (id, at, text) VALUES (%s, %s, %s)", rows)]
        inserted += node("""
            const mysql = require('mysql2/promise');
            (async () => {
              const client = await mysql.createConnection({host: '127.0.0.1', port: process.env.UNDERSTUDY_MY_PORT,
                user: 'understudy', password: 'understudy', database: 'understudy'});
              const [nested] = await client.query('INSERT INTO audit (id, at, text) VALUES ?', [rows]);
              const places = rows.map(() => '(?, ?, ?)').join(', ');
              const values = rows.map((row) => [crypto.randomUUID(), row[1], row[2]]).flat();
              const [prepared] = await client.execute('INSERT INTO audit (id, at, text) VALUES ' + places, values);
              console.log(JSON.stringify([nested.affectedRows, prepared.affectedRows]));
              await client.end();
            })();
        """)

        def ask(text):
            cursor.execute(text)
            return cursor.fetchall()
        return seen_of_audit(ask, inserted)


def other_rows_flow(ids, now):
    """Rows that differ in what does not vary: how many there are is not known to be all that matters."""
    count = int(os.environ.get("ROWS", "2"))
    with postgres() as connection:
        text = "INSERT INTO audit (id, text) VALUES " + ", ".join(["(%s, %s)"] * count)
        values = [value for number in range(count) for value in (str(uuid.uuid4()), f"line {number}")]
        return connection.execute(text, values).rowcount


def seen_of_notes(ask, id):
    """A time that the server made: it is of now, and finds its row again."""
    ask("INSERT INTO notes (id) VALUES (%s)", id)
    made = ask("SELECT id, made FROM notes WHERE id = %s", id)[0][1]
    naive = made.astimezone(datetime.timezone.utc).replace(tzinfo=None) if made.tzinfo else made
    age = (datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - naive).total_seconds()
    return {"near": abs(age) < 600, "fraction": made.microsecond > 0,
            "found": ask("SELECT count(*) FROM notes WHERE made = %s", made),
            "since": ask("SELECT count(*) FROM notes WHERE made >= %s", made)}


def postgres_times_flow(ids, now):
    with postgres() as connection:
        connection.execute("SET TIME ZONE 'UTC'")

        def ask(text, *values):
            cursor = connection.execute(text, values)
            return cursor.fetchall() if cursor.description else None
        seen = seen_of_notes(ask, str(ids[0]))
        text = ask("SELECT to_jsonb(notes) ->> 'made' FROM notes WHERE id = %s", str(ids[0]))[0][0]
        made = ask("SELECT made FROM notes WHERE id = %s", str(ids[0]))[0][0]
        return {**seen, "json": datetime.datetime.fromisoformat(text) == made.replace(tzinfo=None)}


def mysql_times_flow(ids, now):
    import pymysql
    with contextlib.closing(pymysql.connect(
            host="127.0.0.1", port=port_of("my"), user=ACCOUNT, password=ACCOUNT, database=ACCOUNT,
            autocommit=True, init_command="SET time_zone = '+00:00'")) as connection, connection.cursor() as cursor:
        def ask(text, *values):
            cursor.execute(text, values)
            return cursor.fetchall()
        return seen_of_notes(ask, str(ids[0]))


FLOWS = {"pg-rows": postgres_rows_flow, "my-rows": mysql_rows_flow, "other-rows": other_rows_flow,
         "pg-times": postgres_times_flow, "my-times": mysql_times_flow, "sorted": sorted_flow, "refers": refers_flow, "pg": postgres_flow, "cache": redis_flow, "my": mysql_flow, "api": http_flow,
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
        cls.running = {}

    def server(self, kind, setup):
        """Started once, with its tables as they were for each test."""
        file = self.write("setup.sql", setup)
        try:
            if kind not in self.running:
                self.running[kind] = servers.stopped_at_exit(kind(), self.stack).start()
            self.running[kind].reset(file)
        except servers.ServerError as problem:
            self.skipTest(str(problem))
        return self.running[kind]

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

    def with_rows(self, count, flow, status=0, **environment):
        for name, value in {"ROWS": str(count), **environment}.items():
            os.environ[name] = value
            self.addCleanup(os.environ.pop, name, None)
        out, err = self.again(flow, fresh_ids(), time_now(datetime.timedelta(days=3)), status)
        for name in environment:
            os.environ.pop(name)
        return (json.loads(out[0].split(" ", 1)[1]) if out else None), err

    def check_rows(self, service, server, flow, inserts):
        os.environ["AUDIT"] = "1"
        self.addCleanup(os.environ.pop, "AUDIT", None)
        recorded = json.loads(self.record({service: server.upstream()}, fresh_ids(), flow)[0].split(" ", 1)[1])
        os.environ.pop("AUDIT")
        # That times are not unique, a recording does not tell.
        self.write("mock/tables.sql", AUDIT_SETUP)
        config = pathlib.Path(self.path("mock"), "understudy.yaml")
        text = config.read_text()
        self.assertIn("listen:", text)
        block = "schema: tables.sql\n    listen:" if "\n    listen:" in text else "schema: tables.sql, listen:"
        config.write_text(text.replace("listen:", block, 1))
        self.assertEqual(recorded["inserted"], [2] * inserts)
        for count in (2, 1, 5):
            seen, err = self.with_rows(count, flow)
            self.assertEqual(seen["inserted"], [count] * inserts, err)
            self.assertEqual(seen["kind"], recorded["kind"])
        # What depends on all rows does not take the recorded state for that of this run.
        seen, _ = self.with_rows(2, flow, AUDIT="1")
        self.assertEqual(seen["count"], recorded["count"])
        _, err = self.with_rows(5, flow, status=2, AUDIT="1")
        self.assertIn("understudy guesses the answer to SELECT count(*) FROM audit".lower(), err.lower())

    def test_rows_may_be_more_or_less_postgres(self):
        self.check_rows("pg", self.server(servers.Postgres, AUDIT_SETUP), "pg-rows", 3)

    def test_rows_may_be_more_or_less_mariadb(self):
        self.check_rows("my", self.server(servers.Mariadb, AUDIT_SETUP), "my-rows", 3)

    def test_rows_that_differ_in_more_are_a_miss(self):
        upstreams = {"pg": self.server(servers.Postgres, AUDIT_SETUP).upstream()}
        self.record(upstreams, fresh_ids(), "other-rows")
        self.assertEqual(self.with_rows(2, "other-rows")[0], 2)
        _, err = self.with_rows(3, "other-rows", status=1)
        self.assertIn("it adds 3 rows and not 2", err)

    def check_times(self, service, server, flow):
        self.record({service: server.upstream()}, fresh_ids(), flow)
        self.make_older(datetime.timedelta(days=60))
        seen, _ = self.with_rows(1, flow)
        self.assertFalse(seen["near"])
        config = pathlib.Path(self.path("mock"), "understudy.yaml")
        config.write_text(config.read_text() + "times: shifted\n")
        self.expect(0, "compile", self.path("mock"), "--check")
        seen, err = self.with_rows(1, flow)
        self.assertEqual(seen, {**seen, "near": True, "fraction": True, "found": [[1]], "since": [[1]]}, err)
        return seen

    def make_older(self, by):
        """As if the recording had been made earlier."""
        today = datetime.datetime.now(datetime.timezone.utc)
        for days in (0, 1):  # midnight may have passed
            day = today - datetime.timedelta(days=days)
            for name in glob.glob(self.path("mock") + "/sessions/*.yaml"):
                file = pathlib.Path(name)
                file.write_text(file.read_text().replace(f"{day:%Y-%m-%d}", f"{day - by:%Y-%m-%d}"))

    def test_times_are_shifted_postgres(self):
        seen = self.check_times("pg", self.server(servers.Postgres, NOTES_SETUP), "pg-times")
        self.assertTrue(seen["json"])

    def test_times_are_shifted_mariadb(self):
        self.check_times("my", self.server(servers.Mariadb, NOTES_SETUP), "my-times")

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
