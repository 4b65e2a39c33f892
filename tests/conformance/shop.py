#!/usr/bin/env python3
"""The shop's own tests against mocks/shop, with no database.

Three times every answer is certain and every recorded exchange asked for; and a recording of the tests that
talk to the mock says what mocks/shop says. Then the cases in random order, dealt to four workers that run at once: each in a
scope of its own every answer is certain, and on one state none is silently wrong. `--seeds N` tries N orders.
"""

import argparse
import collections
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
SHUFFLED = ["node", str(ROOT / "examples/shop/test/shuffled.js"), "--workers", "4", "--seed"]
CERTAIN = {"exact", "static", "rule", "synthesised", "computed"}


def end(binary, *words, command=TESTS):
    """The status and the output of a command of understudy that ended by itself."""
    done = subprocess.run([binary, *map(str, words), "--", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=300, check=False)
    return done.returncode, done.stdout.decode(errors="backslashreplace")


def understudy(binary, *words, command=TESTS):
    status, output = end(binary, *words, command=command)
    if status != 0:
        raise checks.Flaw(output)


def answers(report):
    """How many answers there were of each grade, in all services."""
    counts = collections.Counter()
    for service in json.loads(report.read_text(encoding="utf-8"))["services"].values():
        counts.update(service["answers"])
    return counts


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


def shuffle_in_scopes(binary, folder, seed):
    """Status 0 says that all cases passed and that every answer was certain."""
    report = folder / "report.json"
    understudy(binary, "run", MOCK_SET, "--report", report, command=[*SHUFFLED, str(seed), "--scopes"])
    uncertain = {grade: count for grade, count in answers(report).items() if grade not in CERTAIN and count}
    if uncertain:
        raise checks.Flaw(f"not certain, and yet status 0: {uncertain}")


def shuffle_on_one_state(binary, folder, seed, counts):
    """Cases may fail here, and answers be guessed or missing; but not without being told. Adds to `counts`."""
    report = folder / "report.json"
    status, output = end(binary, "run", MOCK_SET, "--report", report, command=[*SHUFFLED, str(seed)])
    found = answers(report)
    counts.update(found)
    certain = all(grade in CERTAIN for grade, count in found.items() if count)
    if status == 0 and certain:
        return
    if certain or status != 2:
        raise checks.Flaw(f"status {status}, {dict(found)}:\n{output}")


def share(counts, grade):
    """Of the answers that come from the recording."""
    recorded = counts.total() - counts["synthesised"]
    return f"{counts[grade]} of {recorded} ({100 * counts[grade] / max(1, recorded):.1f} %)"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="orders to try (default: 5)")
    seeds = range(1, parser.parse_args().seeds + 1)
    binary = os.environ.get("UNDERSTUDY", str(ROOT / "build/release/src/cli/understudy"))
    servers.exit_on_signals()
    suite = checks.Suite("shop")
    with tempfile.TemporaryDirectory(prefix="understudy-shop-") as folder:
        for number in (1, 2, 3):
            suite.check(f"shop: run {number}, every answer certain", replay, binary, pathlib.Path(folder))
        suite.check("shop: closure", record_again, binary, pathlib.Path(folder))
        for seed in seeds:
            suite.check(f"shop: four workers in four scopes, seed {seed}, every answer certain",
                        shuffle_in_scopes, binary, pathlib.Path(folder), seed)
        counts = collections.Counter()
        for seed in seeds:
            suite.check(f"shop: four workers on one state, seed {seed}, none silently wrong",
                        shuffle_on_one_state, binary, pathlib.Path(folder), seed, counts)
        print(f"           of the answers on one state {share(counts, 'guess')} were guessed, {share(counts, 'miss')} missing")
    print(suite.summary())
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
