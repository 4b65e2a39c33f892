"""psycopg2's named cursors: rows that stay with the server until they are fetched."""
import os

import psycopg2

import cursors

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
cursors.walk(psycopg2.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                             dbname=ACCOUNT), psycopg2.Error)
