"""PyMySQL: values are written into the statement by the driver."""

import json
import os
import pathlib

import pymysql
from pymysql.constants import CLIENT

ACCOUNT = os.environ["ACCOUNT"]


def see(cursor, what, *arguments):
    """Prints what came back, or the error."""
    try:
        count = cursor.execute(what, *arguments)
    except pymysql.MySQLError as error:
        print(f"{type(error).__name__}: {error.args}")
        return
    while True:
        if cursor.description is None:
            print(f"{count} rows, insert id {cursor.lastrowid}")
        else:
            print([column[:6] for column in cursor.description])
            for row in cursor.fetchall():
                print(repr(row))
        try:
            if not cursor.nextset():
                return
        except pymysql.MySQLError as error:
            print(f"{type(error).__name__}: {error.args}")
            return


def main():
    connection = pymysql.connect(host=os.environ["HOST"], port=int(os.environ["PORT"]), user=ACCOUNT, password=ACCOUNT,
                                 database=ACCOUNT, charset="utf8mb4", autocommit=None,
                                 client_flag=CLIENT.MULTI_STATEMENTS)
    cursor = connection.cursor()
    for step, *arguments in json.loads(pathlib.Path(__file__).with_name("scenario.json").read_text("utf-8")):
        print(f"-- {step} {arguments}")
        if step in ("begin", "commit", "rollback"):
            getattr(connection, step)()
        else:
            statement, values = arguments[0], arguments[1] if len(arguments) > 1 else None
            see(cursor, statement.replace("?", "%s") if values else statement, values)
    connection.close()


main()
