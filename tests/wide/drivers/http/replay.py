#!/usr/bin/env python3
"""The flow of each HTTP client (client_*), recorded once and done again against the mock.

    unchanged      the same program, its service gone: the same is printed, every answer certain
    other ids      with ids of requests, traces, orders, keys and calls that were never recorded: the same
    otherwise      as another user, with an Accept that was never asked for, with reads left out, with another id of a
                   call that only asks (which nothing shows to be the client's own choice): what is printed is
                   what the service prints, or the mock says of that very request or of one before it that it is unsure

What is right is what the client prints beside the service itself, started anew.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/conformance"))

import checks  # noqa: E402
import servers  # noqa: E402

SECONDS = 120
AS_RECORDED = {"SEED": "1", "WHO": "ann", "PASSWORD": "correct horse", "ACCEPT": "application/json", "OMIT": ""}
CERTAIN = ("exact", "static", "synthesised", "rule", "computed")
OTHERWISE = {
    "another user": {"WHO": "bob", "PASSWORD": "battery staple"},
    "another id of a question": {"SEED": "2"},
    "a wrong password": {"PASSWORD": "wrong"},
    "an unseen Accept": {"ACCEPT": "application/xml"},
    "without asking who it is": {"OMIT": "me"},
    "without a list": {"OMIT": "list"},
    "without the session": {"OMIT": "session"},
    "without a change": {"OMIT": "change"},
    "without the retries": {"OMIT": "flaky,limited"},
    "without the draft": {"OMIT": "draft"},
}


def runner_of(script):
    return {".py": ["/usr/bin/env", "python3"], ".mjs": ["node"], ".sh": ["bash"]}[script.suffix]


class Client:
    def __init__(self, script, options, folder):
        self.name = script.stem.removeprefix("client_")
        self.command = [*runner_of(script), str(script)]
        self.binary = options.binary
        self.folder = folder
        self.mock_set = folder / self.name
        self.grades = {}

    def environment(self, variation, port="0"):
        return {**os.environ, **AS_RECORDED, **variation, "HOST": "127.0.0.1", "PORT": str(port), "LC_ALL": "C.UTF-8",
                "TZ": "UTC"}

    def direct(self, server, variation):
        """What it prints beside the service, and its status."""
        server.reset()
        done = subprocess.run(self.command, env=self.environment(variation, server.port), stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SECONDS, check=False)
        return done.stdout.decode(), done.returncode, done.stderr.decode()

    def below(self, variation, *words):
        """What it prints below `understudy WORDS`, the status of that and what it says."""
        output = self.folder / "output"
        output.write_bytes(b"")
        wrapper = ["/bin/sh", "-c", 'PORT=$UNDERSTUDY_HTTP_PORT; export PORT; exec "$@" >"$0"', str(output)]
        done = subprocess.run([self.binary, *map(str, words), "--", *wrapper, *self.command],
                              env=self.environment(variation), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=SECONDS, check=False)
        return output.read_text(encoding="utf-8"), done.returncode, done.stdout.decode(errors="backslashreplace")

    def record(self, server):
        expected, status, said = self.direct(server, {})
        if status != 0 or not expected:
            raise checks.Flaw(f"beside the service it ended with status {status}\n{said}")
        shutil.rmtree(self.mock_set, ignore_errors=True)
        server.reset()
        seen, status, said = self.below({}, "record", self.mock_set, "--map", f"http=0={server.upstream()}")
        require_equal(expected, seen, said)
        if status != 0:
            raise checks.Flaw(said)

    def replay(self, variation):
        report = self.folder / "report.json"
        seen, status, said = self.below(variation, "run", self.mock_set, "--report", report)
        return seen, status, said, json.loads(report.read_text(encoding="utf-8"))["services"]["http"]

    def certain(self, server, variation, what):
        expected, _, _ = self.direct(server, variation)
        server.end_process()
        seen, status, said, report = self.replay(variation)
        self.grades[what] = report["answers"]
        require_equal(expected, seen, said)
        if status != 0:
            raise checks.Flaw(said)
        if variation == {} and report["never_asked_total"]:
            raise checks.Flaw("recorded and never asked for:\n" + "\n".join(report["never_asked"]))

    def never_wrong(self, server, variation, what):
        """The first line that is not the service's is of a request, or behind one, that the mock was unsure of."""
        expected, _, _ = self.direct(server, variation)
        server.end_process()
        seen, _, said, report = self.replay(variation)
        answers = self.grades[what] = report["answers"]
        certain = sum(answers.get(grade, 0) for grade in CERTAIN)
        if seen != expected and answers["guess"] + answers["miss"] == 0:
            require_equal(expected, seen, f"certain of all {certain}\n{said}")
        self.require_doubt_first(expected, seen, variation, said)

    def require_doubt_first(self, expected, seen, variation, said):
        """Strictly: with doubts refused, the mock answers with an error where it is unsure, and all before is right."""
        if seen == expected:
            return
        strict, _, _ = self.below(variation, "run", self.mock_set, "--strict")
        for right, told in zip(expected.splitlines(), strict.splitlines()):
            if " 501 " in told:
                return
            if told != right:
                require_equal(expected, strict, said)


def require_equal(expected, seen, said):
    if seen != expected:
        raise checks.Flaw(f"{difference(expected, seen)}\n{said}".rstrip())


def difference(expected, seen):
    right, told = expected.splitlines(), seen.splitlines()
    lines = [f"-{a[:300]}\n+{b[:300]}" for a, b in zip(right, told) if a != b][:8]
    return "\n".join(lines) or f"{len(right)} lines expected, {len(told)} seen"


def check(client, server, suite):
    if not suite.check(f"{client.name}: recorded", client.record, server):
        return
    suite.check(f"{client.name}: unchanged", client.certain, server, {}, "unchanged")
    suite.check(f"{client.name}: other ids", client.certain, server, {"SEED": "2", "OMIT": "ask"}, "other ids")
    for what, variation in OTHERWISE.items():
        suite.check(f"{client.name}: {what}", client.never_wrong, server, variation, what)
    for what, answers in client.grades.items():
        print(f"           {what}: " + ", ".join(f"{count} {grade}" for grade, count in answers.items() if count), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", default=str(ROOT / "build/release/src/cli/understudy"), help="the program under test")
    parser.add_argument("--keep", action="store_true", help="keep the recordings and say where")
    parser.add_argument("client", nargs="*", help="only these (default: all)")
    options = parser.parse_args()
    servers.exit_on_signals()
    suite = checks.Suite("http-clients")
    folder = pathlib.Path(tempfile.mkdtemp(prefix="understudy-http-clients-"))
    server = servers.Program(HERE / "app.mjs")
    try:
        server.start()
        for script in sorted(HERE.glob("client_*")):
            client = Client(script, options, folder)
            if not options.client or client.name in options.client:
                check(client, server, suite)
    finally:
        server.stop()
        if options.keep:
            print(f"recordings are kept in {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(suite.summary())
    return 1 if suite.failed else 0


if __name__ == "__main__":
    sys.exit(main())
