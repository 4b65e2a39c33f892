"""psycopg2's copy_from and copy_to, and a file that can't be read to its end."""
import io
import os

import psycopg2

import common

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
connection = psycopg2.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                              dbname=ACCOUNT)
cursor = connection.cursor()


class Broken(io.StringIO):
    def read(self, size=-1):
        raise OSError("torn")


def copy_in(file, **options):
    try:
        cursor.copy_from(file, "entry", **options)
        print(cursor.statusmessage, cursor.rowcount)
    except (psycopg2.Error, OSError) as error:
        print(type(error).__name__, error)
        common.print_error(error) if isinstance(error, psycopg2.Error) else None
    print(connection.get_transaction_status())


def copy_out(**options):
    file = io.StringIO()
    cursor.copy_to(file, "entry", **options)
    print(cursor.statusmessage, repr(file.getvalue()))


copy_in(io.StringIO("1\t1\t100\n2\t2\t50\n"))
copy_out()
copy_in(io.StringIO("3;1;7\n"), sep=";", columns=("id", "account_id", "amount"))
copy_out(sep="|", columns=("id", "amount"))
connection.commit()
copy_in(Broken())
connection.rollback()
copy_in(io.StringIO("3\t1\t1\n"))
connection.rollback()
copy_out(null="-")
connection.close()
