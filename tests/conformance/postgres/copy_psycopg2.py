"""COPY through psycopg2's copy_expert."""
import io
import os

import psycopg2

import common
import copies

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
connection = psycopg2.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                              dbname=ACCOUNT)
connection.autocommit = True


def copy(sql, file):
    cursor = connection.cursor()
    try:
        cursor.copy_expert(sql, file)
        print(cursor.statusmessage, cursor.rowcount)
    except psycopg2.Error as error:
        common.print_error(error)


def copy_out(sql):
    file = io.StringIO()
    copy(sql, file)
    print(file.getvalue())


def ask(sql):
    cursor = connection.cursor()
    cursor.execute(sql)
    common.Questions.show(cursor)


copies.ask_all(ask, lambda sql, text: copy(sql, io.StringIO(text)), copy_out)
connection.close()
