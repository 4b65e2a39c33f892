"""COPY through psycopg 3's cursor.copy(), written in pieces and read row by row."""
import os

import psycopg

import common
import copies

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
connection = psycopg.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                             dbname=ACCOUNT, autocommit=True)


def copy_in(sql, text):
    cursor = connection.cursor()
    try:
        with cursor.copy(sql) as copy:
            for begin in range(0, len(text), 77):
                copy.write(text[begin:begin + 77])
        print(cursor.statusmessage, cursor.rowcount)
    except psycopg.Error as error:
        common.print_error(error)


def copy_out(sql):
    cursor = connection.cursor()
    try:
        with cursor.copy(sql) as copy:
            print([bytes(block) for block in copy])
        print(cursor.statusmessage, cursor.rowcount)
    except psycopg.Error as error:
        common.print_error(error)


copies.ask_all(lambda sql: common.Questions.show(connection.execute(sql)), copy_in, copy_out)
connection.close()
