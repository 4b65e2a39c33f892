"""Values that have no look of their own: two recordings of one flow prove that they vary."""

import base64
import json
import os
import random
import string
import sys
import uuid

from support import Case, main

RANDOM = random.Random(7)


def any_of(count, alphabet=string.ascii_letters + string.digits):
    return "".join(RANDOM.choice(alphabet) for _ in range(count))


def base64_of(count):
    return base64.b64encode(RANDOM.randbytes(count)).decode().rstrip("=")


KINDS = {
    "argon2": lambda: f"$argon2id$v=19$m=65536,t=3,p=4${base64_of(16)}${base64_of(32)}",
    "pbkdf2": lambda: f"pbkdf2_sha256$1000000${any_of(22)}${base64_of(32)}",
    "scrypt": lambda: f"scrypt:32768:8:1${any_of(16)}${RANDOM.randbytes(32).hex()}",
    "signed": lambda: f"e30:{any_of(6, string.ascii_letters)}:{any_of(43)}",
    "lower32": lambda: any_of(32, string.ascii_lowercase),
    "base32": lambda: any_of(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "short": lambda: any_of(8),
    "slug": lambda: f"{any_of(5, string.ascii_lowercase)}-{any_of(7, string.ascii_lowercase)}",
    "otp": lambda: any_of(6, "123456789"),
    "mail": lambda: any_of(7, string.ascii_lowercase) + "@example.org",
    "phone": lambda: "+49" + any_of(9, "123456789"),
    "file": lambda: "avatar_" + any_of(7) + ".png",
    "duration": lambda: "0." + any_of(16, "123456789"),
    "pid": lambda: any_of(5, "123456789"),
    "json": lambda: json.dumps({"user": any_of(9, string.ascii_lowercase), "n": 1}),
}

CLIENT = r"""
import json, os, sys
try:
    import psycopg
except ImportError:
    sys.exit(77)
c = psycopg.connect(host="127.0.0.1", port=os.environ["UNDERSTUDY_DB_PORT"], user="u", dbname="d", sslmode="disable", autocommit=True)
for kind, id, word in json.load(sys.stdin):
    c.execute(f"insert into cred(id, {kind}) values (%s, %s)", (id, word))
    print(json.dumps([kind, c.execute(f"select {kind}, 4711 as n from cred where id = %s", (id,)).fetchall()]))
    c.execute("delete from cred where id = %s", (id,))
"""

CONFIG = "understudy: 1\nservices:\n  db: {protocol: postgres, listen: '127.0.0.1:0', upstream: 'postgres://127.0.0.1:1'}\n"
HEAD = ("understudy: 1\nsession:\n  {{service: db, protocol: postgres, recording: {}, connection: 1, started: '2026-11-29T19:57:45Z',\n"
        "   facts: {{user: u, database: d}}}}\n")


class Texts(Case):
    def values(self):
        return [(kind, str(uuid.UUID(bytes=RANDOM.randbytes(16), version=4)), make()) for kind, make in KINDS.items() for _ in range(2)]

    def session(self, recording, values):
        text, tick = HEAD.format(recording), 0
        for kind, id, word in values:
            for request, answer in [
                    ({"sql": f"insert into cred(id, {kind}) values ($1, $2)", "params": [id, word], "types": ["uuid", 0]},
                     {"tag": "INSERT 0 1"}),
                    ({"sql": f"select {kind}, 4711 as n from cred where id = $1", "params": [id], "types": ["uuid"]},
                     {"columns": [{"name": kind, "type": "text"}, {"name": "n", "type": "int4"}], "rows": [[word, 4711]], "tag": "SELECT 1"}),
                    ({"sql": "delete from cred where id = $1", "params": [id], "types": ["uuid"]}, {"tag": "DELETE 1"})]:
                tick += 2
                text += f"---\nrequest: {json.dumps(request)}\nanswer: {json.dumps(answer)}\nat: [{tick - 1}, {tick}]\n"
        self.write(f"mock/sessions/{recording}.db.001.yaml", text)

    def run_with(self, values, status=0):
        code, out, err = self.understudy("run", self.path("mock"), "--strict", "--", "sh", "-c",
                                         f"{sys.executable} -c \"$CLIENT\" < {self.write('values', json.dumps(values))}",
                                         env={**os.environ, "CLIENT": CLIENT})
        if code == 77:
            self.skipTest("psycopg is missing")
        self.assertEqual(code, status, err)
        return [json.loads(line) for line in out.splitlines()], err

    def test_values_of_any_look_vary_where_two_recordings_differ(self):
        self.write("mock/understudy.yaml", CONFIG)
        self.session("r1", self.values())
        self.session("r2", self.values())
        live = self.values()
        seen, err = self.run_with(live)
        self.assertEqual(seen, [[kind, [[word, 4711]]] for kind, _, word in live])
        self.assertIn("every answer was certain", err)

    def test_one_recording_proves_nothing(self):
        self.write("mock/understudy.yaml", CONFIG)
        self.session("r1", self.values())
        _, err = self.run_with(self.values(), status=1)
        self.assertIn("miss", err)

    def test_what_both_recordings_have_is_no_other_value(self):
        self.write("mock/understudy.yaml", CONFIG)
        fixed = [("name", str(uuid.UUID(bytes=RANDOM.randbytes(16), version=4)), word) for word in ["alice", "robert"]]
        self.session("r1", fixed + self.values())
        self.session("r2", fixed + self.values())
        _, err = self.run_with([("name", fixed[0][1], "caroline")], status=1)
        self.assertIn("miss", err)


main()
