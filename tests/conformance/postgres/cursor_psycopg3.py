"""psycopg 3's server-side cursors, values bound in the protocol."""
import os

import psycopg

import cursors

ACCOUNT = os.environ.get("ACCOUNT", "understudy")
cursors.walk(psycopg.connect(host=os.environ["HOST"], port=os.environ["PORT"], user=ACCOUNT, password=ACCOUNT,
                          dbname=ACCOUNT), psycopg.Error)
