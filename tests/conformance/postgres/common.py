"""What the two Python clients share: the questions, in the order of client_psql.sh."""

TYPES = ("SELECT id, name, price, active, added, local_time, day, at, span, ref, meta, doc, raw, tags, numbers, "
         "score, ratio, big, small, code, label, address FROM item ORDER BY id")
# `day` of one row is before Christ and `added` of another infinite: no Python dates, so clients load them as text.
ERRORS = [
    ("INSERT INTO item (name) VALUES (%s)", ("apple",)),
    ("INSERT INTO item (name, price) VALUES (%s, %s)", ("bad", -1)),
    ("INSERT INTO item (name) VALUES (%s)", (None,)),
    ("INSERT INTO entry (id, account_id, amount) VALUES (%s, %s, %s)", (1, 77, 5)),
    ("SELECT nope FROM item", None),
    ("SELECT * FROM nowhere", None),
    ("SELECT 1/0", None),
    ("SELEC 1", None),
    ("EXECUTE no_such_statement", None),
]
FIELDS = ["severity", "severity_nonlocalized", "sqlstate", "message_primary", "message_detail", "message_hint",
          "statement_position", "internal_position", "internal_query", "context", "schema_name", "table_name",
          "column_name", "datatype_name", "constraint_name", "source_file", "source_line", "source_function"]


def print_error(error):
    """Of psycopg2 or psycopg 3, with all the fields that the server gave it."""
    diagnostics = [(name, getattr(error.diag, name)) for name in FIELDS]
    print(type(error).__name__, [(name, text) for name, text in diagnostics if text is not None])


def value(cell):
    if isinstance(cell, memoryview):
        cell = bytes(cell)
    return f"{type(cell).__name__}:{cell!r}"


class Questions:
    """Asks through one connection in autocommit mode; `run(sql, params)` returns a cursor."""

    def __init__(self, connect_cursor, error, prepared, pipeline, printed_error):
        self.cursor = connect_cursor
        self.error = error
        self.prepared = prepared
        self.pipeline = pipeline
        self.printed_error = printed_error

    def ask(self, sql, params=None):
        cursor = self.cursor()
        try:
            cursor.execute(sql, params)
        except self.error as error:
            self.printed_error(error)
            return
        self.show(cursor)

    @staticmethod
    def show(cursor):
        print(cursor.statusmessage)
        if cursor.description:
            print("  ", [(d.name, d.type_code, d.internal_size) for d in cursor.description])
            for row in cursor.fetchall():
                print("  ", ", ".join(value(cell) for cell in row))

    def everything(self, decimal):
        for part in (self.parameters, self.writes):
            print("==", part.__name__)
            part(decimal)
        for part in (self.prepared_statements, self.transactions, self.errors, self.several, self.walk, self.notices,
                     self.batch, self.settings):
            print("==", part.__name__)
            part()

    def parameters(self, decimal):
        self.ask("SELECT name, price FROM item WHERE id = %s", (1,))
        self.ask("SELECT name, price FROM item WHERE id = %s", (99,))
        self.ask("SELECT id FROM item WHERE price > %s AND active = %s ORDER BY id", (decimal("10.00"), False))
        self.ask("SELECT id FROM item WHERE name = %s OR ref = %s::uuid ORDER BY id",
                 ("plum", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"))
        self.ask("SELECT name FROM item ORDER BY id LIMIT %s OFFSET %s", (1, 1))

    def writes(self, decimal):
        self.ask("INSERT INTO item (name, price, active, ref, raw, tags) VALUES (%s, %s, %s, %s, %s::bytea, %s::text[]) "
                 "RETURNING id, name, price", ("fig", decimal("0.25"), True, None, "\\x6869", "{a,b}"))
        self.ask("SELECT id, name, raw, tags FROM item WHERE name = %s", ("fig",))
        self.ask("UPDATE item SET price = %s WHERE name = %s", (decimal("0.30"), "fig"))
        self.ask("SELECT price FROM item WHERE name = %s", ("fig",))
        self.ask("UPDATE item SET price = %s WHERE name = %s", (decimal("1.00"), "nothing"))
        self.ask("DELETE FROM item WHERE name = %s", ("fig",))
        self.ask("SELECT count(*) FROM item")

    def prepared_statements(self):
        self.prepared("SELECT id, balance FROM account WHERE owner = ", ["ann", "bob", "ann"])

    def transactions(self):
        balance, balances = "SELECT balance FROM account WHERE id = %s", "SELECT id, balance FROM account ORDER BY id"
        take, give = ("UPDATE account SET balance = balance - %s WHERE id = %s",
                      "UPDATE account SET balance = balance + %s WHERE id = %s")
        self.ask("BEGIN")
        self.ask(take, (30, 1))
        self.ask(balance, (1,))
        self.ask("ROLLBACK")
        self.ask(balance, (1,))
        self.ask("BEGIN")
        self.ask(take, (30, 1))
        self.ask("SAVEPOINT one")
        self.ask(give, (30, 2))
        self.ask(balances)
        self.ask("ROLLBACK TO SAVEPOINT one")
        self.ask(balances)
        self.ask("RELEASE SAVEPOINT one")
        self.ask("COMMIT")
        self.ask(balances)

    def errors(self):
        for sql, params in ERRORS:
            self.ask(sql, params)
        for sql in ("BEGIN", "SELECT * FROM nowhere", "SELECT 1", "COMMIT", "ROLLBACK"):
            self.ask(sql)

    def several(self):
        self.ask("SELECT 1 AS one; SELECT owner FROM account ORDER BY id; UPDATE account SET balance = 70 WHERE id = 1")
        self.ask("SELECT count(*) FROM entry; INSERT INTO entry VALUES (1, 1, 5); SELECT 1/0; SELECT 2")
        self.ask("SELECT count(*) FROM entry")

    def walk(self):
        self.ask("BEGIN")
        self.ask("DECLARE walk CURSOR FOR SELECT id, name FROM item ORDER BY id")
        self.ask("FETCH 2 FROM walk")
        self.ask("FETCH ALL FROM walk")
        self.ask("CLOSE walk")
        self.ask("COMMIT")

    def notices(self):
        self.ask("DO $$ BEGIN RAISE NOTICE 'hello'; RAISE WARNING 'careful' USING DETAIL = 'more'; END $$")

    def batch(self):
        self.pipeline("INSERT INTO entry VALUES (%s, %s, %s)", [(10, 1, 100), (11, 2, 200), (12, 1, 300)])
        self.ask("SELECT id, amount FROM entry ORDER BY id")

    def settings(self):
        self.ask("SHOW TimeZone")
        self.ask("SET TimeZone TO 'Europe/Berlin'")
        self.ask("SHOW TimeZone")
        self.ask("RESET TimeZone")
        self.ask("SHOW TimeZone")
        self.ask("SHOW transaction isolation level")
