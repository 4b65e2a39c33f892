"""The questions of COPY, in the order of copy_psql.sh; the clients say how data goes in and comes out."""

ITEMS = "SELECT id, name, price, raw, tags, label FROM item ORDER BY id"
ENTRIES = "COPY entry (id, account_id, amount) FROM STDIN"


def many():
    return "".join(f"{i}\t{i % 2 + 1}\t{i * 7}\n" for i in range(1000, 6000))


def ask_all(ask, copy_in, copy_out):
    """`ask(sql)`, `copy_in(sql, text)` and `copy_out(sql)` print what they see."""
    print("== in")
    copy_in(ENTRIES, "1\t1\t100\n2\t2\t-5\n")
    ask("SELECT id, account_id, amount FROM entry ORDER BY id")
    copy_in("COPY item (id, name, price, raw, label) FROM STDIN (FORMAT csv, HEADER)",
            'id,name,price,raw,label\n10,"two, words",1.50,\\x00ff,Ünï\n11,"a ""quoted"" one",,,""\n')
    ask("SELECT id, name, price, raw, label FROM item WHERE id >= 10 ORDER BY id")
    copy_in(ENTRIES, "")
    print("== out")
    copy_out(f"COPY ({ITEMS}) TO STDOUT")
    copy_out(f"COPY ({ITEMS}) TO STDOUT (FORMAT csv, HEADER)")
    copy_out("COPY (SELECT E'two\\nlines' AS words, id FROM account ORDER BY id) TO STDOUT (FORMAT csv)")
    copy_out("COPY (SELECT id FROM item WHERE id > 1000) TO STDOUT")
    print("== undone")
    ask("BEGIN")
    copy_in(ENTRIES, "3\t1\t1\n")
    ask("SELECT count(*) FROM entry")
    ask("ROLLBACK")
    ask("SELECT count(*) FROM entry")
    print("== errors")
    copy_in(ENTRIES, "4\t1\t1\n1\t1\t1\n")
    copy_in(ENTRIES, "5\t1\n")
    copy_in(ENTRIES, "x\t1\t1\n" + many())
    copy_out("COPY nowhere TO STDOUT")
    ask("SELECT count(*) FROM entry")
    print("== many")
    copy_in(ENTRIES, many())
    ask("SELECT count(*), sum(amount) FROM entry")
    copy_out("COPY (SELECT id, account_id, amount FROM entry ORDER BY id) TO STDOUT")
