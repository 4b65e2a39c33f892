"""The questions of server-side cursors, which psycopg2 and psycopg 3 ask with one interface."""

import common


def walk(connection, database_error):
    def show(rows):
        print("  ", [tuple(common.value(cell) for cell in row) for row in rows])

    print("== all")
    with connection.cursor("walk") as cursor:
        cursor.execute("SELECT id, name, price FROM item ORDER BY id")
        show([cursor.fetchone()])
        print([(column.name, column.type_code) for column in cursor.description])
        show(cursor.fetchmany(1))
        show(cursor.fetchall())
        show(cursor.fetchall())
    print("== with values, two at once, the rest unfetched")
    with connection.cursor("one") as one, connection.cursor("other") as other:
        one.execute("SELECT n FROM generate_series(1, %s) AS n", (10,))
        other.execute("SELECT name FROM item WHERE id > %s ORDER BY id", (1,))
        show(one.fetchmany(3))
        show(other.fetchmany(1))
        show(one.fetchmany(3))
    print("== by itself, in pages")
    with connection.cursor("pages") as cursor:
        cursor.itersize = 4
        cursor.execute("SELECT n, n * n FROM generate_series(1, 10) AS n")
        show(cursor)
    print("== back and forth")
    with connection.cursor("scrolled", scrollable=True) as cursor:
        cursor.execute("SELECT n FROM generate_series(1, 20) AS n")
        show(cursor.fetchmany(4))
        cursor.scroll(-2)
        show(cursor.fetchmany(1))
        cursor.scroll(0, mode="absolute")
        show(cursor.fetchmany(2))
    print("== holds what it saw")
    with connection.cursor("kept", withhold=True) as cursor:
        cursor.execute("SELECT id, balance FROM account ORDER BY id")
        connection.cursor().execute("UPDATE account SET balance = 1 WHERE id = 1")
        connection.commit()
        show(cursor.fetchall())
        plain = connection.cursor()
        plain.execute("SELECT id, balance FROM account ORDER BY id")
        show(plain.fetchall())
    print("== errors")
    try:
        with connection.cursor("failing") as cursor:
            cursor.execute("SELECT nope FROM item")
    except database_error as error:
        common.print_error(error)
        connection.rollback()
    connection.close()
