#!/usr/bin/env python3
"""Real servers on free loopback ports, with their data in a temporary folder.

As a command, it starts the servers that are named, runs a command with their addresses in its
environment and stops them again:

    servers.py [--account NAME] postgres[:FILE.sql] mariadb[:FILE.sql] redis[:FILE.txt] \\
               [node:FILE.js] -- COMMAND [ARGUMENT ...]

The files are applied to the fresh servers. COMMAND finds POSTGRES_URL, MARIADB_URL, REDIS_URL and
NODE_URL; NAME (default: understudy) is user, password and database in them. POSTGRES_UPSTREAM and so on are the same
without an account. The status is that of COMMAND. Works for root (the databases run as their own users) and for anyone else.
"""

import argparse
import contextlib
import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_SECONDS = 180
STOP_SECONDS = 20


class ServerError(Exception):
    """A server that can't be found, started or set up; the text holds the end of its log."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def find_program(name, *folders):
    found = shutil.which(name, path=os.pathsep.join([*folders, os.environ.get("PATH", ""), "/usr/sbin"]))
    if not found:
        raise ServerError(f"{name} is not installed")
    return found


class Server:
    """One process. Subclasses say how it is set up, started and brought back to its first state."""

    kind = ""
    runs_as = None  # the user that replaces root

    def __init__(self, account="understudy", tls=None):
        self.account = account
        self.tls = tls  # a function that writes certificate and key into two files
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"understudy-{self.kind}-"))
        self.log = self.folder / "server.log"
        self.port = 0
        self.process = None
        self.identity = {}
        if self.runs_as and os.geteuid() == 0:
            entry = pwd.getpwnam(self.runs_as)
            self.identity = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            os.chown(self.folder, entry.pw_uid, entry.pw_gid)

    def start(self):
        self.prepare()
        if self.tls:
            self.make_certificate()
        for _ in range(3):  # another process may take the port between the probe and the start
            self.port = free_port()
            if self.start_process():
                self.reset()
                return self
            self.end_process()
        raise ServerError(f"{self.kind} does not start:\n{self.log_tail()}")

    def make_certificate(self):
        self.certificate, self.key = self.folder / "server.pem", self.folder / "server.key"
        self.tls(self.certificate, self.key)
        for file in (self.certificate, self.key):
            file.chmod(0o600)
            if self.identity:
                os.chown(file, self.identity["user"], self.identity["group"])

    def stop(self):
        self.end_process()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start_process(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                list(map(str, self.command())), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True, env=self.environment(), **self.identity)
        return self.wait_until_ready()

    def end_process(self):
        process, self.process = self.process, None
        if process is None or process.poll() is not None:
            return
        process.send_signal(self.stop_signal())
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.is_ready():
                return True
            time.sleep(0.05)
        return False

    def is_ready(self):
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            return True
        return False

    def run(self, command, **options):
        done = subprocess.run(list(map(str, command)), cwd=self.folder, env=self.environment(), text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
                              **self.identity, **options)
        if done.returncode != 0:
            raise ServerError(f"{self.kind}: {' '.join(map(str, command))}\n{done.stdout}{self.log_tail()}")
        return done.stdout

    def log_tail(self, lines=30):
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        return ""

    def environment(self):
        return {**os.environ, "LC_ALL": "C.UTF-8", "TZ": "UTC"}

    def stop_signal(self):
        return signal.SIGTERM

    def prepare(self):
        """Makes the data folder."""

    def reset(self, setup=None):
        """Brings the server back to its first state and applies the file `setup`."""

    def command(self):
        raise NotImplementedError

    def upstream(self):
        """The URL without an account, for `understudy record`, which leaves logging in to the clients."""
        scheme, _, rest = self.url().partition("://")
        return f"{scheme}://{rest.rpartition('@')[2]}"

    def url(self):
        raise NotImplementedError


class Postgres(Server):
    kind = "postgres"
    runs_as = "postgres"

    def program(self, name):
        folders = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
        return find_program(name, *map(str, folders))

    def prepare(self):
        self.run([self.program("initdb"), "--pgdata", self.folder / "data", "--username=postgres",
                  "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8",
                  "--locale=C.UTF-8", "--no-sync"])

    def command(self):
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "fsync": "off",
                    "unix_socket_directories": self.folder, "timezone": "UTC", "log_timezone": "UTC",
                    "lc_messages": "C", "shared_buffers": "32MB", "autovacuum": "off"}
        if self.tls:
            settings |= {"ssl": "on", "ssl_cert_file": self.certificate, "ssl_key_file": self.key}
        return [self.program("postgres"), "-D", self.folder / "data",
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))]

    def stop_signal(self):
        return signal.SIGINT  # fast shutdown: clients are disconnected

    def is_ready(self):
        done = subprocess.run([self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)], check=False)
        return done.returncode == 0

    def sql(self, *words, database="postgres"):
        return self.run([self.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p", self.port,
                         "-U", "postgres", "-d", database, *words], stdin=subprocess.DEVNULL)

    def reset(self, setup=None):
        name = self.account
        self.sql("-c", f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', "-c", f'DROP ROLE IF EXISTS "{name}"',
                 "-c", f"CREATE ROLE \"{name}\" LOGIN PASSWORD '{name}'",
                 "-c", f'CREATE DATABASE "{name}" OWNER "{name}"')
        if setup:
            with tempfile.NamedTemporaryFile("w", suffix=".sql", dir=self.folder, encoding="utf-8") as script:
                script.write(f'SET ROLE "{name}";\n' + pathlib.Path(setup).read_text(encoding="utf-8"))
                script.flush()
                os.chmod(script.name, 0o644)
                self.sql("-1", "-f", script.name, database=name)

    def url(self):
        return f"postgres://{self.account}:{self.account}@127.0.0.1:{self.port}/{self.account}"


class Mariadb(Server):
    kind = "mariadb"
    runs_as = "mysql"

    def prepare(self):
        self.run([find_program("mariadb-install-db"), "--no-defaults", f"--datadir={self.folder}/data",
                  "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve"])

    def command(self):
        return [find_program("mariadbd"), "--no-defaults", f"--datadir={self.folder}/data", f"--port={self.port}",
                f"--socket={self.folder}/server.sock", "--bind-address=127.0.0.1", "--skip-name-resolve",
                f"--pid-file={self.folder}/server.pid", "--character-set-server=utf8mb4",
                "--collation-server=utf8mb4_general_ci", "--default-time-zone=+00:00",
                "--max-allowed-packet=64M", "--innodb-flush-log-at-trx-commit=0", "--innodb-buffer-pool-size=64M",
                *([f"--ssl-cert={self.certificate}", f"--ssl-key={self.key}"] if self.tls else [])]

    def is_ready(self):
        """It listens on its port first, and a moment later on the socket by which it is set up."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(f"{self.folder}/server.sock")
            return super().is_ready()
        return False

    def sql(self, text, database="mysql"):
        return self.run([find_program("mariadb"), "--no-defaults", f"--socket={self.folder}/server.sock", "-uroot",
                         "--default-character-set=utf8mb4", database], input=text)

    def reset(self, setup=None):
        name = self.account
        self.sql(f"DROP DATABASE IF EXISTS `{name}`; CREATE DATABASE `{name}`;"
                 f"CREATE OR REPLACE USER '{name}'@'%' IDENTIFIED BY '{name}';"
                 f"GRANT ALL ON `{name}`.* TO '{name}'@'%';")
        if setup:
            self.sql(pathlib.Path(setup).read_text(encoding="utf-8"), database=name)

    def url(self):
        return f"mysql://{self.account}:{self.account}@127.0.0.1:{self.port}/{self.account}"


class Redis(Server):
    kind = "redis"
    tls_port = 0  # plain and TLS are two ports of one server

    def command(self):
        tls = []
        if self.tls:
            self.tls_port = free_port()
            tls = ["--tls-port", self.tls_port, "--tls-cert-file", self.certificate, "--tls-key-file", self.key,
                   "--tls-auth-clients", "no", "--tls-ca-cert-file", self.certificate]
        return [find_program("redis-server"), "--port", self.port, "--bind", "127.0.0.1", "--save", "",
                "--appendonly", "no", "--dir", self.folder, *tls]

    def cli(self, *words, **options):
        return self.run([find_program("redis-cli"), "-h", "127.0.0.1", "-p", self.port, *words], **options)

    def reset(self, setup=None):
        self.cli("FLUSHALL")
        self.cli("SCRIPT", "FLUSH")
        if setup:
            self.cli(input=pathlib.Path(setup).read_text(encoding="utf-8"))

    def url(self):
        return f"redis://127.0.0.1:{self.port}"


class Program(Server):
    """A small HTTP server of this repository: listens on PORT, keeps its state in memory."""

    kind = "http"
    interpreters = {".js": "node", ".mjs": "node", ".py": sys.executable, ".sh": "bash"}

    def __init__(self, script, account="understudy"):
        super().__init__(account)
        self.script = pathlib.Path(script).resolve()

    def command(self):
        return [find_program(self.interpreters[self.script.suffix]), self.script]

    def environment(self):
        return {**super().environment(), "HOST": "127.0.0.1", "PORT": str(self.port)}

    def reset(self, setup=None):
        if setup:
            raise ServerError(f"{self.script.name} takes no {setup}")
        self.end_process()
        if not self.start_process():
            raise ServerError(f"{self.script.name} does not start:\n{self.log_tail()}")

    def url(self):
        return f"http://127.0.0.1:{self.port}"


class Understudy(Server):
    """`understudy serve` of a mock set, every service on a free port."""

    kind = "understudy"

    def __init__(self, binary, mock_set, services):
        super().__init__()
        self.binary, self.mock_set, self.services = binary, pathlib.Path(mock_set).resolve(), services
        self.addresses = self.folder / "addresses.json"

    def start_process(self):
        self.addresses.unlink(missing_ok=True)  # those of an attempt that came to nothing
        return super().start_process()

    def command(self):
        listen = (word for service in self.services for word in ("--listen", f"{service}=127.0.0.1:0"))
        return [self.binary, "serve", self.mock_set, *listen, "--addresses", self.addresses]

    def is_ready(self):
        return self.addresses.exists()

    def url(self):
        return self.url_of(self.services[0])

    def url_of(self, service):
        return json.loads(self.addresses.read_text(encoding="utf-8"))[service]["url"]


def stopped_at_exit(server, stack):
    stack.callback(server.stop)
    return server


def exit_on_signals():
    """Makes SIGTERM and SIGHUP end this program in an orderly way, its servers stopped."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))


def parse_arguments():
    words = sys.argv[1:]
    if "--" not in words or words[-1] == "--":
        sys.exit(__doc__)
    cut = words.index("--")
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--account", default="understudy")
    parser.add_argument("servers", nargs="+")
    return parser.parse_args(words[:cut]), words[cut + 1:]


def start_named(spec, account, stack):
    kind, _, file = spec.partition(":")
    kinds = {"postgres": Postgres, "mariadb": Mariadb, "redis": Redis}
    if kind == "node":
        return stopped_at_exit(Program(file, account), stack).start()
    if kind not in kinds:
        raise ServerError(f"no server is called {kind}: {', '.join([*kinds, 'node'])}")
    server = stopped_at_exit(kinds[kind](account), stack).start()
    if file:
        server.reset(file)
    return server


def main():
    options, command = parse_arguments()
    exit_on_signals()
    environment = dict(os.environ)
    with contextlib.ExitStack() as stack:
        for spec in options.servers:
            server = start_named(spec, options.account, stack)
            name = spec.partition(":")[0].upper()
            environment |= {f"{name}_URL": server.url(), f"{name}_UPSTREAM": server.upstream()}
        return subprocess.run(command, env=environment, check=False).returncode


if __name__ == "__main__":
    try:
        sys.exit(main())
    except ServerError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
