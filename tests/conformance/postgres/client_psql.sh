#!/usr/bin/env bash
# The common questions through psql: the simple protocol, values as literals.
export PGPASSWORD=${ACCOUNT:-understudy} PGCLIENTENCODING=UTF8
exec psql -X -h "$HOST" -p "$PORT" -U "${ACCOUNT:-understudy}" -d "${ACCOUNT:-understudy}" \
  -v VERBOSITY=verbose -v ON_ERROR_STOP=0 --pset null='<null>' 2>&1 <<'SQL'
\echo == types
SELECT id, name, price, active, added, local_time, day, at, span, ref, meta, doc, raw, tags, numbers, score, ratio, big, small, code, label, address FROM item ORDER BY id;
\echo == parameters
SELECT name, price FROM item WHERE id = 1;
SELECT name, price FROM item WHERE id = 99;
SELECT id FROM item WHERE price > 10.00 AND active = false ORDER BY id;
SELECT id FROM item WHERE name = 'plum' OR ref = '3f2504e0-4f89-11d3-9a0c-0305e82c3301'::uuid ORDER BY id;
SELECT name FROM item ORDER BY id LIMIT 1 OFFSET 1;
\echo == writes
INSERT INTO item (name, price, active, ref, raw, tags) VALUES ('fig', 0.25, true, NULL, '\x6869'::bytea, '{a,b}'::text[]) RETURNING id, name, price;
SELECT id, name, raw, tags FROM item WHERE name = 'fig';
UPDATE item SET price = 0.30 WHERE name = 'fig';
SELECT price FROM item WHERE name = 'fig';
UPDATE item SET price = 1.00 WHERE name = 'nothing';
DELETE FROM item WHERE name = 'fig';
SELECT count(*) FROM item;
\echo == prepared
PREPARE by_owner (text) AS SELECT id, balance FROM account WHERE owner = $1;
EXECUTE by_owner ('ann');
EXECUTE by_owner ('bob');
EXECUTE by_owner ('ann');
\echo == transactions
BEGIN;
UPDATE account SET balance = balance - 30 WHERE id = 1;
SELECT balance FROM account WHERE id = 1;
ROLLBACK;
SELECT balance FROM account WHERE id = 1;
BEGIN;
UPDATE account SET balance = balance - 30 WHERE id = 1;
SAVEPOINT one;
UPDATE account SET balance = balance + 30 WHERE id = 2;
SELECT id, balance FROM account ORDER BY id;
ROLLBACK TO SAVEPOINT one;
SELECT id, balance FROM account ORDER BY id;
RELEASE SAVEPOINT one;
COMMIT;
SELECT id, balance FROM account ORDER BY id;
\echo == errors
INSERT INTO item (name) VALUES ('apple');
INSERT INTO item (name, price) VALUES ('bad', -1);
INSERT INTO item (name) VALUES (NULL);
INSERT INTO entry (id, account_id, amount) VALUES (1, 77, 5);
SELECT nope FROM item;
SELECT * FROM nowhere;
SELECT 1/0;
SELEC 1;
EXECUTE no_such_statement;
BEGIN;
SELECT * FROM nowhere;
SELECT 1;
COMMIT;
ROLLBACK;
\echo == several
SELECT 1 AS one\; SELECT owner FROM account ORDER BY id\; UPDATE account SET balance = 70 WHERE id = 1;
SELECT count(*) FROM entry\; INSERT INTO entry VALUES (1, 1, 5)\; SELECT 1/0\; SELECT 2;
SELECT count(*) FROM entry;
\echo == empty
/* nothing */;
\echo == cursor
BEGIN;
DECLARE walk CURSOR FOR SELECT id, name FROM item ORDER BY id;
FETCH 2 FROM walk;
FETCH ALL FROM walk;
CLOSE walk;
COMMIT;
\echo == notices
DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'careful' USING DETAIL = 'more'; END $$;
\echo == batch
INSERT INTO entry VALUES (10, 1, 100);
INSERT INTO entry VALUES (11, 2, 200);
INSERT INTO entry VALUES (12, 1, 300);
SELECT id, amount FROM entry ORDER BY id;
\echo == settings
SHOW TimeZone;
SET TimeZone TO 'Europe/Berlin';
SHOW TimeZone;
RESET TimeZone;
SHOW TimeZone;
SHOW transaction isolation level;
SQL
