"""LOAD DATA LOCAL INFILE through PyMySQL, which opens the file that the server asks for."""
import os

import pymysql

import loads

ACCOUNT = os.environ["ACCOUNT"]
connection = pymysql.connect(host=os.environ["HOST"], port=int(os.environ["PORT"]), user=ACCOUNT, password=ACCOUNT,
                             database=ACCOUNT, charset="utf8mb4", autocommit=True, local_infile=True)


def see(statement):
    cursor = connection.cursor()
    try:
        count = cursor.execute(statement)
        print(count, cursor._result.message, cursor._result.warning_count, cursor.fetchall())
    except pymysql.MySQLError as error:
        print(f"{type(error).__name__}: {error.args}")


with loads.files():
    for statement in loads.STATEMENTS:
        see(statement)
connection.close()
