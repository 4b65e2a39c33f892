#!/usr/bin/env python3
"""Django's own tests, recorded once with PostgreSQL and run on the mock: in order, reversed, shuffled, each label
alone. The mock is strict: what is not certain is an error that names understudy. A test that passes on the server in
that order and fails on the mock, while nothing of that run was uncertain yet, had a certain answer that is wrong."""

import argparse
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/conformance"))

import servers  # noqa: E402

LABELS = "basic get_or_create lookup many_to_many ordering".split()
SECONDS = 1800
GRADES = ("exact", "static", "synthesised", "computed", "guess", "miss")


class Suite:
    def __init__(self, options, server, folder):
        self.options, self.server, self.folder = options, server, folder
        self.mocks, self.table = folder / "mocks", folder / "table"
        self.wrong, self.plays = [], 0

    def run(self, port, labels, extra=()):
        outcomes = self.folder / "outcomes.json"
        outcomes.unlink(missing_ok=True)
        environment = {**os.environ, "PYTHONPATH": f"{HERE}:{self.options.tests}", "SUITE_PORT": str(port),
                       "SUITE_DATABASE": self.server.account, "SUITE_OUTCOMES": str(outcomes), "TZ": "UTC"}
        subprocess.run([sys.executable, "runtests.py", "--settings=django_settings", "--parallel=1", "--noinput",
                        *extra, *labels], cwd=self.options.tests, env=environment, timeout=SECONDS, check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return json.loads(outcomes.read_text(encoding="utf-8")) if outcomes.exists() else {}

    def understudy(self, *words, **options):
        return subprocess.Popen([self.options.understudy, *map(str, words)], stdout=subprocess.DEVNULL,
                                stderr=subprocess.DEVNULL, **options)

    def listen(self, process, addresses):
        while not addresses.exists():
            if process.poll() is not None:
                raise SystemExit("understudy ended")
            time.sleep(0.05)
        return next(iter(json.loads(addresses.read_text(encoding="utf-8")).values()))["port"]

    @staticmethod
    def end(process):
        process.send_signal(signal.SIGTERM)
        process.wait(60)

    def record(self):
        self.server.reset()
        addresses = self.folder / "recorder.json"
        account = self.server.account
        recorder = self.understudy("record", self.mocks, "--map", f"db=0={self.server.upstream()}",
                                   "--addresses", addresses, env={**os.environ, "PGUSER": account,
                                                                  "PGPASSWORD": account, "PGDATABASE": account})
        recorded = self.run(self.listen(recorder, addresses), LABELS)
        self.end(recorder)
        subprocess.run([self.options.understudy, "compile", self.mocks, "-o", self.table], check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return recorded

    def play(self, order, labels, extra=()):
        self.server.reset()
        real = self.run(self.server.port, labels, extra)
        addresses, report = self.folder / "served.json", self.folder / "report.json"
        addresses.unlink(missing_ok=True)
        mock = self.understudy("serve", self.table, "--strict", "--listen", "db=127.0.0.1:0", "--addresses", addresses,
                               "--report", report)
        played = self.run(self.listen(mock, addresses), labels, extra)
        self.end(mock)
        self.judge(order, real, played, json.loads(report.read_text(encoding="utf-8")))

    def judge(self, order, real, played, report):
        right = [test for test, outcome in real.items() if outcome == "ok"]
        passed = sum(played.get(test) == "ok" for test in right)
        grades = next(iter(report["services"].values()))["answers"]
        print(f"  {order:24} {passed:4} of {len(right):4}   " + ", ".join(f"{grades[each]} {each}" for each in GRADES),
              flush=True)
        self.plays += 1
        for test, outcome in played.items():
            if outcome in ("ok", "skipped") or real.get(test) != "ok":
                continue
            if "understudy" in outcome:
                break  # from here on the contents may be others
            self.wrong.append(f"{order}: {test}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--understudy", default=str(ROOT / "build/release/src/cli/understudy"))
    parser.add_argument("--tests", required=True, help="the folder `tests` of Django's source")
    options = parser.parse_args()
    server = servers.Postgres().start()
    with tempfile.TemporaryDirectory(prefix="understudy-django-") as folder:
        try:
            suite = Suite(options, server, pathlib.Path(folder))
            recorded = suite.record()
            print(f"  recorded: {sum(each == 'ok' for each in recorded.values())} tests passed")
            suite.play("in order", LABELS)
            suite.play("reversed", LABELS, ["--reverse"])
            for seed in ("1", "2", "3"):
                suite.play(f"shuffled {seed}", LABELS, ["--shuffle", seed])
            for label in LABELS:
                suite.play(f"{label} alone", [label])
        finally:
            server.stop()
    for each in suite.wrong:
        print(f"  certain and wrong: {each}")
    failed = len({each.split(":")[0] for each in suite.wrong})
    print(f"django: {suite.plays - failed} passed, {failed} failed, 0 skipped")
    return 1 if suite.wrong or not recorded else 0


if __name__ == "__main__":
    sys.exit(main())
