#!/usr/bin/env python3
"""Real drivers and real servers with TLS on either side of a recorder, and on the mock.

For each driver of each protocol:

    recorded      client plain or TLS, server plain or TLS, the certificate checked by name: the driver sees
                  what it sees of the server itself, and the recordings say the same, however they came about
    served        plain, with TLS that is checked, with TLS of either version
    passwords     MySQL's caching_sha2_password where the server wants all of it, by each way
    channel       PostgreSQL's SCRAM-SHA-256-PLUS, which the mock offers
    certificates  of clients, where the mock asks for them
    refused       an unknown authority, by the driver and by the recorder; a plain client where TLS is required
"""

import argparse
import contextlib
import datetime
import http.server
import ipaddress
import json
import os
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import checks
import servers
import sessions
import sha2
from checks import Flaw

HERE = pathlib.Path(__file__).resolve().parent
SECONDS = 60
ACCOUNT = "understudy"


class Issuer:
    """An authority of the servers' own, which is not that of understudy."""

    def __init__(self, folder):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Authority of the real servers")])
        self.certificate = self.builder(self.name, self.key).add_extension(
            x509.BasicConstraints(True, 0), True).sign(self.key, hashes.SHA256())
        self.file = folder / "servers-ca.pem"
        self.file.write_bytes(self.certificate.public_bytes(serialization.Encoding.PEM))

    def builder(self, subject, key):
        now = datetime.datetime.utcnow()
        return (x509.CertificateBuilder().subject_name(subject).issuer_name(self.name).public_key(key.public_key())
                .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(1))
                .not_valid_after(now + datetime.timedelta(30)))

    def issue(self, certificate, key_file, common_name="localhost"):
        key = ec.generate_private_key(ec.SECP256R1())
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        made = (self.builder(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]), key)
                .add_extension(x509.SubjectAlternativeName(names), False).sign(self.key, hashes.SHA256()))
        certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        key_file.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                               serialization.NoEncryption()))


class Web(servers.Server):
    """An HTTP server, plain on one port and with TLS on another."""

    kind = "http"
    tls_port = 0

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            body = json.dumps({"path": self.path}).encode()
            meant = not isinstance(self.connection, ssl.SSLSocket) or self.headers["Host"] == f"127.0.0.1:{self.server.server_port}"
            self.send_response(200 if meant else 421)
            body = body if meant else b"{}"
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    def start(self):
        self.make_certificate()
        plain = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.Handler)
        secure = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self.Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        secure.socket = context.wrap_socket(secure.socket, server_side=True)
        self.port, self.tls_port = plain.server_port, secure.server_port
        for each in (plain, secure):
            threading.Thread(target=each.serve_forever, daemon=True).start()
        return self

    def url(self):
        return f"http://127.0.0.1:{self.port}"


def upstream_of(server, tls, authority):
    """As --map takes it."""
    host = f"127.0.0.1:{server.port}"
    if not tls:
        return server.upstream()
    return {"postgres": f"postgres://{host}/?sslmode=verify-full&sslrootcert={authority}",
            "mariadb": f"mysql://{host}/?ssl-mode=VERIFY_IDENTITY&ssl-ca={authority}",
            "redis": f"rediss://127.0.0.1:{getattr(server, 'tls_port', 0)}/?cacert={authority}",
            "http": f"https://127.0.0.1:{getattr(server, 'tls_port', 0)}/?cacert={authority}"}[server.kind]


# --- drivers: each prints what it sees of the service at 127.0.0.1:PORT; CA is empty for plain. VERSION is "", "1.2" or "1.3".

SCRIPTS = {
    ("postgres", "psql"): ("bash", r"""
mode=disable; [ -n "$CA" ] && mode=verify-full
export PGPASSWORD=$ACCOUNT PGSSLMINPROTOCOLVERSION=${VERSION:+TLSv$VERSION} PGSSLMAXPROTOCOLVERSION=${VERSION:+TLSv$VERSION}
psql -X -A -t "host=127.0.0.1 port=$PORT user=$ACCOUNT dbname=$ACCOUNT sslmode=$mode sslrootcert=$CA gssencmode=disable" \
  -c "SELECT 1, 'one'" -c "SELECT 2"
"""),
    ("postgres", "psycopg"): ("python", r"""
import os, psycopg
ca = os.environ["CA"]
with psycopg.connect(host="127.0.0.1", port=os.environ["PORT"], user=os.environ["ACCOUNT"], password=os.environ["ACCOUNT"],
                     dbname=os.environ["ACCOUNT"], sslmode="verify-full" if ca else "disable", sslrootcert=ca) as connection:
    assert bool(connection.pgconn.ssl_in_use) == bool(ca)
    print(connection.execute("SELECT %s::int, 'one'", [1]).fetchall())
"""),
    ("postgres", "node-pg"): ("node", r"""
const fs = require('fs'), {CA, PORT, ACCOUNT} = process.env;
const ssl = CA ? {ca: fs.readFileSync(CA), host: '127.0.0.1'} : false;
(async () => {
  const client = new (require('pg').Client)({host: '127.0.0.1', port: PORT, user: ACCOUNT, password: ACCOUNT, database: ACCOUNT, ssl});
  await client.connect();
  console.log(JSON.stringify((await client.query('SELECT $1::int AS a, $2::text AS b', [1, 'one'])).rows));
  await client.end();
})().catch(e => { console.error(e); process.exit(1); });
"""),
    ("postgres", "jdbc"): ("java", r"""
String ca = System.getenv("CA"), account = System.getenv("ACCOUNT");
String url = "jdbc:postgresql://127.0.0.1:" + System.getenv("PORT") + "/" + account
    + (ca.isEmpty() ? "?sslmode=disable" : "?sslmode=verify-full&sslrootcert=" + ca);
"""),
    ("mariadb", "jdbc"): ("java", r"""
String ca = System.getenv("CA"), account = System.getenv("ACCOUNT");
String url = "jdbc:mariadb://127.0.0.1:" + System.getenv("PORT") + "/" + account
    + (ca.isEmpty() ? "" : "?useSsl=true&serverSslCert=" + ca);
"""),
    ("mariadb", "mariadb"): ("bash", r"""
if [ -n "$CA" ]; then tls="--ssl-ca=$CA --ssl-verify-server-cert ${VERSION:+--tls-version=TLSv$VERSION}"; else tls=--skip-ssl; fi
mariadb --no-defaults -h 127.0.0.1 -P $PORT -u $ACCOUNT -p$ACCOUNT $tls -N -e "SELECT 1, 'one'; SELECT 2" $ACCOUNT
"""),
    ("mariadb", "pymysql"): ("python", r"""
import os, pymysql
ca = os.environ["CA"]
tls = {"ssl_ca": ca, "ssl_verify_cert": True, "ssl_verify_identity": True} if ca else {"ssl_disabled": True}
connection = pymysql.connect(host="127.0.0.1", port=int(os.environ["PORT"]), user=os.environ["ACCOUNT"], password=os.environ["ACCOUNT"],
                             database=os.environ["ACCOUNT"], **tls)
assert type(connection._sock).__name__ == ("SSLSocket" if ca else "socket")
with connection.cursor() as cursor:
    cursor.execute("SELECT %s, 'one'", [1])
    print(cursor.fetchall())
connection.close()
"""),
    ("mariadb", "mysql2"): ("node", r"""
const fs = require('fs'), {CA, PORT, ACCOUNT} = process.env;
(async () => {
  const ssl = CA ? {ca: fs.readFileSync(CA)} : undefined;
  const connection = await require('mysql2/promise').createConnection(
    {host: '127.0.0.1', port: +PORT, user: ACCOUNT, password: ACCOUNT, database: ACCOUNT, ssl});
  console.log(JSON.stringify((await connection.execute('SELECT ? AS a, ? AS b', ['1', 'one']))[0]));
  await connection.end();
})().catch(e => { console.error(e); process.exit(1); });
"""),
    ("redis", "redis-cli"): ("bash", r"""
tls=; [ -n "$CA" ] && tls="--tls --cacert $CA"
redis-cli -h 127.0.0.1 -p $PORT $tls <<'END'
SET greeting hello
GET greeting
END
"""),
    ("redis", "redis-py"): ("python", r"""
import os, redis
ca = os.environ["CA"]
client = redis.Redis(host="127.0.0.1", port=int(os.environ["PORT"]), **({"ssl": True, "ssl_ca_certs": ca, "ssl_check_hostname": True} if ca else {}))
client.set("number", 7)
print(client.get("number"))
client.close()
"""),
    ("redis", "ioredis"): ("node", r"""
const fs = require('fs'), {CA, PORT} = process.env;
(async () => {
  const client = new (require('ioredis'))({host: '127.0.0.1', port: +PORT, retryStrategy: null, maxRetriesPerRequest: 0,
    tls: CA ? {ca: fs.readFileSync(CA)} : undefined});
  client.on('error', e => { console.error(e); process.exit(1); });
  await client.set('word', 'one');
  console.log(await client.get('word'));
  await client.quit();
})().catch(e => { console.error(e); process.exit(1); });
"""),
    ("http", "curl"): ("bash", r"""
if [ -n "$CA" ]; then curl -sS --cacert $CA ${VERSION:+--tlsv$VERSION --tls-max $VERSION} https://127.0.0.1:$PORT/a; else curl -sS http://127.0.0.1:$PORT/a; fi
"""),
    ("http", "requests"): ("python", r"""
import os, requests
ca = os.environ["CA"]
print(requests.get(f"{'https' if ca else 'http'}://127.0.0.1:{os.environ['PORT']}/b", verify=ca or True, timeout=20).json())
"""),
    ("http", "fetch"): ("node", r"""
const {CA, PORT} = process.env;
fetch(`${CA ? 'https' : 'http'}://127.0.0.1:${PORT}/c`).then(r => r.json()).then(b => console.log(JSON.stringify(b)))
  .catch(e => { console.error(e); process.exit(1); });
"""),
}
SILENT = [SCRIPTS["redis", "ioredis"]]  # it tells nobody what the server says
JAVA = """
import java.sql.*;
public class Driver {{
  public static void main(String[] ignored) throws Exception {{
    {}
    try (Connection connection = DriverManager.getConnection(url, account, account);
         ResultSet rows = connection.createStatement().executeQuery("SELECT 1, 'one'")) {{
      rows.next();
      System.out.println(rows.getInt(1) + " " + rows.getString(2));
    }}
  }}
}}
"""
JARS = [pathlib.Path(os.environ.get("JDBC", "/usr/share/java")) / name for name in ("postgresql.jar", "mariadb-java-client.jar")]
RUNNERS = {"bash": ["bash", "-euc"], "python": ["/usr/bin/python3", "-c"], "node": ["node", "-e"]}
ENCODED = {"mariadb": "mysql"}


class Ways:
    """All ways to one server."""

    def __init__(self, binary, folder, server, issuer, authority):
        self.binary, self.folder, self.server, self.issuer, self.authority = binary, folder, server, issuer, authority
        self.protocol = ENCODED.get(server.kind, server.kind)

    def drive(self, script, port, ca="", version=""):
        runner, text = script
        environment = {**os.environ, "PORT": str(port), "CA": str(ca), "VERSION": version, "ACCOUNT": ACCOUNT,
                       "NODE_PATH": str(HERE / "node_modules"), "NODE_EXTRA_CA_CERTS": str(ca)}
        if runner == "java":
            command = ["java", "-cp", ":".join(map(str, JARS)), str(self.folder / "Driver.java")]
            (self.folder / "Driver.java").write_text(JAVA.format(text))
        else:
            command = [*RUNNERS[runner], text]
        done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=SECONDS, check=False)
        if done.returncode != 0:
            raise Flaw(f"status {done.returncode}: {done.stdout.decode()}{done.stderr.decode(errors='replace')[-3000:]}")
        return done.stdout.decode()

    def expect_refusal(self, script, port, expected, ca="", says=""):
        """By the driver itself, or by an answer that says why."""
        try:
            said = self.drive(script, port, ca)
        except Flaw as refusal:
            said = str(refusal)
        if said == expected or says not in said:
            raise Flaw(f"not refused, or without {says!r}: {said}")

    @contextlib.contextmanager
    def understudy(self, *words):
        """A recorder or a mock; gives the port of its service, and its log."""
        addresses, log = self.folder / "addresses.json", self.folder / "log"
        addresses.unlink(missing_ok=True)
        with open(log, "wb") as out:
            process = subprocess.Popen([self.binary, *map(str, words), "--addresses", str(addresses)], stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=out)
            try:
                for _ in range(600):
                    if addresses.exists() or process.poll() is not None:
                        break
                    with contextlib.suppress(subprocess.TimeoutExpired):
                        process.wait(0.05)
                if process.poll() is not None:
                    raise Flaw(f"understudy ended: {log.read_text(errors='replace')}")
                yield int(next(iter(json.loads(addresses.read_text()).values()))["port"]), log
            finally:
                process.terminate()
                process.wait(30)

    def record(self, script, client_tls, server_tls, authority=None):
        mock_set = self.folder / f"{'tls' if client_tls else 'plain'}-{'tls' if server_tls else 'plain'}"
        shutil.rmtree(mock_set, ignore_errors=True)
        self.server.reset()
        upstream = upstream_of(self.server, server_tls, authority or self.issuer.file)
        with self.understudy("record", mock_set, "--map", f"{self.protocol}=0={upstream}", "--snapshot", "none") as (port, log):
            try:
                seen = self.drive(script, port, self.authority if client_tls else "")
            except Flaw as flaw:
                raise Flaw(f"{flaw}\n{log.read_text(errors='replace')}") from None
        return mock_set, seen

    def check_recorded(self, script):
        """All four ways; gives the mock set of one."""
        self.server.reset()
        expected = self.drive(script, self.server.port)
        first = None
        for client_tls in (False, True):
            for server_tls in (False, True):
                mock_set, seen = self.record(script, client_tls, server_tls)
                if seen != expected:
                    raise Flaw(f"{mock_set.name}: the driver saw {seen!r} in place of {expected!r}")
                said = sessions.read(self.binary, mock_set)
                first = first or said
                if not said or sessions.difference(first, said):
                    raise Flaw(f"{mock_set.name}: {sessions.difference(first, said) or 'nothing was recorded'}")
        return mock_set, expected

    def check_upstream_refused(self, script):
        """The recorder does not believe the upstream."""
        with contextlib.suppress(Flaw):
            mock_set, _ = self.record(script, False, True, authority=self.authority)
            if sessions.read(self.binary, mock_set):
                raise SystemExit("an upstream of an unknown authority was believed")
        said = (self.folder / "log").read_text(errors="replace")
        if "certificate" not in said:
            raise Flaw(f"the log does not say why: {said}")

    def check_served(self, script, mock_set, expected):
        with self.understudy("serve", mock_set, "--strict") as (port, log):
            for ca, version in [("", ""), (self.authority, ""), (self.authority, "1.2"), (self.authority, "1.3")]:
                seen = self.drive(script, port, ca, version)
                if seen != expected:
                    raise Flaw(f"served with TLS {bool(ca)} {version}: {seen!r}\n{log.read_text(errors='replace')}")
            self.expect_refusal(script, port, expected, self.issuer.file)

    def check_required(self, script, mock_set, expected):
        add_settings(mock_set, self.protocol, "tls: required")
        with self.understudy("serve", mock_set, "--strict") as (port, _):
            if self.drive(script, port, self.authority) != expected:
                raise Flaw("not served with TLS where that is required")
            self.expect_refusal(script, port, expected, says="" if script in SILENT else "TLS")

    def check(self, script):
        mock_set, expected = self.check_recorded(script)
        self.check_upstream_refused(script)
        self.check_served(script, mock_set, expected)
        self.check_required(script, mock_set, expected)


PING = ("python", r"""
import os, pymysql
ca = os.environ["CA"]
tls = {"ssl_ca": ca, "ssl_verify_cert": True, "ssl_verify_identity": True} if ca else {"ssl_disabled": True}
password = os.environ.get("PASSWORD", "Zauberwort: ?")
pymysql.connect(host="127.0.0.1", port=int(os.environ["PORT"]), user="ann", password=password, **tls).ping(reconnect=False)
print("pong")
""")


def check_passwords(ways):
    """By each way of the four, right and wrong; nothing of it is stored."""
    certificate, key = ways.folder / "sha2.pem", ways.folder / "sha2.key"
    ways.issuer.issue(certificate, key)
    for server in (sha2.Server(b"Zauberwort: ?"), sha2.Server(b"Zauberwort: ?", certificate, key)):
        options = f"/?ssl-mode=VERIFY_CA&ssl-ca={ways.issuer.file}" if server.context else ""
        mock_set = ways.folder / f"sha2-{bool(server.context)}"
        with ways.understudy("record", mock_set, "--map", f"mysql=0=mysql://127.0.0.1:{server.port}{options}",
                              "--snapshot", "none") as (port, log):
            for ca in ("", ways.authority):
                os.environ.pop("PASSWORD", None)
                if ways.drive(PING, port, ca) != "pong\n":
                    raise Flaw(f"not let in: {log.read_text()}")
                os.environ["PASSWORD"] = "guess"
                ways.expect_refusal(PING, port, "pong\n", ca, says="1045")
        os.environ.pop("PASSWORD", None)
        if server.flaws:
            raise Flaw(f"the server saw {server.flaws}")
        if any(b"Zauberwort" in file.read_bytes() for file in mock_set.rglob("*") if file.is_file()):
            raise Flaw("the password is stored")


def add_settings(mock_set, protocol, settings):
    (mock_set / "understudy.yaml").write_text(f"understudy: 1\nservices:\n  {protocol}:\n    protocol: {protocol}\n    {settings}\n")


BOUND = ("bash", r"""
export PGPASSWORD=$ACCOUNT
psql -X -A -t "host=127.0.0.1 port=$PORT user=$ACCOUNT dbname=$ACCOUNT sslmode=verify-full sslrootcert=$CA channel_binding=require $MORE" \
  -c "SELECT 1, 'one'" -c "SELECT 2"
""")


def check_channel(ways):
    mock_set, seen = ways.record(SCRIPTS["postgres", "psql"], False, False)
    add_settings(mock_set, "postgres", f"auth: {{user: {ACCOUNT}, password: {ACCOUNT}}}")
    os.environ["MORE"] = ""
    with ways.understudy("serve", mock_set, "--strict") as (port, _):
        if ways.drive(BOUND, port, ways.authority) != seen:
            raise Flaw("not served with channel binding")
        if ways.drive(SCRIPTS["postgres", "psql"], port) != seen:
            raise Flaw("not served without TLS")


def check_certificates(ways):
    certificate, key = ways.folder / "client.pem", ways.folder / "client.key"
    ways.issuer.issue(certificate, key, "ann")
    key.chmod(0o600)
    mock_set, seen = ways.record(SCRIPTS["postgres", "psql"], False, False)
    add_settings(mock_set, "postgres", f"tls: {{mode: required, client_ca: {ways.issuer.file}, client_certificate: required}}")
    script = (BOUND[0], BOUND[1].replace("channel_binding=require ", ""))
    with ways.understudy("serve", mock_set, "--strict") as (port, _):
        os.environ["MORE"] = f"sslcert={certificate} sslkey={key}"
        if ways.drive(script, port, ways.authority) != seen:
            raise Flaw("not served with a client's certificate")
        os.environ["MORE"] = ""
        ways.expect_refusal(script, port, seen, ways.authority, says="certificate required")


def check_snapshot(ways):
    """The recorder's own connections believe whom the URL says."""
    for authority, believed in ((ways.issuer.file, True), (ways.authority, False)):
        mock_set = ways.folder / "snapshot"
        shutil.rmtree(mock_set, ignore_errors=True)
        ways.server.reset()
        if ways.protocol == "redis":
            ways.server.cli("SET", "there", "before")
        upstream = upstream_of(ways.server, True, authority).replace("://", f"://{ACCOUNT}:{ACCOUNT}@", 1).replace("/?", f"/{ACCOUNT}?", 1)
        with ways.understudy("record", mock_set, "--map", f"{ways.protocol}=0={upstream}") as (port, log):
            with contextlib.suppress(Flaw):
                ways.drive(SCRIPTS["redis", "redis-py"] if ways.protocol == "redis" else PLAIN_QUERY[ways.protocol], port)
        text = "".join(file.read_text() for file in mock_set.rglob("*") if file.is_file() and file.suffix in (".sql", ".yaml"))
        told = log.read_text(errors="replace")
        if believed != ("before" in text if ways.protocol == "redis" else (mock_set / "snapshot" / ways.protocol / "schema.sql").exists()):
            raise Flaw(f"believed is not {believed}: {told}")
        if not believed and "certificate" not in told.lower():
            raise Flaw(f"the log does not say why: {told}")


WAITING = ("python", r"""
import os, redis, threading, time
ca = os.environ["CA"]
def client():
    return redis.Redis(host="127.0.0.1", port=int(os.environ["PORT"]), socket_timeout=20, **({"ssl": True, "ssl_ca_certs": ca} if ca else {}))
waiting, listening, speaking = client(), client().pubsub(), client()
listening.subscribe("news")
print(listening.get_message(timeout=10)["type"])
seen = []
thread = threading.Thread(target=lambda: seen.append(waiting.blpop("queue", 10)))
thread.start()
time.sleep(0.3)
speaking.rpush("queue", "job")
thread.join()
print(seen)
speaking.publish("news", "x" * 100000)
print(len(listening.get_message(timeout=10)["data"]))
""")


def check_waiting(ways):
    """Connections that another one wakes."""
    mock_set, seen = ways.record(WAITING, True, True)
    with ways.understudy("serve", mock_set, "--strict") as (port, log):
        for ca in ("", ways.authority):
            if ways.drive(WAITING, port, ca) != seen:
                raise Flaw(f"served otherwise: {log.read_text()}")


PLAIN_QUERY = {"postgres": SCRIPTS["postgres", "psql"], "mysql": SCRIPTS["mariadb", "pymysql"]}


def make_authority(binary, folder):
    os.environ["XDG_CONFIG_HOME"] = str(folder / "config")
    subprocess.run([binary, "ca"], stdout=subprocess.DEVNULL, check=True)
    file = folder / "config" / "understudy" / "ca.pem"
    if (file.parent / "ca.key").stat().st_mode & 0o777 != 0o600:
        raise Flaw("others can read the key of the authority")
    return file


FURTHER = {("mariadb", "passwords"): check_passwords, ("postgres", "channel"): check_channel,
           ("postgres", "certificates"): check_certificates, ("postgres", "snapshot"): check_snapshot,
           ("mariadb", "snapshot"): check_snapshot, ("redis", "snapshot"): check_snapshot,
           ("redis", "waiting"): check_waiting}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("--client", default="")
    parser.add_argument("servers", nargs="*", default=[])
    options = parser.parse_args()
    kinds = {"postgres": servers.Postgres, "mariadb": servers.Mariadb, "redis": servers.Redis, "http": Web}
    servers.exit_on_signals()
    suite = checks.Suite("tls")
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="understudy-tls-")))
        issuer, authority = Issuer(folder), make_authority(options.binary, folder)
        for kind in options.servers or kinds:
            server = servers.stopped_at_exit(kinds[kind](ACCOUNT, issuer.issue), stack).start()
            ways = Ways(options.binary, folder, server, issuer, authority)
            tests = {name: (ways.check, script) for (of, name), script in SCRIPTS.items() if of == kind}
            tests |= {name: (test, ways) for (of, name), test in FURTHER.items() if of == kind}
            for name, (test, subject) in tests.items():
                # Java is for who asks for it: `tests/run.sh --wide drivers` does.
                if options.client not in name or (name == "jdbc" and options.client != name):
                    continue
                if name == "jdbc" and not (shutil.which("javac") and all(jar.exists() for jar in JARS)):
                    suite.skip(f"{kind} {name}", "needs a JDK, libpostgresql-jdbc-java and libmariadb-java")
                else:
                    suite.check(f"{kind} {name}", test, subject)
    print(suite.summary())
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
