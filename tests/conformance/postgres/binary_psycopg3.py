"""COPY in the binary format through psycopg 3, which can do it row by row, and what it gives up half-way."""
import os

import psycopg

import common

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
connection = psycopg.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                             dbname=ACCOUNT, autocommit=True)


def copy_in(rows, fails_after=None):
    cursor = connection.cursor()
    try:
        with cursor.copy("COPY entry (id, account_id, amount) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int4", "int4", "int8"])
            for number, row in enumerate(rows):
                if number == fails_after:
                    raise ValueError("enough")
                copy.write_row(row)
        print(cursor.statusmessage, cursor.rowcount)
    except psycopg.Error as error:
        common.print_error(error)
    except ValueError as error:
        print(error, connection.info.transaction_status.name)


def copy_out(sql, types):
    cursor = connection.cursor()
    with cursor.copy(sql) as copy:
        copy.set_types(types)
        for row in copy.rows():
            print("  ", [common.value(cell) for cell in row])
    print(cursor.statusmessage, cursor.rowcount)


print("== in")
copy_in([(1, 1, 100), (2, 2, -7)])
copy_in([(3, 1, 1), (2, 1, 1)])
copy_in([(4, 1, 1), (5, 1, 1)], fails_after=1)
common.Questions.show(connection.execute("SELECT id, account_id, amount FROM entry ORDER BY id"))
print("== out")
copy_out("COPY entry TO STDOUT (FORMAT binary)", ["int4", "int4", "int8"])
copy_out("COPY (SELECT id, name, ref, raw, score, tags FROM item ORDER BY id) TO STDOUT (FORMAT binary)",
         ["int4", "text", "uuid", "bytea", "float8", "text[]"])
connection.close()
