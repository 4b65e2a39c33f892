"""The common questions through psycopg 3: the extended protocol, values bound in text and binary."""
import decimal
import os

import psycopg
import psycopg.adapt
import psycopg.types.string

import common

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
connection = psycopg.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                             dbname=ACCOUNT, autocommit=True)


class RawLoader(psycopg.adapt.Loader):
    """The octets of the binary format."""

    format = psycopg.pq.Format.BINARY

    def load(self, data):
        return bytes(data).hex()


for name in ("date", "timestamptz"):  # see common.TYPES
    connection.adapters.register_loader(name, psycopg.types.string.TextLoader)
    connection.adapters.register_loader(name, RawLoader)
notices = []
connection.add_notice_handler(lambda notice: notices.append((notice.severity, notice.message_primary, notice.message_detail)))


def prepared(sql, values):
    for value in values:
        cursor = connection.execute(f"{sql}%s", (value,), prepare=True)
        questions.show(cursor)


def batch(sql, rows):
    with connection.pipeline():
        cursors = [connection.execute(sql, row) for row in rows]
    for cursor in cursors:
        print(cursor.statusmessage)


questions = common.Questions(connection.cursor, psycopg.Error, prepared, batch, common.print_error)
print("== types")
questions.ask(common.TYPES)
print("== binary")
questions.cursor, text_cursor = lambda: connection.cursor(binary=True), questions.cursor
questions.ask(common.TYPES)
questions.cursor = text_cursor
questions.everything(decimal.Decimal)
print("== empty")
print(connection.execute("/* nothing */;").statusmessage)
print("== driver")
print(notices)
print(connection.info.parameter_status("TimeZone"), connection.info.transaction_status)
connection.close()
