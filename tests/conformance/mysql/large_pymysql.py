"""Packets of 16 MB and more through PyMySQL, values in the text."""
import hashlib
import os

import pymysql

ACCOUNT = os.environ["ACCOUNT"]
WHOLE = (1 << 24) - 1  # octets of a packet behind which another one must follow
connection = pymysql.connect(host=os.environ["HOST"], port=int(os.environ["PORT"]), user=ACCOUNT, password=ACCOUNT,
                             database=ACCOUNT, charset="utf8mb4", autocommit=True, max_allowed_packet=64 << 20)


def see(statement, *values):
    cursor = connection.cursor()
    count = cursor.execute(statement, values or None)
    print(count, [[hashlib.sha256(cell.encode()).hexdigest() if isinstance(cell, str) else cell for cell in row]
                  for row in cursor.fetchall()])


print("-- from the server")
for length in (WHOLE - 5, WHOLE - 4, WHOLE - 3, WHOLE + 3000000):
    see(f"SELECT REPEAT('x', {length}) AS large, 7 AS seven")
print("-- to the server")
for number, length in enumerate((WHOLE - 40, WHOLE + 3000000)):
    see("INSERT INTO large (id, words) VALUES (%s, %s)", number, "y" * length)
see("SELECT id, words FROM large ORDER BY id")
see("SELECT id, LENGTH(words) AS octets FROM large WHERE words = %s", "y" * (WHOLE + 3000000))
see("SELECT 1 AS still_here")
connection.close()
