"""Four real servers with TLS, a recorder or a mock before them, and clients that write numbered things over TLS."""

import http.client
import http.server
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "conformance"))

import servers  # noqa: E402

LIMIT = 60
NAMES = ("postgres", "mysql", "redis", "http")


class Api(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """Clients of a recorder that was killed are gone."""


class Upstreams:
    """PostgreSQL, MariaDB, Redis and an API, each over TLS with one certificate for localhost."""

    def __init__(self, folder, stack):
        self.folder = pathlib.Path(folder)
        self.certificate, self.key = self.folder / "server.pem", self.folder / "server.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", self.key,
                        "-out", self.certificate], check=True, stderr=subprocess.DEVNULL)
        self.postgres, self.mariadb, self.redis = (stack.enter_context(self.running(kind))
                                                   for kind in (servers.Postgres, servers.Mariadb, servers.Redis))
        self.postgres.sql("-c", "CREATE TABLE t (n text)", "-c", "GRANT ALL ON t TO understudy", database="understudy")
        self.mariadb.sql("CREATE TABLE t (n varchar(40))", database="understudy")
        api = QuietServer(("127.0.0.1", 0), Api)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        api.socket = context.wrap_socket(api.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=api.serve_forever, daemon=True).start()
        stack.callback(api.shutdown)
        self.api_port = api.server_port

    def running(self, kind):
        import contextlib

        server = kind(tls=self.write_certificate)

        @contextlib.contextmanager
        def run():
            try:
                yield server.start()
            finally:
                server.stop()
        return run()

    def write_certificate(self, certificate, key):
        pathlib.Path(certificate).write_bytes(self.certificate.read_bytes())
        pathlib.Path(key).write_bytes(self.key.read_bytes())

    def maps(self):
        ca = self.certificate
        urls = (f"postgres://understudy:understudy@127.0.0.1:{self.postgres.port}/understudy?sslmode=verify-full&sslrootcert={ca}",
                f"mysql://understudy:understudy@127.0.0.1:{self.mariadb.port}/understudy?ssl-mode=VERIFY_IDENTITY&ssl-ca={ca}",
                f"rediss://127.0.0.1:{self.redis.tls_port}/?cacert={ca}", f"https://127.0.0.1:{self.api_port}/?cacert={ca}")
        return [word for name, url in zip(NAMES, urls) for word in ("--map", f"{name}=0={url}")]


def listening(process):
    """Ports by the name of the service, from the lines that a recorder or mock begins with."""
    ports = {}
    while len(ports) < len(NAMES):
        words = process.stdout.readline().split()
        if not words:
            raise RuntimeError("it ended before it listened")
        ports[words[1]] = int(words[3].rsplit(":", 1)[1])
    return ports


def context_of(authority):
    return ssl.create_default_context(cafile=str(authority))


def write_postgres(port, authority, values):
    import psycopg

    with psycopg.connect(host="localhost", port=port, user="understudy", password="understudy", dbname="understudy",
                         sslmode="verify-full", sslrootcert=str(authority), autocommit=True, connect_timeout=LIMIT) as connection:
        for value in values:
            connection.execute("INSERT INTO t VALUES (%s)", [value])
            yield value


def write_mysql(port, authority, values):
    import pymysql

    connection = pymysql.connect(host="localhost", port=port, user="understudy", password="understudy", database="understudy",
                                 ssl={"ca": str(authority)}, autocommit=True, connect_timeout=LIMIT, read_timeout=LIMIT)
    with connection:
        for value in values:
            connection.cursor().execute("INSERT INTO t VALUES (%s)", [value])
            yield value


def write_redis(port, authority, values):
    with context_of(authority).wrap_socket(socket.create_connection(("localhost", port), LIMIT), server_hostname="localhost") as client:
        for value in values:
            client.sendall(f"SET {value} 1\r\n".encode())
            if not client.recv(100).startswith(b"+OK"):
                return
            yield value


def write_http(port, authority, values):
    connection = http.client.HTTPSConnection("localhost", port, timeout=LIMIT, context=context_of(authority))
    for value in values:
        connection.request("POST", "/things", value, {"Content-Type": "text/plain"})
        if connection.getresponse().read().decode() != value:
            return
        yield value


WRITERS = {"postgres": write_postgres, "mysql": write_mysql, "redis": write_redis, "http": write_http}


def recorded_in(mock_set):
    """All values that stand in session files."""
    found = set()
    for file in pathlib.Path(mock_set, "sessions").glob("*.yaml"):
        found.update(re.findall(r"\bw[a-z]+-\d+-\d+-\d+\b", file.read_text(errors="replace")))
    return found


def authority(folder):
    """A new authority in the usual place below `folder`; gives its certificate."""
    os.environ["XDG_CONFIG_HOME"] = str(folder)
    subprocess.run([os.environ["UNDERSTUDY"], "ca"], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return next(pathlib.Path(folder).rglob("ca.pem"), None) or next(pathlib.Path(folder).rglob("*.pem"))
