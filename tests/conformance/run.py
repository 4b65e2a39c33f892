#!/usr/bin/env python3
"""Runs real clients against real servers, then against recordings of them, and compares what they saw.

For each client script of a protocol (`<protocol>/<group>_<driver>.{sh,py,js}`):

    transparent   through the recorder it prints what it prints when it talks to the server itself
    served        against the mock of its own recording it prints the same, every answer certain,
                  every recorded exchange asked for
    from <other>  against the mock that each other client of its group recorded, the same again
    closure       recorded once more while it talks to the mock, the recording says the same

tests/conformance/README.md says how to add a client.
"""

import argparse
import contextlib
import dataclasses
import difflib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import checks
import servers
import sessions

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS = 120
RUNNERS = {".sh": "bash", ".py": "/usr/bin/python3", ".js": "node", ".mjs": "node"}
PROTOCOLS = ["postgres", "mysql", "redis", "http"]


@dataclasses.dataclass
class Client:
    """One script, and what it saw of the real server."""

    script: pathlib.Path
    expected: bytes = b""
    mock_set: pathlib.Path | None = None

    @property
    def group(self):
        return self.script.stem.partition("_")[0]

    @property
    def name(self):
        return self.script.stem.removeprefix("client_")

    def command(self):
        return [RUNNERS[self.script.suffix], str(self.script)]


def difference(expected, seen):
    lines = difflib.unified_diff(*(text.decode(errors="backslashreplace").splitlines() for text in (expected, seen)),
                                 "expected", "seen", lineterm="", n=1)
    return "\n".join(line[:160] for line in list(lines)[:24])


class Runner:
    """Runs one client: by itself, below `understudy record`, below `understudy run`."""

    def __init__(self, binary, folder, server):
        self.binary = binary
        self.folder = folder
        self.server = server

    def environment(self, port):
        account = self.server.account
        return {**os.environ, "HOST": "127.0.0.1", "PORT": str(port), "ACCOUNT": account, "LC_ALL": "C.UTF-8",
                "TZ": "UTC", "NODE_PATH": str(HERE / "node_modules")}

    def direct(self, client):
        output = self.folder / "output"
        with open(output, "wb") as stdout:
            done = subprocess.run(client.command(), env=self.environment(self.server.port), stdout=stdout,
                                  stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=SECONDS, check=False)
        self.require_success(done, "the client", self.server.log_tail())
        return output.read_bytes()

    def below(self, client, words, port_variable):
        """What `client` prints when `understudy WORDS -- client` gives it its port."""
        output = self.folder / "output"
        output.unlink(missing_ok=True)
        wrapper = ["/bin/sh", "-c", f'PORT=${port_variable}; export PORT; exec "$@" >"$0"', str(output)]
        command = [self.binary, *map(str, words), "--", *wrapper, *client.command()]
        done = subprocess.run(command, env=self.environment(0), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return done, output.read_bytes() if output.exists() else b""

    @staticmethod
    def require_success(done, what, log=""):
        if done.returncode != 0:
            said = (done.stderr or done.stdout or b"").decode(errors="backslashreplace")
            raise checks.Flaw(f"{what} ended with status {done.returncode}\n{said}\n{log}".rstrip())


class Conformance:
    """All checks of one protocol."""

    def __init__(self, protocol, server, runner, suite, folder):
        self.protocol = protocol
        self.server = server
        self.runner = runner
        self.suite = suite
        self.port_variable = f"UNDERSTUDY_{protocol.upper()}_PORT"
        setup = folder / protocol / "setup.sql"
        self.setup = setup if setup.exists() else None

    def reset(self):
        self.server.reset(self.setup)

    def record(self, client, mock_set, upstream):
        shutil.rmtree(mock_set, ignore_errors=True)
        done, seen = self.runner.below(
            client, ["record", mock_set, "--map", f"{self.protocol}=0={upstream}"], self.port_variable)
        self.runner.require_success(done, "understudy record", self.server.log_tail())
        return seen

    def see_direct(self, client):
        self.reset()
        client.expected = self.runner.direct(client)
        if not client.expected:
            raise checks.Flaw("the client printed nothing")

    def see_recorded(self, client):
        self.reset()
        mock_set = self.runner.folder / client.name
        seen = self.record(client, mock_set, self.server.upstream())
        self.require_equal(client, seen)
        self.declare(mock_set)
        client.mock_set = mock_set

    def declare(self, mock_set):
        """Which columns of MySQL hold JSON only DDL tells to a client that asks, where the recorded one did not."""
        if self.protocol != "mysql" or not self.setup:
            return
        shutil.copy(self.setup, mock_set / "schema.sql")
        config = mock_set / "understudy.yaml"
        text = config.read_text(encoding="utf-8")
        config.write_text(text.replace("{protocol: mysql,", "{protocol: mysql, schema: schema.sql,", 1), encoding="utf-8")

    def see_mock(self, client, mock_set):
        report = self.runner.folder / "report.json"
        done, seen = self.runner.below(client, ["run", mock_set, "--report", report], self.port_variable)
        self.require_equal(client, seen, done)
        self.runner.require_success(done, "understudy run")
        return json.loads(report.read_text(encoding="utf-8"))["services"][self.protocol]

    def see_own_mock(self, client):
        report = self.see_mock(client, client.mock_set)
        if report["never_asked_total"]:
            raise checks.Flaw("recorded and never asked for:\n" + "\n".join(report["never_asked"]))

    def see_closure(self, client):
        again = self.runner.folder / f"{client.name}-again"
        mock = servers.Understudy(self.runner.binary, client.mock_set, [self.protocol])
        try:
            seen = self.record(client, again, mock.start().upstream())
        finally:
            mock.stop()
        self.require_equal(client, seen)
        problem = sessions.difference(sessions.read(self.runner.binary, client.mock_set),
                                      sessions.read(self.runner.binary, again))
        if problem:
            raise checks.Flaw(problem)

    def require_equal(self, client, seen, done=None):
        if seen != client.expected:
            said = done.stdout.decode(errors="backslashreplace") if done else ""
            raise checks.Flaw(f"{difference(client.expected, seen)}\n{said}".rstrip())

    def run(self, clients):
        recorded = []
        for client in clients:
            name = f"{self.protocol}/{client.name}"
            if not self.suite.check(f"{name}: works against the server", self.see_direct, client):
                continue
            if self.suite.check(f"{name}: transparent", self.see_recorded, client):
                recorded.append(client)
        for client in recorded:
            name = f"{self.protocol}/{client.name}"
            self.suite.check(f"{name}: served", self.see_own_mock, client)
            for other in recorded:
                if other is not client and other.group == client.group:
                    self.suite.check(f"{name}: from {other.name}", self.see_mock, client, other.mock_set)
            self.suite.check(f"{name}: closure", self.see_closure, client)


def server_for(protocol):
    if protocol == "http":
        apps = sorted((HERE / "http").glob("app.*"))
        if not apps:
            raise servers.ServerError("tests/conformance/http has no app.*")
        return servers.Program(apps[0])
    return {"postgres": servers.Postgres, "mysql": servers.Mariadb, "redis": servers.Redis}[protocol]()


def clients_of(protocol, folder, wanted):
    scripts = sorted(path for path in (folder / protocol).glob("*_*") if path.suffix in RUNNERS)
    clients = [Client(script) for script in scripts]
    return [client for client in clients if not wanted or client.name in wanted]


def run_protocol(protocol, options):
    suite = checks.Suite(protocol)
    clients = clients_of(protocol, options.clients, options.client)
    print(f"{protocol}:", flush=True)
    if not clients:
        suite.skip(protocol, "no client scripts")
        return suite
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-conformance-"))
        if options.keep:
            print(f"  recordings are kept in {folder}")
        else:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        try:
            server = server_for(protocol)
            stack.callback(server.stop)
            server.start()
        except servers.ServerError as error:
            suite.failed += 1
            print(f"  FAILED   the server\n{checks.indented(str(error))}")
            return suite
        Conformance(protocol, server, Runner(options.binary, folder, server), suite, options.clients).run(clients)
    return suite


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / "build/release/src/cli/understudy"), help="the program under test")
    parser.add_argument("--clients", type=pathlib.Path, default=HERE, help="the folder of the protocols' folders")
    parser.add_argument("--client", action="append", help="only this driver (repeatable)")
    parser.add_argument("--keep", action="store_true", help="keep the recordings and say where")
    parser.add_argument("protocols", nargs="*", choices=[*PROTOCOLS, []], help="default: all")
    options = parser.parse_args()
    if not os.access(options.binary, os.X_OK):
        sys.exit(f"{options.binary} is not built")
    servers.exit_on_signals()
    suites = [run_protocol(protocol, options) for protocol in options.protocols or PROTOCOLS]
    print()
    for suite in suites:
        print(suite.summary())
    return 1 if any(suite.failed for suite in suites) else 0


if __name__ == "__main__":
    sys.exit(main())
