#!/usr/bin/env bash
# COPY through psql: what stands between the statement and `\.`, and what it prints of COPY … TO STDOUT.
export PGPASSWORD=${ACCOUNT:-understudy} PGCLIENTENCODING=UTF8
many() { awk 'BEGIN { for (i = 1000; i < 6000; i++) printf "%d\t%d\t%d\n", i, i % 2 + 1, i * 7 }'; }
exec psql -X -h "$HOST" -p "$PORT" -U "${ACCOUNT:-understudy}" -d "${ACCOUNT:-understudy}" \
  -v VERBOSITY=verbose -v ON_ERROR_STOP=0 --pset null='<null>' 2>&1 <<SQL
\echo == in
\copy entry (id, account_id, amount) FROM STDIN
1	1	100
2	2	-5
\.
SELECT id, account_id, amount FROM entry ORDER BY id;
COPY item (id, name, price, raw, label) FROM STDIN (FORMAT csv, HEADER);
id,name,price,raw,label
10,"two, words",1.50,\\x00ff,Ünï
11,"a ""quoted"" one",,,""
\.
SELECT id, name, price, raw, label FROM item WHERE id >= 10 ORDER BY id;
\copy entry (id, account_id, amount) FROM STDIN
\.
\echo == out
\copy (SELECT id, name, price, raw, tags, label FROM item ORDER BY id) TO STDOUT
COPY (SELECT id, name, price, raw, tags, label FROM item ORDER BY id) TO STDOUT (FORMAT csv, HEADER);
COPY (SELECT E'two\\nlines' AS words, id FROM account ORDER BY id) TO STDOUT (FORMAT csv);
COPY (SELECT id FROM item WHERE id > 1000) TO STDOUT;
\echo == undone
BEGIN;
\copy entry (id, account_id, amount) FROM STDIN
3	1	1
\.
SELECT count(*) FROM entry;
ROLLBACK;
SELECT count(*) FROM entry;
\echo == errors
\copy entry (id, account_id, amount) FROM STDIN
4	1	1
1	1	1
\.
\copy entry (id, account_id, amount) FROM STDIN
5	1
\.
\copy entry (id, account_id, amount) FROM STDIN
x	1	1
$(many)
\.
COPY nowhere TO STDOUT;
SELECT count(*) FROM entry;
\echo == many
\copy entry (id, account_id, amount) FROM STDIN
$(many)
\.
SELECT count(*), sum(amount) FROM entry;
COPY (SELECT id, account_id, amount FROM entry ORDER BY id) TO STDOUT;
SQL
