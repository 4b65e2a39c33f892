"""The common questions through psycopg2: the simple protocol, values put into the text by the driver."""
import decimal
import os

import psycopg2
import psycopg2.extensions

import common

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
for oid in (1082, 1184):  # see common.TYPES
    psycopg2.extensions.register_type(psycopg2.extensions.new_type((oid,), "TEXT", lambda text, _: text))
connection = psycopg2.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                              dbname=ACCOUNT)
connection.autocommit = True


def prepared(sql, values):
    cursor = connection.cursor()
    cursor.execute(f"PREPARE by_owner (text) AS {sql}$1")
    for value in values:
        cursor.execute("EXECUTE by_owner (%s)", (value,))
        questions.show(cursor)


def batch(sql, rows):
    cursor = connection.cursor()
    for row in rows:
        cursor.execute(sql, row)
        print(cursor.statusmessage)


questions = common.Questions(connection.cursor, psycopg2.Error, prepared, batch, common.print_error)
print("== types")
questions.ask(common.TYPES)
questions.everything(decimal.Decimal)
print("== empty")
try:
    connection.cursor().execute("/* nothing */;")
except psycopg2.ProgrammingError as empty:
    print(empty)
print("== driver")
print([line.rstrip() for line in connection.notices])
print(connection.get_parameter_status("TimeZone"), connection.get_transaction_status())
connection.close()
