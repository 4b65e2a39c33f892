"""Cases that must hold, with real servers and drivers: each is recorded once and then played against the
mock in another way (other pool, other order, more reads, other spelling), where it must see what it would
have seen. `run` gives 0 only where every answer was certain.

Run by /usr/bin/python3, where psycopg, redis and pymysql are; skipped where a server is missing."""

import contextlib
import datetime
import json
import os
import pathlib
import random
import select
import sys
import threading
import time
import unittest
import uuid

HERE = pathlib.Path(__file__).resolve()
PLAY = sys.argv[sys.argv.index("--play") + 1:] if "--play" in sys.argv else None  # before support takes one
from support import Case  # noqa: E402

sys.path.insert(0, str(HERE.parents[1] / "conformance"))
import servers  # noqa: E402

ACCOUNT = "understudy"
SETUP = """
CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(40), stock INTEGER NOT NULL);
CREATE TABLE parts (id INTEGER PRIMARY KEY, name VARCHAR(40), stock INTEGER NOT NULL);
CREATE TABLE orders (id VARCHAR(36) PRIMARY KEY, name VARCHAR(40));
INSERT INTO items VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30);
INSERT INTO parts VALUES (1, 'one', 10), (2, 'two', 20), (3, 'three', 30);
"""
POSTGRES_SETUP = SETUP + """
CREATE TABLE made (id INTEGER PRIMARY KEY, at TIMESTAMPTZ DEFAULT now(), token TEXT DEFAULT md5(random()::text));
"""
MARIADB_SETUP = SETUP + """
CREATE TABLE made (id INTEGER PRIMARY KEY, at DATETIME(6) DEFAULT NOW(6), token VARCHAR(40) DEFAULT (MD5(RAND())));
"""

# What no recorded statement tells: it is defined before the recording begins.
DEFINED_POSTGRES = """
CREATE TABLE goods (id INTEGER PRIMARY KEY, kind INTEGER, stock INTEGER);
CREATE VIEW scarce AS SELECT * FROM goods WHERE stock < 10;
CREATE VIEW kinds AS SELECT kind, sum(stock) AS stock FROM goods GROUP BY kind;
CREATE MATERIALIZED VIEW counted AS SELECT kind, count(*) AS n, sum(stock) AS stock FROM goods GROUP BY kind;
CREATE TABLE moves (n SERIAL PRIMARY KEY, goods INTEGER, stock INTEGER);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO moves (goods, stock) VALUES (NEW.id, NEW.stock); RETURN NEW; END $$;
CREATE TRIGGER noted AFTER UPDATE ON goods FOR EACH ROW EXECUTE FUNCTION note();
CREATE FUNCTION restock(good INTEGER, more INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS
  $$ DECLARE now INTEGER; BEGIN UPDATE goods SET stock = stock + more WHERE id = good RETURNING stock INTO now; RETURN now; END $$;
CREATE TABLE logs (id INTEGER, note TEXT) PARTITION BY RANGE (id);
CREATE TABLE logs_low PARTITION OF logs FOR VALUES FROM (0) TO (100);
CREATE TABLE logs_high PARTITION OF logs FOR VALUES FROM (100) TO (200);
CREATE TABLE old (id INTEGER);
CREATE FUNCTION archive() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN INSERT INTO logs VALUES (NEW.id, 'old'); RETURN NULL; END $$;
CREATE TRIGGER archived BEFORE INSERT ON old FOR EACH ROW EXECUTE FUNCTION archive();
INSERT INTO goods VALUES (1, 1, 3), (2, 1, 50), (3, 2, 7);
REFRESH MATERIALIZED VIEW counted;
"""
DEFINED_MARIADB = """
CREATE TABLE goods (id INTEGER PRIMARY KEY, kind INTEGER, stock INTEGER);
CREATE VIEW scarce AS SELECT * FROM goods WHERE stock < 10;
CREATE VIEW kinds AS SELECT kind, CAST(sum(stock) AS SIGNED) AS stock FROM goods GROUP BY kind;
CREATE TABLE moves (n INTEGER AUTO_INCREMENT PRIMARY KEY, goods INTEGER, stock INTEGER);
CREATE TRIGGER noted AFTER UPDATE ON goods FOR EACH ROW INSERT INTO moves (goods, stock) VALUES (NEW.id, NEW.stock);
DELIMITER ;;
CREATE DEFINER='understudy'@'%' FUNCTION restock(good INTEGER, more INTEGER) RETURNS INTEGER MODIFIES SQL DATA
BEGIN UPDATE goods SET stock = stock + more WHERE id = good; RETURN (SELECT stock FROM goods WHERE id = good); END;;
DELIMITER ;
CREATE TABLE logs (id INTEGER, note TEXT);
CREATE VIEW logs_low AS SELECT * FROM logs WHERE id < 100;
CREATE TABLE old (id INTEGER);
CREATE TRIGGER archived BEFORE INSERT ON old FOR EACH ROW INSERT INTO logs VALUES (NEW.id, 'old');
INSERT INTO goods VALUES (1, 1, 3), (2, 1, 50), (3, 2, 7);
"""
DEFINED_STEPS = [
    "SELECT kind, stock FROM goods WHERE id = 1", "UPDATE scarce SET stock = stock + 3 WHERE id = 1",
    "SELECT kind, stock FROM goods WHERE id = 1", "SELECT stock FROM kinds WHERE kind = 1", "SELECT n, stock FROM counted WHERE kind = 1",
    "SELECT goods, stock FROM moves ORDER BY n", "SELECT restock(2, 5)", "SELECT kind, stock FROM goods WHERE id = 2",
    "REFRESH MATERIALIZED VIEW counted", "SELECT n, stock FROM counted WHERE kind = 1", "SELECT id, stock FROM scarce ORDER BY id",
    "INSERT INTO logs VALUES (1, 'a'), (101, 'b')", "SELECT count(*) FROM logs_low", "SELECT note FROM logs WHERE id = 1",
    "INSERT INTO old VALUES (7)", "SELECT id, note FROM logs ORDER BY id", "SELECT count(*) FROM old",
    "DELETE FROM logs_low", "SELECT count(*) FROM logs", "UPDATE goods SET stock = 20 WHERE id = 1",
    "SELECT goods, stock FROM moves ORDER BY n", "SELECT id, stock FROM scarce ORDER BY id"]


# --- the cases, played by a process of its own -----------------------------------------------------


class Sql:
    """Connections to a service, all in autocommit."""

    def __init__(self, service):
        self.service = service

    def connect(self):
        port = int(os.environ["UNDERSTUDY_DB_PORT"])
        if self.service == "pg":
            import psycopg
            return psycopg.connect(host="127.0.0.1", port=port, user=ACCOUNT, password=ACCOUNT, dbname=ACCOUNT,
                                   autocommit=True)
        import pymysql
        return pymysql.connect(host="127.0.0.1", port=port, user=ACCOUNT, password=ACCOUNT, database=ACCOUNT,
                               autocommit=True)

    @contextlib.contextmanager
    def pool(self, size):
        with contextlib.ExitStack() as stack:
            yield [stack.enter_context(contextlib.closing(self.connect())) for _ in range(size)]


def ask(connection, text, *values):
    """The rows of an answer, or how many rows were touched."""
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        if cursor.description is None:
            return cursor.rowcount
        return [[value if isinstance(value, (int, str)) else str(value) for value in row] for row in cursor.fetchall()]


def stock_of(connection, id):
    return ask(connection, "SELECT id, name, stock FROM items WHERE id = %s", id)


def sell(connection, id, stock):
    return ask(connection, "UPDATE items SET stock = %s WHERE id = %s", stock, id)


def two_clients(client, at_once):
    """What the clients 0 and 1 saw, one after the other or at the same time."""
    seen = {}

    def run(number):
        seen[number] = client(number)
    clients = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in clients:
        thread.start()
        if not at_once:
            thread.join()
    for thread in clients:
        thread.join()
    return [seen[0], seen[1]]


def read_write_read(connection, id):
    return [stock_of(connection, id), sell(connection, id, 100 + id), stock_of(connection, id),
            sell(connection, id, 200 + id), stock_of(connection, id)]


def twice_in_parallel(sql, again, _):
    """Two clients with a row each, one after the other; again: at the same time."""
    with sql.pool(2) as pool:
        return two_clients(lambda number: read_write_read(pool[number], number + 1), again)


def pool(sql, again, _):
    """One connection; again: ten in turn."""
    seen = []
    with sql.pool(10 if again else 1) as connections:
        for turn in range(12):
            connection = connections[turn % len(connections)]
            seen.append(sell(connection, turn % 3 + 1, turn))
            other = connections[(turn + 5) % len(connections)]
            seen.append([stock_of(other, id) for id in (1, 2, 3)])
    return seen


def rollback(sql, again, _):
    """Another connection reads while the transaction is open; again: more often."""
    seen = []
    with sql.pool(2) as (writer, reader):
        seen.append(stock_of(reader, 1))
        ask(writer, "BEGIN")
        seen += [sell(writer, 1, 5), stock_of(writer, 1)]
        seen += [stock_of(reader, 1) for _ in range(3 if again else 1)][:1]
        ask(writer, "ROLLBACK")
        seen += [stock_of(writer, 1), stock_of(reader, 1)]
    return seen


def savepoint(sql, again, _):
    """Again: another connection reads meanwhile."""
    seen = []
    with sql.pool(2) as (writer, reader):
        seen.append(stock_of(reader, 3))
        ask(writer, "BEGIN")
        seen.append(sell(writer, 1, 5))
        ask(writer, "SAVEPOINT half")
        seen += [sell(writer, 1, 6), sell(writer, 2, 7), stock_of(writer, 1)]
        ask(writer, "ROLLBACK TO SAVEPOINT half")
        seen += [stock_of(writer, 1), stock_of(writer, 2)]
        if again:
            stock_of(reader, 3)
        ask(writer, "COMMIT")
        seen += [stock_of(reader, 1), stock_of(reader, 2)]
    return seen


def client_made_key(sql, again, ids):
    seen = []
    with sql.pool(2) as (writer, reader):
        for id, name in zip(ids, ["ann", "bob"]):
            seen.append(ask(writer, "INSERT INTO orders VALUES (%s, %s)", id, name))
        for id in reversed(ids):
            seen.append(ask(reader, "SELECT id, name FROM orders WHERE id = %s", id))
        seen.append(ask(reader, "UPDATE orders SET name = %s WHERE id = %s", "zoe", ids[0]))
        seen.append(ask(writer, "SELECT id, name FROM orders ORDER BY name"))
    return seen


def made_columns(sql, again, _):
    """What the server's clock and dice made is read back, from wherever."""
    with sql.pool(2) as (writer, reader):
        ask(writer, "INSERT INTO made (id) VALUES (1)")
        return [ask(reader if again else writer, "SELECT at, token FROM made WHERE id = 1") for _ in range(2)]


def clock(sql, again, _):
    """Nothing that is computed: what a server's dice have a part in."""
    later = "now() + random() * INTERVAL '1 hour'" if sql.service == "pg" else "now() + INTERVAL 1 HOUR"
    with sql.pool(1) as (connection,):
        ask(connection, f"SELECT {later} AS t")
        time.sleep(1.1)
        ask(connection, f"SELECT {later} AS t")
    return "asked"


def clock_alone(sql, _again, _):
    """Whether it is the time of this run, whenever that is."""
    def now():
        return datetime.datetime.now(datetime.timezone.utc)
    began = now()
    with sql.pool(1) as (connection,):
        told = [datetime.datetime.fromisoformat(ask(connection, "SELECT now() AS t")[0][0]) for _ in range(2)]
    return began <= told[0] <= told[1] <= now()


def clock_once(sql, again, _):
    """Asked once only: a second answer would have been another one."""
    with sql.pool(1) as (connection,):
        ask(connection, "SELECT now() AS t, 1 AS one")
        ask(connection, "SELECT random() AS r" if sql.service == "pg" else "SELECT rand() AS r")
    return "asked"


def compared_clock(sql, again, _):
    """What a clock is compared with is of the recording, as the clock is."""
    with sql.pool(2) as (writer, reader):
        ask(writer, "INSERT INTO made (id) VALUES (1)")
        return ask(reader if again else writer, "SELECT id FROM made WHERE at <= now()")


def other_table(sql, again, _):
    """Again: the same of a table of the same shape."""
    with sql.pool(1) as (connection,):
        before = stock_of(connection, 1)
        try:
            ask(connection, "UPDATE parts SET stock = 5 WHERE id = 1" if again else "UPDATE items SET stock = 5 WHERE id = 1")
            refused = False
        except Exception:
            refused = True
        return [before, refused]


def polls(sql, again, _):
    """Again: a thousand times where it was three times."""
    seen = []
    with sql.pool(1) as (connection,):
        for stock in (1, 2):
            sell(connection, 1, stock)
            answers = [stock_of(connection, 1) for _ in range(1000 if again else 3)]
            seen.append([answers[0], all(answer == answers[0] for answer in answers)])
    return seen


def many_polls(sql, again, _):
    return polls(sql, not again, _)


def comments(sql, again, _):
    """Again: with sqlcommenter's comments and other white space."""
    def spelled(text):
        trace = f"/*traceparent='00-{uuid.uuid4().hex}-{uuid.uuid4().hex[:16]}-01',route='%%2Fitems'*/"
        return text.replace(" ", "\n\t ").replace(",", " , ") + " " + trace if again else text
    with sql.pool(1) as (connection,):
        return [ask(connection, spelled("SELECT name, stock FROM items WHERE id = %s"), 1),
                ask(connection, spelled("UPDATE items SET stock = %s WHERE id = %s"), 11, 1),
                ask(connection, spelled("SELECT name, stock FROM items WHERE id = %s"), 1)]


def swapped(sql, again, _):
    """1, 2, 3; again: 3, 1, 2."""
    with sql.pool(1) as (connection,):
        seen = {id: read_write_read(connection, id) for id in ([3, 1, 2] if again else [1, 2, 3])}
    return [seen[id] for id in (1, 2, 3)]


def in_list(sql, again, _):
    """Again: the list in another order."""
    ids = [3, 1, 2] if again else [1, 2, 3]
    with sql.pool(1) as (connection,):
        return [ask(connection, "SELECT id, name, stock FROM items WHERE id IN (%s, %s, %s) ORDER BY id", *ids),
                sell(connection, 2, 21),
                ask(connection, "SELECT id, name, stock FROM items WHERE id IN (%s, %s, %s) ORDER BY id", *ids)]


def settings(sql, again, _):
    """One setting after the other and what depends on it; again: in the other order."""
    asked = [("SET time_zone = '+00:00'", "SELECT FROM_UNIXTIME(0) AS t"),
             ("SET time_zone = '+09:00'", "SELECT FROM_UNIXTIME(0) AS t"),
             ("SET sql_select_limit = 1", "SELECT id FROM items ORDER BY id"),
             ("SET sql_select_limit = DEFAULT", "SELECT id FROM items ORDER BY id"),
             ("SET NAMES utf8mb4 COLLATE utf8mb4_bin", "SELECT 'a' = 'A' AS same"),
             ("SET NAMES utf8mb4 COLLATE utf8mb4_general_ci", "SELECT 'a' = 'A' AS same"),
             ("SET sql_mode = 'ANSI_QUOTES'", 'SELECT "name" FROM items WHERE id = 1'),
             ("SET sql_mode = ''", 'SELECT "name" FROM items WHERE id = 1'),
             ("SET group_concat_max_len = 5", "SELECT GROUP_CONCAT(name) AS names FROM items"),
             ("SET group_concat_max_len = 500", "SELECT GROUP_CONCAT(name) AS names FROM items"),
             ("SET @kept = 'x'", "SELECT @kept"), ("SET @kept = NULL", "SELECT @kept")]
    seen = {}
    with sql.pool(1) as (connection,):
        for setting, question in reversed(asked) if again else asked:
            ask(connection, setting)
            seen[setting] = ask(connection, question)
            ask(connection, "SET NAMES utf8mb4, time_zone = DEFAULT, sql_select_limit = DEFAULT, sql_mode = DEFAULT,"
                            " group_concat_max_len = DEFAULT")
    return sorted(seen.items())


def other_setting(sql, again, _):
    """Again: with a time zone that was not recorded."""
    with sql.pool(1) as (connection,):
        ask(connection, "SET time_zone = '+05:00'" if again else "SET time_zone = '+01:00'")
        ask(connection, "SELECT id FROM items")
        try:
            return ask(connection, "SELECT FROM_UNIXTIME(0) AS t")
        except Exception:
            return "refused"


def own_tables(sql, again, _):
    """Two scripts with a table each; again: the second one alone."""
    seen = []
    with sql.pool(1) as (connection,):
        for table in ("second",) if again else ("first", "second"):
            seen = [ask(connection, text.replace("TABLE_", table)) for text in (
                "DROP TABLE IF EXISTS TABLE_", "CREATE TABLE TABLE_ (of_TABLE_ VARCHAR(9))",
                "INSERT INTO TABLE_ VALUES ('TABLE_')", "SELECT of_TABLE_ FROM TABLE_", "DROP TABLE TABLE_")]
    return seen


def starts(sql, again, _):
    """What is there already is not made again, however often a program starts: three times; again: five."""
    seen = []
    with sql.pool(1) as (connection,):
        sell(connection, 1, 77)
        for _ in range(5 if again else 3):
            ask(connection, "CREATE TABLE IF NOT EXISTS items (id INTEGER PRIMARY KEY, name VARCHAR(40))")
            seen.append(stock_of(connection, 1))
    return [seen[0], all(each == seen[0] for each in seen)]


def catalogue(sql, again, _):
    """What the catalogue says of columns has nothing to do with rows; again: in the other order."""
    columns = ("SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
               " AND TABLE_NAME = 'items' ORDER BY ORDINAL_POSITION")
    with sql.pool(1) as (connection,):
        def look():
            return [ask(connection, columns), ask(connection, "SHOW COLUMNS FROM items")]
        stock_of(connection, 3)
        ask(connection, "DO SLEEP(0)")
        looked = [] if again else look()
        sell(connection, 2 if again else 1, 5)
        looked = look()
        sell(connection, 1 if again else 2, 5)
        return [looked, look()]


def accounts(sql, *_):
    """Passwords are not kept, refused or not. A column called so is no password."""
    with sql.pool(1) as (connection,):
        seen = []
        try:
            seen.append(ask(connection, "CREATE USER probe@localhost IDENTIFIED BY 'first one'"))
        except Exception as problem:
            seen.append(str(problem))
        return seen + [ask(connection, text) for text in (
            "CREATE TABLE keep (login VARCHAR(20), password VARCHAR(20) DEFAULT 'none' COMMENT 'hash of it')",
            "ALTER TABLE keep ADD COLUMN nick VARCHAR(20) NOT NULL DEFAULT ''",
            "INSERT INTO keep (login) VALUES ('a')", "SELECT login, password, nick FROM keep", "DROP TABLE keep")]


def unlocked(sql, again, _):
    with sql.pool(2) as (connection, other):
        ask(connection, "START TRANSACTION WITH CONSISTENT SNAPSHOT")
        ask(connection, "UNLOCK TABLES")
        ask(connection, "SAVEPOINT here")
        seen = [sell(connection, 1, 3), stock_of(connection, 1)]
        if again:
            stock_of(other, 2)
        ask(connection, "ROLLBACK TO SAVEPOINT here")
        seen.append(stock_of(connection, 1))
        ask(connection, "COMMIT")
        return seen + [stock_of(connection, 2)]


def defined(sql, again, _):
    """What is defined and was not recorded counts; again: in an order that the number in `again` makes, without
    the statements that are missed."""
    steps = [text for text in DEFINED_STEPS if sql.service == "pg" or "counted" not in text] * 2
    if again:
        random.Random(again).shuffle(steps)
    seen = []
    with sql.pool(1) as (connection,):
        for text in steps:
            try:
                seen.append([text, ask(connection, text)])
            except Exception as problem:
                if "understudy" not in str(problem):
                    raise
    return seen


def login_time(sql, again, _):
    """Each request writes when its user was last seen, which nothing else shows; again: the requests in the
    other order. The tables are made by whoever asks, with and without a list of columns."""
    now = "now()" if sql.service == "pg" else "NOW(6)"
    when = "TIMESTAMPTZ" if sql.service == "pg" else "DATETIME(6)"
    with sql.pool(1) as (connection,):
        ask(connection, f"CREATE TABLE person (id INTEGER PRIMARY KEY, name TEXT, secret TEXT, seen {when})")
        ask(connection, "CREATE TABLE stall (id INTEGER PRIMARY KEY, owner TEXT)")
        ask(connection, "INSERT INTO person VALUES (1, 'ida', 'x', NULL)")

        def request(number):
            columns = "(id, owner) " if number % 2 else ""
            return [ask(connection, "SELECT secret FROM person WHERE name = 'ida'"),
                    ask(connection, f"UPDATE person SET seen = {now} WHERE id = 1"),
                    ask(connection, "SELECT id, name FROM person WHERE id = 1"),
                    ask(connection, f"INSERT INTO stall {columns}VALUES ({number}, 'owner {number}')"),
                    ask(connection, f"SELECT owner FROM stall WHERE id = {number}")]
        told = {number: request(number) for number in ((4, 2, 3, 1) if again else (1, 2, 3, 4))}
        ask(connection, "DROP TABLE person")
        ask(connection, "DROP TABLE stall")
        return [told[number] for number in sorted(told)]


def nothing_there(sql, _again, ids):
    """A key that nobody has used yet is not there, whatever it is."""
    with sql.pool(1) as (connection,):
        ask(connection, "CREATE TABLE coupon (id VARCHAR(36) PRIMARY KEY, who VARCHAR(40))")
        seen = []
        for id in ids:
            seen.append(ask(connection, "SELECT who FROM coupon WHERE id = %s", id))
            if not seen[-1]:
                seen.append(ask(connection, "INSERT INTO coupon (id, who) VALUES (%s, %s)", id, "somebody"))
        return seen + [ask(connection, "SELECT count(*) AS n FROM coupon"), ask(connection, "DROP TABLE coupon")]


WEIGHT = {"pg": """CREATE FUNCTION weight(told TEXT) RETURNS INTEGER LANGUAGE plpgsql STABLE AS
  $$ DECLARE n INTEGER := 0; i INTEGER := 0;
  BEGIN WHILE i < length(told) LOOP i := i + 1; n := n * 7 %% 31 + ascii(substr(told, i, 1)); END LOOP;
     RETURN n + (SELECT count(*) FROM doc WHERE length(body) > length(told)); END $$""",
          "my": """CREATE FUNCTION weight(told VARCHAR(99)) RETURNS INTEGER READS SQL DATA
  BEGIN DECLARE n, i INTEGER DEFAULT 0;
    WHILE i < length(told) DO SET i = i + 1; SET n = n * 7 %% 31 + ascii(substr(told, i, 1)); END WHILE;
    RETURN n + (SELECT count(*) FROM doc WHERE length(body) > length(told)); END"""}
RANKED = {"pg": """SELECT body, ts_rank(to_tsvector('english', body), plainto_tsquery('english', 'cats')) AS rank FROM doc
  ORDER BY rank DESC, id""",
          "my": "SELECT body, soundex(body) AS sound FROM doc ORDER BY sound DESC, id"}


def equal_contents(sql, again, _):
    """What is not computed (a rank, a function of the application's own) is known by the contents that it is
    asked of; again: other orders of tests and rows, one of them twice."""
    texts = [["a cat", "cats and cats"], ["no dog", "one cat", "cats"]]
    with sql.pool(1) as (connection,):
        ask(connection, "CREATE TABLE doc (id INTEGER PRIMARY KEY, body VARCHAR(99), at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)")
        ask(connection, WEIGHT[sql.service])
        told = {}
        for number in (1, 0, 1) if again else (0, 1):
            ask(connection, "TRUNCATE TABLE doc")
            rows = list(enumerate(texts[number]))
            for id, body in reversed(rows) if again else rows:
                ask(connection, "INSERT INTO doc (id, body) VALUES (%s, %s)", id, body)
            told[number] = [ask(connection, RANKED[sql.service]), ask(connection, "SELECT weight(body) AS w FROM doc ORDER BY id")]
        return [told[0], told[1]]


def pool_resets(sql, again, _):
    """What asyncpg's pool sends whenever a connection comes back; again: to more connections."""
    seen = []
    with sql.pool(3 if again else 1) as connections:
        for turn in range(6):
            connection = connections[turn % len(connections)]
            seen.append([stock_of(connection, turn % 3 + 1), sell(connection, turn % 3 + 1, turn)])
            connection.execute("SELECT pg_advisory_unlock_all(); CLOSE ALL; UNLISTEN *; RESET ALL;", prepare=False)
    return seen


def notified(sql, again, _):
    """A worker hears what others commit, when they do; again: more of them."""
    heard = []
    with sql.pool(4 if again else 2) as (worker, *others):
        worker.execute("LISTEN jobs")
        for turn in range(6):
            other = others[turn % len(others)]
            with other.transaction():
                other.execute(f"NOTIFY jobs, 'job {turn}'") if turn % 2 else other.execute(
                    "SELECT pg_notify('jobs', %s)", (f"job {turn}",))
                heard.append(select.select([worker.fileno()], [], [], 0.05)[0] != [])
            if not select.select([worker.fileno()], [], [], 5)[0]:
                return heard + ["nothing"]
            notify = next(worker.notifies())
            heard.append([notify.channel, notify.payload, notify.pid == other.info.backend_pid])
            stock_of(worker, 1)
    return heard


def idle(sql, again, _):
    """A session that says nothing for longer than it may is ended; again: another one."""
    seen = []
    for setting, open_block in (("idle_in_transaction_session_timeout", True), ("idle_session_timeout", False)):
        with sql.pool(2) as connections:
            connection = connections[1 if again else 0]
            connection.execute(f"SET {setting} = 300")
            seen.append(stock_of(connection, 1))
            if open_block:
                connection.execute("BEGIN")
            time.sleep(1)
            try:
                seen.append(stock_of(connection, 2))
            except Exception as problem:
                seen.append(type(problem).__name__)
    return seen


def redis_client():
    import redis
    return redis.Redis(port=int(os.environ["UNDERSTUDY_DB_PORT"]), decode_responses=True)


def redis_pool(_, again, ids):
    clients = [redis_client() for _ in range(10 if again else 1)]
    seen = []
    for turn in range(12):
        client, other = clients[turn % len(clients)], clients[(turn + 3) % len(clients)]
        seen += [client.set(f"item:{turn % 3}", turn), [other.get(f"item:{id}") for id in range(3)]]
    return seen


def redis_parallel(_, again, ids):
    def client(number):
        own = redis_client()
        key = f"stock:{number}"
        return [own.get(key), own.set(key, 1), own.get(key), own.incr(key), own.get(key)]
    return two_clients(client, again)


def redis_key(_, again, ids):
    writer, reader = redis_client(), redis_client()
    return [writer.hset(f"order:{ids[0]}", "id", ids[0]), reader.hget(f"order:{ids[0]}", "id"),
            writer.set(f"name:{ids[1]}", "bob"), reader.get(f"name:{ids[1]}")]


def redis_polls(_, again, ids):
    client = redis_client()
    seen = []
    for value in ("a", "b"):
        client.set("state", value)
        answers = {client.get("state") for _ in range(1000 if again else 2)}
        seen.append(sorted(answers))
    return seen


def redis_swapped(_, again, ids):
    client = redis_client()
    seen = {}
    for id in ([3, 1, 2] if again else [1, 2, 3]):
        seen[id] = [client.get(f"n:{id}"), client.set(f"n:{id}", id * 10), client.get(f"n:{id}")]
    return [seen[id] for id in (1, 2, 3)]


def redis_discard(_, again, ids):
    client, other = redis_client(), redis_client()
    seen = [client.set("a", 1)]
    with client.pipeline() as pipe:
        pipe.watch("a")
        pipe.multi()
        pipe.set("a", 2)
        if again:
            other.get("a")
        pipe.reset()
    return seen + [client.get("a"), other.get("a")]


CASES = {function.__name__: function for function in (
    twice_in_parallel, pool, rollback, savepoint, client_made_key, made_columns, clock, clock_alone, clock_once, compared_clock, other_table,
    polls, many_polls, comments, swapped, in_list, settings, other_setting, own_tables, starts, catalogue, accounts, unlocked, defined,
    login_time, nothing_there, equal_contents, pool_resets, notified, idle, redis_pool, redis_parallel, redis_key, redis_polls, redis_swapped,
    redis_discard)}


# Whose answers are computed: the recorder has to know the server's settings.
WITH_CATALOGUE = {"login_time", "nothing_there", "equal_contents"}


def play(case, service, again, ids):
    ids = ids.split(",")
    text = json.dumps(CASES[case](Sql(service), {"once": False, "again": True}.get(again, again), ids))
    for number, id in enumerate(ids):
        text = text.replace(id, f"<id {number}>")
    print("seen", text, flush=True)


# --- the tests -------------------------------------------------------------------------------------


class Cases(Case):
    running = {}

    @classmethod
    def setUpClass(cls):
        cls.stack = contextlib.ExitStack()
        cls.addClassCleanup(cls.stack.close)
        cls.running = {}

    def server(self, kind, setup):
        """Started once, with its tables as they were for each case."""
        try:
            if kind not in self.running:
                self.running[kind] = servers.stopped_at_exit(kind(), self.stack).start()
            self.running[kind].reset(self.write("setup.sql", setup))
        except servers.ServerError as problem:
            self.skipTest(str(problem))
        return self.running[kind].upstream()

    def command(self, case, service, how):
        ids = ",".join(str(uuid.uuid4()) for _ in range(2))
        return ["--", sys.executable, str(HERE), "--play", case, service, how, ids]

    def seen(self, out):
        return [line for line in out.splitlines() if line.startswith("seen")]

    def check(self, case, service, status=0):
        kind, setup = {"pg": (servers.Postgres, POSTGRES_SETUP), "my": (servers.Mariadb, MARIADB_SETUP),
                       "redis": (servers.Redis, "")}[service]
        upstream = self.server(kind, setup)
        if case in WITH_CATALOGUE:
            upstream = self.running[kind].url()
        mock = self.path(case + service)
        out, _ = self.expect(0, "record", mock, "--map", f"db=0={upstream}", *self.command(case, service, "once"))
        recorded = self.seen(out)
        self.assertEqual(len(recorded), 1, out)
        self.expect(0, "compile", mock, "--check")
        same, _ = self.expect(status, "run", mock, *self.command(case, service, "once"))
        self.assertEqual(self.seen(same), recorded)
        return mock, recorded

    def certain(self, case, service):
        mock, recorded = self.check(case, service)
        again, err = self.expect(0, "run", mock, *self.command(case, service, "again"))
        self.assertEqual(self.seen(again), recorded, err)

    def test_clock_is_told_as_a_guess(self):
        for service in ("pg", "my"):
            with self.subTest(service):
                mock = self.path("clock" + service)
                kind, setup = (servers.Postgres, POSTGRES_SETUP) if service == "pg" else (servers.Mariadb, MARIADB_SETUP)
                self.expect(0, "record", mock, "--map", f"db=0={self.server(kind, setup)}",
                            *self.command("clock", service, "once"))
                self.expect(2, "run", mock, *self.command("clock", service, "again"), says="guess")
                self.expect(1, "run", mock, "--strict", *self.command("clock", service, "again"))

    def test_clock_that_was_asked_once_is_told_as_a_guess(self):
        for service in ("pg", "my"):
            with self.subTest(service):
                mock = self.path("once" + service)
                kind, setup = (servers.Postgres, POSTGRES_SETUP) if service == "pg" else (servers.Mariadb, MARIADB_SETUP)
                self.expect(0, "record", mock, "--map", f"db=0={self.server(kind, setup)}",
                            *self.command("clock_once", service, "once"))
                chance = "random()" if service == "pg" else "rand()"
                self.expect(0, "compile", mock, says=["shows now(), which is another one", f"shows {chance}"])
                _, err = self.expect(2, "run", mock, *self.command("clock_once", service, "again"),
                                     says="it shows the clock or chance")
                # The time of this run is what PostgreSQL's emulator says; chance nobody knows.
                self.assertIn("1 computed, 1 guess" if service == "pg" else "2 guess", err)
                self.expect(1, "run", mock, "--strict", *self.command("clock_once", service, "again"))

    def test_update_of_another_table_is_a_miss(self):
        for service in ("pg", "my"):
            with self.subTest(service):
                mock, recorded = self.check("other_table", service)
                self.assertIn("false", recorded[0])
                again, err = self.expect(2, "run", mock, *self.command("other_table", service, "again"))
                self.assertIn("true", self.seen(again)[0])
                self.assertIn("miss", err)


    def test_setting_that_was_not_recorded_is_not_certain(self):
        mock, _ = self.check("other_setting", "my")
        again, err = self.expect(2, "run", mock, *self.command("other_setting", "my", "again"), says="time_zone")
        self.assertNotIn("refused", self.seen(again)[0])
        self.assertIn("1 guess", err)
        again, _ = self.expect(2, "run", mock, "--strict", *self.command("other_setting", "my", "again"))
        self.assertIn("refused", self.seen(again)[0])


    def test_what_is_defined_and_not_recorded_counts_pg(self):
        self.check_defined("pg", servers.Postgres, DEFINED_POSTGRES)

    def test_what_is_defined_and_not_recorded_counts_my(self):
        self.check_defined("my", servers.Mariadb, DEFINED_MARIADB)

    def check_defined(self, service, kind, setup):
        """In the recorded order every answer is certain; in others none is certain and wrong."""
        upstream, mock = self.server(kind, setup), self.path("defined" + service)
        url = self.running[kind].url()
        out, err = self.expect(0, "record", mock, "--map", f"db=0={url}", *self.command("defined", service, "once"))
        self.assertNotIn("catalogue", err)
        recorded = self.seen(out)
        out, _ = self.expect(0, "compile", mock, "--check")
        self.assertIn("schema: tables", out)
        same, _ = self.expect(0, "run", mock, *self.command("defined", service, "once"))
        self.assertEqual(self.seen(same), recorded)
        answered = 0
        for seed in ("1", "2", "3"):
            _, out, _ = self.understudy("run", mock, "--strict", *self.command("defined", service, seed))
            told = json.loads(self.seen(out)[0].partition(" ")[2])
            answered += len(told)
            self.server(kind, setup)
            os.environ["UNDERSTUDY_DB_PORT"] = upstream.rpartition(":")[2].partition("/")[0]
            with Sql(service).pool(1) as (connection,):
                for text, answer in told:
                    self.assertEqual(ask(connection, text), answer, (seed, text, told))
        self.assertGreater(answered, 15)


def add_case(case, service):
    def test(self):
        self.certain(case, service)
    setattr(Cases, f"test_{case}_{service}", test)


for name in ("twice_in_parallel", "pool", "rollback", "savepoint", "client_made_key", "made_columns", "compared_clock", "polls",
             "many_polls", "comments", "swapped", "in_list", "login_time", "nothing_there", "equal_contents"):
    add_case(name, "pg")
    add_case(name, "my")
add_case("clock_alone", "pg")
for name in ("pool_resets", "notified", "idle"):
    add_case(name, "pg")
for name in ("settings", "own_tables", "starts", "catalogue", "accounts", "unlocked"):
    add_case(name, "my")
for name in ("redis_pool", "redis_parallel", "redis_key", "redis_polls", "redis_swapped", "redis_discard"):
    add_case(name, "redis")


if __name__ == "__main__":
    if PLAY:
        play(*PLAY)
    else:
        unittest.main(verbosity=2)  # names what is skipped
