"""One load on the real server and on the mock recorded from it: CPU time per request, throughput, ratios.

For each protocol: starts the real server, records a mock set through `understudy record` with the same load at a
small count (every key of a load is one of 100, so all of them are recorded), runs the load on the real server and
on `understudy serve --strict`, and takes the CPU time of the server's process tree from /proc. The figures of a
mock that missed or guessed anything are refused.
"""

import argparse
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "conformance"))

from servers import Mariadb, Postgres, Redis, Server, ServerError, find_program, stopped_at_exit  # noqa: E402

KEYS = 100
RECORDED_REQUESTS = 4000
RECORDED_SECONDS = 2
TURNS = 7
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Nginx(Server):
    """A location for each key, answered from the configuration."""

    kind = "nginx"

    def prepare(self):
        find_program("nginx")

    def write_configuration(self):
        items = "\n".join(
            f"""location = /items/{key} {{ default_type application/json;
                return 200 '{{"id":{key},"name":"item {key}","price":{key}.50,"tags":["a","b"]}}'; }}"""
            for key in range(1, KEYS + 1))
        path = self.folder / "nginx.conf"
        path.write_text(f"""daemon off; worker_processes 1; pid {self.folder}/nginx.pid; error_log stderr error;
            events {{ worker_connections 256; }}
            http {{ access_log off; keepalive_requests 1000000000;
              client_body_temp_path {self.folder}; proxy_temp_path {self.folder}; fastcgi_temp_path {self.folder};
              uwsgi_temp_path {self.folder}; scgi_temp_path {self.folder};
              server {{ listen 127.0.0.1:{self.port}; {items} }} }}""", encoding="utf-8")
        return path

    def command(self):
        return [find_program("nginx"), "-p", self.folder, "-c", self.write_configuration()]

    def url(self):
        return f"http://127.0.0.1:{self.port}"


class Mock(Server):
    kind = "understudy"

    def __init__(self, binary, mock_set):
        super().__init__()
        self.binary, self.mock_set = binary, mock_set
        self.addresses, self.report = self.folder / "addresses.json", self.folder / "report.json"

    def command(self):
        return [self.binary, "serve", self.mock_set, "--strict", "--listen", f"bench=127.0.0.1:{self.port}",
                "--addresses", self.addresses, "--report", self.report]

    def is_ready(self):
        return self.addresses.exists()

    def uncertain(self):
        """Ends the server; how many answers were misses or guesses."""
        self.end_process()
        report = json.loads(self.report.read_text(encoding="utf-8"))
        answers = [service["answers"] for service in report["services"].values()]
        return sum(each.get(grade, 0) for each in answers for grade in ("miss", "guess"))


@dataclasses.dataclass
class Load:
    """One way to ask: `command(port, requests)` is the tool's call, `count` reads how many it made."""

    name: str
    command: object
    count: object = None
    factor: int = 1  # so much more of it, where one request is too small for the clock of /proc


@dataclasses.dataclass
class Measure:
    requests: int
    cpu_seconds: float
    seconds: float

    @property
    def microseconds(self):
        return self.cpu_seconds / self.requests * 1e6

    @property
    def per_second(self):
        return self.requests / self.seconds


def redis_loads(folder):
    def load(pipeline):
        return lambda port, requests: [
            find_program("redis-benchmark"), "-h", "127.0.0.1", "-p", port, "-n", requests, "-c", 16,
            "-P", pipeline, "-r", KEYS, "-q", "GET", "key:__rand_int__"]
    return [Load("GET, P=1", load(1)), Load("GET, P=16", load(16), factor=5)]


def redis_server(stack):
    server = stopped_at_exit(Redis("bench"), stack).start()
    words = "\n".join(f"SET key:{key:012} {'value of some length ' + str(key)!r}" for key in range(KEYS))
    server.cli(input=words)
    return server


def postgres_loads(folder):
    script = folder / "select.sql"
    script.write_text(f"\\set aid random(1, {KEYS})\nSELECT abalance FROM accounts WHERE aid = :aid;\n", encoding="utf-8")

    def load(mode):
        return lambda port, requests: [
            Postgres("bench").program("pgbench"), "-n", "-f", script, "-M", mode, "-c", 4, "-j", 1, "-t", requests // 4,
            "-h", "127.0.0.1", "-p", port, "-U", "bench", "bench"]
    return [Load(f"point select, {mode}", load(mode)) for mode in ("simple", "extended", "prepared")]


def postgres_server(stack):
    server = stopped_at_exit(Postgres("bench"), stack).start()
    server.sql("-c", "SET ROLE bench", "-c",
               "CREATE TABLE accounts (aid int PRIMARY KEY, abalance int NOT NULL, filler char(84))", "-c",
               "INSERT INTO accounts SELECT n, n * 7, 'filler' FROM generate_series(1, 1000) n", "-c", "ANALYZE accounts",
               database="bench")
    return server


def sysbench(port, mode, *words):
    return [find_program("sysbench"), "oltp_point_select", "--db-driver=mysql", "--mysql-host=127.0.0.1",
            f"--mysql-port={port}", "--mysql-user=bench", "--mysql-password=bench", "--mysql-db=bench", "--tables=1",
            f"--table-size={KEYS}", "--rand-type=uniform", f"--db-ps-mode={mode}", *words]


def mysql_loads(folder):
    def load(mode):
        return lambda port, requests: sysbench(port, mode, "--threads=4", f"--events={requests}", "--time=0", "run")
    return [Load("point select, text", load("disable")), Load("point select, prepared", load("auto"))]


def mysql_server(stack):
    server = stopped_at_exit(Mariadb("bench"), stack).start()
    server.run(sysbench(server.port, "disable", "prepare"))
    return server


def http_loads(folder):
    script = folder / "items.lua"
    script.write_text(f'request = function() return wrk.format("GET", "/items/" .. math.random(1, {KEYS})) end\n',
                      encoding="utf-8")

    def command(port, requests):
        seconds = RECORDED_SECONDS if requests == RECORDED_REQUESTS else max(2, requests // 20_000)
        return [find_program("wrk"), "-t", 1, "-c", 16, "-d", f"{seconds}s", "-s", script, f"http://127.0.0.1:{port}"]

    def count(printed):
        if "Non-2xx" in printed or "Socket errors" in printed:
            raise ServerError(printed)
        return int(re.search(r"(\d+) requests in", printed)[1])
    return [Load("GET of small JSON", command, count)]


def http_server(stack):
    return stopped_at_exit(Nginx(), stack).start()


PROTOCOLS = {"redis": (redis_server, redis_loads), "postgres": (postgres_server, postgres_loads),
             "mysql": (mysql_server, mysql_loads), "http": (http_server, http_loads)}


def cpu_of_tree(root):
    """CPU seconds of a process, its descendants and those of them that ended."""
    children, ticks = {}, {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            fields = (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(entry.name))
            ticks[int(entry.name)] = sum(map(int, fields[11:15]))
    found, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        found += ticks.get(process, 0)
        waiting += children.get(process, [])
    return found / TICKS_PER_SECOND


def run_load(load, port, requests):
    """How many requests were made."""
    done = subprocess.run(list(map(str, load.command(port, requests))), text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, env={**os.environ, "PGPASSWORD": "bench"})
    if done.returncode != 0:
        raise ServerError(f"{load.name}: status {done.returncode}\n{done.stdout[-2000:]}")
    return load.count(done.stdout) if load.count else requests


def measure(load, server, requests):
    run_load(load, server.port, RECORDED_REQUESTS)  # warm
    before, begin = cpu_of_tree(server.process.pid), time.monotonic()
    made = run_load(load, server.port, requests)
    seconds = time.monotonic() - begin
    time.sleep(0.2)  # until the server has taken leave of its clients
    return Measure(made, max(cpu_of_tree(server.process.pid) - before, 1 / TICKS_PER_SECOND), seconds)


def record(binary, mock_set, upstream, loads):
    addresses = mock_set.parent / f"{mock_set.name}.addresses.json"
    command = [binary, "record", mock_set, "--map", f"bench=0={upstream}", "--addresses", addresses]
    with open(mock_set.parent / f"{mock_set.name}.log", "w+", encoding="utf-8") as log:
        recorder = subprocess.Popen(list(map(str, command)), stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if addresses.exists() or recorder.poll() is not None:
                    break
                time.sleep(0.05)
            if not addresses.exists():
                log.seek(0)
                raise ServerError(f"the recorder does not start:\n{log.read()}")
            port = urlsplit(json.loads(addresses.read_text(encoding="utf-8"))["bench"]["url"]).port
            for load in loads:
                run_load(load, port, RECORDED_REQUESTS)
        finally:
            recorder.send_signal(signal.SIGTERM)
            recorder.wait(60)


def bench(protocol, binary, requests, folder):
    start, loads_of = PROTOCOLS[protocol]
    loads = loads_of(folder)
    mock_set = folder / protocol
    with contextlib.ExitStack() as stack:
        real = start(stack)
        record(binary, mock_set, real.upstream(), loads)
        real_measures = [measure(load, real, requests * load.factor) for load in loads]
    for load, of_real in zip(loads, real_measures):
        with contextlib.ExitStack() as stack:
            mock = stopped_at_exit(Mock(binary, mock_set), stack).start()
            of_mock = measure(load, mock, requests * load.factor)
            if uncertain := mock.uncertain():
                raise ServerError(f"{protocol}, {load.name}: {uncertain} answers were misses or guesses")
        print(f"{protocol:9} {load.name:24} {of_mock.requests:9,} {of_real.microseconds:9.2f} "
              f"{of_mock.microseconds:9.2f} {of_real.microseconds / of_mock.microseconds:6.2f}x "
              f"{of_real.per_second:10,.0f} {of_mock.per_second:10,.0f} "
              f"{of_mock.per_second / of_real.per_second:6.2f}x", flush=True)


def mock_of(binary, mock_set, upstream, loads, stack):
    record(binary, mock_set, upstream, loads)
    return stopped_at_exit(Mock(binary, mock_set), stack).start()


def pair(protocol, before, binary, requests, folder):
    """Two programs under the same load in turns, so that what else the machine does falls on both."""
    start, loads_of = PROTOCOLS[protocol]
    loads = loads_of(folder)
    with contextlib.ExitStack() as stack:
        upstream = start(stack).upstream()
        mocks = [mock_of(program, folder / f"{protocol}-{name}", upstream, loads, stack)
                 for name, program in (("before", before), ("after", binary))]
        for load in loads:
            figures = [[], []]
            for turn in range(2 * TURNS):
                side = turn % 2 ^ turn // 2 % 2  # before, after, after, before
                figures[side].append(measure(load, mocks[side], requests * load.factor).microseconds)
            medians = [statistics.median(each) for each in figures]
            print(f"{protocol:9} {load.name:24} {medians[0]:9.2f} {medians[1]:9.2f} {medians[1] / medians[0]:6.3f}x   "
                  f"{min(figures[0]):.2f}..{max(figures[0]):.2f}, {min(figures[1]):.2f}..{max(figures[1]):.2f}", flush=True)
        if any([mock.uncertain() for mock in mocks]):
            raise ServerError(f"{protocol}: answers were misses or guesses")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("protocol", choices=[*PROTOCOLS, "all"])
    parser.add_argument("--requests", type=int, default=200_000)
    parser.add_argument("--before", type=pathlib.Path, metavar="PROGRAM",
                        help="an older program, measured in turns with the new one instead of beside the real server")
    options = parser.parse_args()
    binary = pathlib.Path(os.environ.get("UNDERSTUDY", ROOT / "build/release/src/cli/understudy")).resolve()
    failed = False
    if options.before:
        print(f"{'CPU us per request':34} {'before':>9} {'after':>9} {'ratio':>7}   least..most of {TURNS} turns each")
    else:
        print(f"{'':9} {'':24} {'':9} {'CPU us per request':^27} {'requests per second':^29}")
        print(f"{'protocol':9} {'load':24} {'requests':>9} {'real':>9} {'mock':>9} {'less':>7} {'real':>10} {'mock':>10} {'more':>7}")
    with tempfile.TemporaryDirectory(prefix="understudy-bench-") as folder:
        for protocol in PROTOCOLS if options.protocol == "all" else [options.protocol]:
            try:
                if options.before:
                    pair(protocol, options.before.resolve(), binary, options.requests, pathlib.Path(folder))
                else:
                    bench(protocol, binary, options.requests, pathlib.Path(folder))
            except ServerError as error:
                failed = True
                print(f"{protocol:9} {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
