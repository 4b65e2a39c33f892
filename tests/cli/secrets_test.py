"""Secrets in every place of HTTP: none is on the disk, in a table, a log, a report or an error, and the same traffic
is answered with certainty. Each row of the tables is one place with one secret that is nowhere else."""

import base64
import gzip
import hashlib
import hmac
import itertools
import json
import os
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support import Case, main

CLIENT = r"""
import http.client, json, os, sys
for number, place in enumerate(json.load(open(sys.argv[1]))):
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ["UNDERSTUDY_WEB_PORT"]), timeout=30)
    connection.putrequest(place["method"], place["target"], skip_accept_encoding=True)
    body = place["body"].encode("latin-1")
    for name, value in place["fields"]:
        connection.putheader(name, value)
    if body:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body or None)
    answer = connection.getresponse()
    answer.read()
    print(number, answer.status)
    connection.close()
"""

# Names as programs spell them: each in camel case, in words with hyphens and with underscores.
NAMES = ["userPassword", "db_password", "passwd", "new-password", "clientSecret", "access_token", "refreshToken", "id_token",
         "apiKey", "x-api-key", "aws_secret_access_key", "privateKey", "sessionId", "otp", "pin", "cvv", "passphrase",
         "csrfToken", "credential", "webhook_secret", "signature", "authToken", "SECRET", "code_verifier",
         "client_assertion", "accountKey"]
FIELDS = ["Authorization", "Proxy-Authorization", "X-Api-Key", "x-amz-security-token", "X-Auth", "X-Auth-Token", "Api-Key",
          "Ocp-Apim-Subscription-Key", "X-JWT-Assertion", "X-Session-Id", "X-Csrf-Token", "X-Vault-Token", "PRIVATE-TOKEN",
          "X-Shopify-Access-Token", "X-Goog-Api-Key", "DB_PASSWORD", "X-User-Password", "X-Hub-Signature-256",
          "Stripe-Signature", "X-Registry-Auth", "X-Functions-Key"]
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def url_safe(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Places:
    """What is sent and answered, and the texts that must be nowhere."""

    def __init__(self):
        self.sent, self.answers, self.secrets = [], [], {}

    def secret(self, where):
        number = len(self.secrets)
        text = "Hush%03d%s" % (number, hashlib.sha256(b"never %d" % number).hexdigest()[:10])
        self.secrets[text] = where
        return text

    def hide(self, text, where):
        self.secrets[text] = where
        return text

    def add(self, method="GET", target="", fields=(), body="", answer=()):
        """`answer`: fields and body."""
        self.sent.append({"method": method, "target": f"/p{len(self.sent)}{target}", "fields": [list(field) for field in fields],
                          "body": body})
        self.answers.append(answer or ([], "ok"))

    def post(self, kind, body, fields=()):
        self.add("POST", "", [*([("Content-Type", kind)] if kind else []), *fields], body)

    def answer(self, kind, body, fields=()):
        self.add("GET", answer=([("Content-Type", kind), *fields], body))


def in_heads(all_):
    for name in FIELDS:
        all_.add(fields=[(name, all_.secret(f"field {name}"))])
    for scheme in ("Bearer", "Token", "ApiKey", "Negotiate"):
        all_.add(fields=[("Authorization", f"{scheme} {all_.secret('scheme ' + scheme)}")])
    all_.add(fields=[("Authorization", "Basic " + all_.hide(base64.b64encode(b"ann:Hush-basic-1").decode(), "Basic"))])
    all_.add(fields=[("Authorization", 'Digest username="ann", realm="r", nonce="n1", uri="/", '
                      f'response="{all_.secret("Digest")}"')])
    for name in ("session", "sessionid", "auth", "remember_token", "a", "connect.sid"):
        all_.add(fields=[("Cookie", f"theme=dark; {name}={all_.secret('cookie ' + name)}")])
    all_.add(fields=[("Cookie", f"a={all_.secret('first of two')}; b={all_.secret('second of two')}")])
    all_.add(fields=[("Cookie", f'a="{all_.secret("cookie in quotes")}"')])
    for referer in ("http://ann:{}@files.test/x", "http://x.test/cb?access_token={}", "http://x.test/cb#access_token={}"):
        all_.add(fields=[("Referer", referer.format(all_.secret("Referer")))])
    all_.add(fields=[("X-Forwarded-Uri", f"/cb?token={all_.secret('URL in a field')}")])
    all_.add(fields=[("Link", f"<http://x.test/next?api_key={all_.secret('Link')}>; rel=next")])


def in_targets(all_):
    for name in NAMES:
        all_.add(target=f"?{name}={all_.secret('query ' + name)}&limit=2")
    for name in ("key", "code", "user[password]", "filter[apiKey]", "X-Amz-Signature", "X-Amz-Credential", "sig", "jwt",
                 "X-Goog-Signature", "hmac_signature", "SAMLResponse"):
        all_.add(target=f"?{name}={all_.secret('query ' + name)}")
    all_.add(target=f"/bot12:{all_.secret('bot path')}/send")
    all_.sent[-1]["target"] = all_.sent[-1]["target"].partition("/bot")[1] + all_.sent[-1]["target"].partition("/bot")[2]
    all_.add(target=f"?url=http%3A%2F%2Fann%3A{all_.secret('URL in a query')}%40files.test%2F")
    all_.add(target=f"?state=%7B%22password%22%3A%22{all_.secret('JSON in a query')}%22%7D")


def in_bodies(all_):
    for name in NAMES:
        all_.post(FORM, f"user=ann&{name}={all_.secret('form ' + name)}")
        all_.post(JSON, json.dumps({"user": "ann", name: all_.secret("JSON " + name)}))
        all_.post("text/xml", f"<L><user>ann</user><{name}>{all_.secret('XML ' + name)}</{name}></L>")
    for kind in ("application/vnd.api+json", "text/plain", "application/x-unknown", "", FORM, "application/csp-report"):
        all_.post(kind, json.dumps({"user": "ann", "password": all_.secret(f"JSON as {kind}")}))
    deep = {"password": all_.secret("JSON, deep")}
    for level in range(40):
        deep = {"level": [1, deep]} if level % 2 else {"x": deep}
    all_.post(JSON, json.dumps(deep))
    for shape in ({"passwords": [0, 1]}, {"credentials": {"any": {"below": 0}}}, {"password": {"value": 0}},
                  {"tokens": [0]}, {"auth": {"password": 0, "user": "ann"}}, [{"secret": 0}], {"a": {"b": [{"apiKey": 0}]}},
                  {"password, escaped": 0}):
        text = json.dumps(shape)
        for mark in ("0", "1"):
            text = text.replace(mark, json.dumps(all_.secret(f"JSON {shape}"))) if f" {mark}" in text or f"[{mark}" in text else text
        all_.post(JSON, text.replace("password, escaped", "passw\\u006frd"))
    all_.post(JSON, '{"pin": %s}' % all_.hide("7318264095", "JSON number"))
    all_.post(JSON, '[{"password": %s}]' % all_.hide("-83.1726354e5", "JSON float"))
    inner = json.dumps({"password": all_.secret("JSON in a string")})
    all_.post(JSON, json.dumps({"payload": inner}))
    all_.post(JSON, json.dumps({"payload": json.dumps({"again": json.dumps({"db_password": all_.secret("JSON in JSON in JSON")})})}))
    all_.post(FORM, "payload=" + json.dumps({"password": all_.secret("JSON in a form")}).replace(" ", "+").replace('"', "%22"))
    all_.post("application/x-ndjson", '{"a":1}\n{"password":"%s"}\n{"apiKey":"%s"}\n' % (all_.secret("NDJSON"), all_.secret("NDJSON")))
    all_.post(JSON, json.dumps({"text": f"password={all_.secret('assignment in JSON')}"}))
    all_.post(JSON, json.dumps({"dsn": f"postgres://ann:{all_.secret('URL in JSON')}@db.test/shop"}))
    all_.post(JSON, json.dumps({"callback": f"https://x.test/hook?token={all_.secret('query of a URL in JSON')}"}))
    all_.post("text/plain", f"db: mysql://root:{all_.secret('URL in text')}@db/shop\npassword: {all_.secret('line of text')}\n")
    all_.post("application/yaml", f"user: ann\npassword: {all_.secret('YAML')}\nnested:\n  api_key: '{all_.secret('YAML, quoted')}'\n")
    all_.post("text/csv", "name\nann\n")
    in_markup(all_)
    in_graphql(all_)
    in_parts(all_)
    zipped = gzip.compress(json.dumps({"password": all_.secret("gzip")}).encode(), mtime=0)
    all_.post(JSON, zipped.decode("latin-1"), [("Content-Encoding", "gzip")])


def in_markup(all_):
    for text in ('<user name="ann" password="{}"/>', "<user password = '{}' name='ann'/>", "<a:Password xmlns:a='u'>{}</a:Password>",
                 '<wsse:Password Type="http://docs#PasswordText">{}</wsse:Password>', "<password><![CDATA[{}]]></password>",
                 "<l><Secret\n>{}</Secret\n></l>", "<param name='password'>{}</param>", '<entry key="apiKey">{}</entry>',
                 '<input type="hidden" name="csrf_token" value="{}">', "<add key='DbPassword' value='{}' />",
                 "<connection>Server=db;Password={};User=ann</connection>"):
        all_.post("application/xml", text.format(all_.secret(text)))
    all_.post("application/soap+xml",
              '<?xml version="1.0"?><s:Envelope xmlns:s="e"><s:Header><w:Security><w:UsernameToken><w:Username>ann</w:Username>'
              f'<w:Password Type="t">{all_.secret("SOAP header")}</w:Password></w:UsernameToken></w:Security></s:Header>'
              f'<s:Body><Login><ApiKey>{all_.secret("SOAP body")}</ApiKey></Login></s:Body></s:Envelope>',
              [("SOAPAction", '"login"')])


def in_graphql(all_):
    def query(text, variables=None):
        return json.dumps({"query": text, "variables": variables or {}})
    all_.post(JSON, query('mutation { login(password: "%s") { id } }' % all_.secret("GraphQL literal")))
    all_.post(JSON, query('mutation { login(input: {userPassword:"%s"}) { id } }' % all_.secret("GraphQL input")))
    all_.post(JSON, query('mutation { login(password: """%s""") { id } }' % all_.secret("GraphQL block")))
    all_.post(JSON, query('query($password: String = "%s") { a(p: $password) }' % all_.secret("GraphQL default")))
    all_.post(JSON, query("mutation($p: In!) { login(i: $p) { id } }", {"p": {"password": all_.secret("GraphQL variable")}}))
    all_.post("application/graphql", 'mutation { login(apiKey: "%s") { id } }' % all_.secret("GraphQL, bare"))


def in_parts(all_):
    def part(head, body):
        return f"--cut\r\n{head}\r\n\r\n{body}\r\n"
    form = 'Content-Disposition: form-data; name="{}"'
    kind = "multipart/form-data; boundary=cut"
    for name in ("password", "apiKey", "user[password]", "db-password"):
        all_.post(kind, part(form.format("user"), "ann") + part(form.format(name), all_.secret(f"part {name}")) + "--cut--\r\n")
    all_.post(kind, part(form.format("meta") + "\r\nContent-Type: application/json",
                         json.dumps({"password": all_.secret("JSON part")})) + "--cut--\r\n")
    all_.post(kind, part(form.format("f") + '; filename="a.xml"', f"<Password>{all_.secret('XML part')}</Password>") + "--cut--\r\n")
    all_.post("multipart/mixed; boundary=cut", part("Content-Type: application/http\r\nAuthorization: Bearer " +
                                                    all_.secret("field of a part"), "GET / HTTP/1.1") + "--cut--\r\n")


def in_answers(all_):
    for name in NAMES:
        all_.answer(JSON, json.dumps({"user": "ann", "items": [{name: all_.secret("answer " + name)}]}))
    for name in ("session", "sid", "auth", "XSRF-TOKEN", "a"):
        all_.answer("text/plain", "ok", [("Set-Cookie", f"{name}={all_.secret('Set-Cookie')}; Path=/; HttpOnly")])
    all_.answer("text/plain", "ok", [("Set-Cookie", f"a={all_.secret('of two')}"), ("Set-Cookie", f"b={all_.secret('of two')}")])
    for url in ("/cb?code={}", "http://x.test/cb?access_token={}", "http://x.test/#access_token={}&state=1",
                "http://ann:{}@x.test/", "/cb?next=%2F&session_token={}"):
        all_.add(answer=([("Location", url.format(all_.secret(url))), ("Status", "302")], ""))
    all_.answer("application/xml", f"<r><Password>{all_.secret('answer XML')}</Password></r>")
    all_.answer("application/xml", f"<r><token value='1'>{all_.secret('answer XML with an attribute')}</token></r>")
    all_.answer(FORM, f"oauth_token=x&oauth_token_secret={all_.secret('answer form')}")
    all_.answer("application/x-ndjson", '{"a":1}\n{"access_token":"%s"}\n' % all_.secret("answer NDJSON"))
    all_.answer("text/plain", json.dumps({"access_token": all_.secret("answer JSON as text")}))
    all_.answer("text/html", f'<form><input type="hidden" name="csrf_token" value="{all_.secret("hidden field")}"></form>')
    all_.answer("text/html", f'<meta name="csrf-token" content="{all_.secret("meta")}">')
    all_.answer(JSON, json.dumps({"dsn": f"redis://:{all_.secret('answer URL')}@cache:6379"}))
    all_.answer(JSON, json.dumps({"url": f"https://x.test/f?X-Amz-Signature={all_.secret('answer signed URL')}"}))
    for name in ("X-Auth-Token", "X-Amz-Security-Token", "X-Api-Key", "X-CSRF-Token"):
        all_.answer("text/plain", "ok", [(name, all_.secret("answer field " + name))])
    zipped = gzip.compress(json.dumps({"access_token": all_.secret("answer gzip")}).encode(), mtime=0)
    all_.answer(JSON, zipped.decode("latin-1"), [("Content-Encoding", "gzip")])


def shapes(all_):
    """(text to send, what of it must be nowhere), for each kind of secret that is known by its looks."""
    word = "".join(c for c in base64.b64encode(hashlib.sha256(b"shape").digest() * 3).decode() if c.isalnum())
    pieces = (word[at:] + word[:at] for at in itertools.count(1))
    for prefix, size in (("ghp_", 36), ("gho_", 36), ("ghs_", 36), ("github_pat_", 60), ("glpat-", 20), ("sk_live_", 24),
                         ("sk_test_", 24), ("rk_live_", 24), ("whsec_", 32), ("xoxb-", 40), ("xoxp-", 40), ("xapp-", 40), ("AIza", 35),
                         ("ya29.", 60), ("npm_", 36), ("pypi-", 60), ("hf_", 34), ("dop_v1_", 64), ("sk-ant-", 40), ("SG.", 60),
                         ("shpat_", 32), ("AKIA", 16), ("ASIA", 16)):
        token = prefix + next(pieces)[:size]
        yield token.upper() if prefix.endswith("IA") else token
    head, claims = url_safe(b'{"alg":"HS256"}'), url_safe(b'{"sub":"ann"}')
    signature = url_safe(hmac.digest(b"k", f"{head}.{claims}".encode(), "sha256"))
    all_.secrets[signature] = "signature of a JSON Web Token"
    yield f"{head}.{claims}.{signature}", signature
    pem = f"-----BEGIN RSA PRIVATE KEY-----\n{next(pieces)[:64]}\n{next(pieces)[:64]}\n-----END RSA PRIVATE KEY-----"
    yield pem, pem.split("\n")[1]
    yield "SCRAM-SHA-256$4096:c2FsdHNhbHQ=$" + (stored := next(pieces)[:43]) + "=:" + next(pieces)[:43] + "=", stored
    yield "https://hooks.slack.com/services/T0123ABCD/B0123ABCD/" + (hook := next(pieces)[:24]), hook
    for number in ("4242424242424242", "5555 5555 5555 4444", "378282246310005", "6011-1111-1111-1117"):
        yield number


def in_shapes(all_):
    for shape in shapes(all_):
        text, gone = shape if isinstance(shape, tuple) else (shape, shape)
        all_.hide(gone, "shape " + text[:12])
        all_.post(JSON, json.dumps({"note": f"it is {text}"}))
        all_.post("text/plain", f"it is {text}\n")
        all_.answer(JSON, json.dumps({"note": text}))
        if "\n" not in text:
            all_.add(fields=[("X-Note", text)])


def all_places():
    places = Places()
    for fill in (in_heads, in_targets, in_bodies, in_answers, in_shapes):
        fill(places)
    return places


class FakeWeb:
    """Answers /p<N> with the answer of place N."""

    def __init__(self, case, answers):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                number = self.path[2:].split("/")[0].split("?")[0]
                fields, body = answers[int(number)] if number.isdigit() else ([], "ok")
                octets = body.encode("latin-1")
                self.send_response(int(dict(fields).get("Status", 200)))
                for name, value in fields:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(octets)))
                self.end_headers()
                self.wfile.write(octets)

            do_GET = do_POST = answer

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        case.addCleanup(self.server.server_close)
        case.addCleanup(self.server.shutdown)


def spellings(secret):
    """As it is, and in the three alignments of base64, which is how octets stand in YAML."""
    octets = secret.encode()
    yield octets
    for shift in range(3):
        coded = base64.b64encode(b"\0" * shift + octets)
        yield coded[4 if shift else 0:-4]


class HttpSecrets(Case):
    def setUp(self):
        super().setUp()
        self.places = all_places()
        self.told = {}

    def tell(self, name, text):
        self.told[name] = text.encode()

    def files(self):
        for folder, _, names in os.walk(self.path("mock")):
            for name in names:
                with open(os.path.join(folder, name), "rb") as stream:
                    yield os.path.join(folder, name), stream.read()

    def found(self):
        texts = [*self.files(), *self.told.items()]
        return sorted({(where, name.removeprefix(self.folder)) for secret, where in self.places.secrets.items()
                       for name, text in texts if any(spelling in text for spelling in spellings(secret))})

    def run_all(self, plan, status, *options):
        report = self.path("mock", "report.json")
        out, err = self.expect(status, "run", self.path("mock"), "--report", report, *options, "--", sys.executable, "-c",
                               CLIENT, plan)
        self.tell("run " + " ".join(options), err)
        return out, err

    def test_none_of_them_is_kept_anywhere_and_all_are_answered(self):
        web = FakeWeb(self, self.places.answers)
        plan = self.write("plan.json", json.dumps(self.places.sent))
        mock = self.path("mock")
        recorded, err = self.expect(0, "record", mock, "--map", f"web=0=http://127.0.0.1:{web.port}", "--", sys.executable, "-c",
                                    CLIENT, plan)
        self.tell("record", err)
        for name, arguments in {"compile": ("compile", mock, "-o", self.path("mock", "a.table"), "--verbose"),
                                "inspect": ("inspect", mock), "secrets": ("inspect", mock, "--secrets"),
                                "json": ("inspect", mock, "--secrets", "--json"), "table": ("inspect", self.path("mock", "a.table")),
                                "learn": ("learn", mock)}.items():
            _, out, err = self.understudy(*arguments)
            self.tell(name, out + err)
        out, err = self.run_all(plan, 0, "--strict")
        self.assertEqual(self.found(), [])
        self.assertEqual(out, recorded)
        # With other secrets nothing is answered, and what is told of that has neither these nor the recorded ones.
        changed = json.dumps(self.places.sent)
        for secret, where in list(self.places.secrets.items()):
            if secret.startswith("Hush"):
                changed = changed.replace(secret, "Rush" + secret[4:])
                self.places.hide("Rush" + secret[4:], "another " + where)
        self.run_all(self.write("changed.json", changed), 2)
        self.assertEqual(self.found(), [])


# Logs in nowhere, and sends its own kind of secret in the places that a request has.
OWN_CLIENT = """
import os, sys, urllib.request
number = sys.argv[1]
base = os.environ["UNDERSTUDY_WEB_URL"]
for target, body in (("/a?iban=DE0" + number, None), ("/b/ACME-" + number, None), ("/c", '{"customerIban": "DE0%s", "note": "see ACME-%s"}' % (number, number)),
                     ("/d", '{"csrf_token": "told-%s", "password": "demo"}' % number)):
    request = urllib.request.Request(base + target, body and body.encode(), {"Content-Type": "application/json"} if body else {})
    try:
        print(urllib.request.urlopen(request).read().decode())
    except OSError as error:
        print(error)
"""


class OwnSecrets(Case):
    """`secrets` of understudy.yaml."""

    def record(self, rules, number):
        web = FakeWeb(self, {})
        self.write("mock/understudy.yaml", f"understudy: 1\nsecrets: {rules}\nservices: {{web: {{listen: 0, upstream: 'http://127.0.0.1:{web.port}'}}}}\n")
        return self.expect(0, "record", self.path("mock"), "--", sys.executable, "-c", OWN_CLIENT, number)

    def kept(self):
        text = ""
        for folder, _, names in os.walk(self.path("mock")):
            for name in names:
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as stream:
                    text += stream.read()
        return text

    def test_names_and_patterns_are_replaced_and_exceptions_kept(self):
        rules = "{names: [iban], values: ['ACME-[0-9]+'], keep: {names: [csrf_token], values: [demo]}}"
        self.record(rules, "4711")
        self.expect(0, "compile", self.path("mock"), "-o", self.path("mock", "a.table"))
        kept = self.kept()
        self.assertNotIn("DE04711", kept)
        self.assertNotIn("ACME-4711", kept)
        self.assertIn("told-4711", kept)
        self.assertIn('demo', kept)
        self.expect(0, "run", self.path("mock"), "--strict", "--", sys.executable, "-c", OWN_CLIENT, "4711")
        self.expect(0, "run", self.path("mock", "a.table"), "--strict", "--", sys.executable, "-c", OWN_CLIENT, "4711")
        self.expect(2, "run", self.path("mock"), "--", sys.executable, "-c", OWN_CLIENT, "4712")

    def test_a_pattern_that_is_none_is_told_with_its_line(self):
        self.write("mock/understudy.yaml", "understudy: 1\nsecrets:\n  values:\n  - 'a'\n  - '('\nservices: {}\n")
        _, err = self.expect(65, "compile", self.path("mock"))
        self.assertIn("understudy.yaml:5", err)
        self.assertIn("is no regular expression", err)


if __name__ == "__main__":
    main()
