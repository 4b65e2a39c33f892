"""PyMySQL's unbuffered cursors: rows are read while they come, several results one after the other, and one is left half read."""
import os

import pymysql
import pymysql.cursors
from pymysql.constants import CLIENT

ACCOUNT = os.environ["ACCOUNT"]
connection = pymysql.connect(host=os.environ["HOST"], port=int(os.environ["PORT"]), user=ACCOUNT, password=ACCOUNT,
                             database=ACCOUNT, charset="utf8mb4", autocommit=True, client_flag=CLIENT.MULTI_STATEMENTS,
                             cursorclass=pymysql.cursors.SSCursor)

with connection.cursor() as cursor:
    cursor.execute("SELECT seq, seq * seq AS square FROM seq_1_to_5000")
    print(cursor.fetchone(), cursor.fetchmany(3), sum(row[1] for row in cursor))
with connection.cursor() as cursor:
    cursor.execute("SELECT seq FROM seq_1_to_5000")
    print(cursor.fetchmany(2), "and the rest unread")
with connection.cursor() as cursor:
    cursor.execute("SELECT sku FROM products ORDER BY id; UPDATE counters SET value = 3; SELECT value FROM counters")
    while True:
        print(cursor.description and [column[0] for column in cursor.description], cursor.rowcount, list(cursor))
        if not cursor.nextset():
            break
with connection.cursor() as cursor:
    cursor.callproc("report", (1,))
    print(list(cursor), cursor.nextset(), list(cursor), cursor.nextset())
with connection.cursor(pymysql.cursors.SSDictCursor) as cursor:
    cursor.execute("SELECT * FROM counters")
    print(list(cursor))
connection.close()
