"""psycopg 3's pipeline mode: many statements before the first answer, and what an error does to those behind it."""
import os

import psycopg

import common

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
connection = psycopg.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                             dbname=ACCOUNT, autocommit=True)
INSERT = "INSERT INTO entry VALUES (%s, %s, %s) RETURNING id"


def balances():
    common.Questions.show(connection.execute("SELECT id, amount FROM entry ORDER BY id"))


print("== many")
with connection.pipeline():
    cursors = [connection.execute(INSERT, (number, 1, number * 10)) for number in range(1, 200)]
    cursors.append(connection.execute("SELECT count(*), sum(amount) FROM entry"))
    print([cursor.fetchone() for cursor in cursors])
print("== executemany")
cursor = connection.cursor()
cursor.executemany(INSERT, [(number, 2, 0) for number in range(300, 310)], returning=True)
while True:
    print(cursor.fetchall())
    if not cursor.nextset():
        break
print("== an error undoes what stands before it and skips what stands behind it")
try:
    with connection.pipeline() as pipeline:
        connection.execute(INSERT, (500, 1, 1))
        connection.execute(INSERT, (1, 1, 1))
        connection.execute(INSERT, (501, 1, 1))
        pipeline.sync()
        connection.execute(INSERT, (502, 1, 1))
except psycopg.Error as error:
    common.print_error(error)
balances()
print("== in a transaction")
try:
    with connection.pipeline(), connection.transaction():
        connection.execute("UPDATE entry SET amount = 7 WHERE id = %s", (1,))
        connection.execute("SELECT 1 / %s::int4", (0,))
except psycopg.Error as error:
    common.print_error(error)
with connection.pipeline(), connection.transaction():
    connection.execute("DELETE FROM entry WHERE id > %s", (3,))
balances()
connection.close()
