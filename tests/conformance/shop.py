#!/usr/bin/env python3
"""The shop's own tests against mocks/shop, with no database.

Three times every answer is certain and every recorded exchange asked for; and a recording of the tests that
talk to the mock says what mocks/shop says.
"""

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

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MOCK_SET = ROOT / "mocks/shop"
SERVICES = ["orders", "catalogue", "cache", "payments"]
TESTS = ["npm", "test", "--silent", "--prefix", str(ROOT / "examples/shop")]


def understudy(binary, *words):
    done = subprocess.run([binary, *map(str, words), "--", *TESTS], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300, check=False)
    if done.returncode != 0:
        raise checks.Flaw(done.stdout.decode(errors="backslashreplace"))


def replay(binary, folder):
    report = folder / "report.json"
    understudy(binary, "run", MOCK_SET, "--strict", "--report", report)
    left = [line for service in json.loads(report.read_text(encoding="utf-8"))["services"].values()
            for line in service["never_asked"]]
    if left:
        raise checks.Flaw("recorded and never asked for:\n" + "\n".join(left))


def record_again(binary, folder):
    again = folder / "again"
    again.mkdir()
    shutil.copy(MOCK_SET / "understudy.yaml", again)
    mock = servers.Understudy(binary, MOCK_SET, SERVICES)
    try:
        mock.start()
        maps = [word for service in SERVICES for word in ("--map", f"{service}=0={mock.url_of(service)}")]
        understudy(binary, "record", again, *maps)
    finally:
        mock.stop()
    problem = sessions.difference(sessions.read(binary, MOCK_SET), sessions.read(binary, again))
    if problem:
        raise checks.Flaw(problem)


def main():
    binary = os.environ.get("UNDERSTUDY", str(ROOT / "build/release/src/cli/understudy"))
    servers.exit_on_signals()
    suite = checks.Suite("shop")
    with tempfile.TemporaryDirectory(prefix="understudy-shop-") as folder:
        for number in (1, 2, 3):
            suite.check(f"shop: run {number}, every answer certain", replay, binary, pathlib.Path(folder))
        suite.check("shop: closure", record_again, binary, pathlib.Path(folder))
    print(suite.summary())
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
