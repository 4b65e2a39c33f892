"""Named checks, printed as they are made and counted."""

import subprocess
import time

import servers


class Flaw(Exception):
    """A check that failed; the text is for the person who reads the log."""


class Suite:
    """Counts and prints the checks of one protocol."""

    def __init__(self, name):
        self.name = name
        self.passed = self.failed = self.skipped = 0

    def check(self, what, test, *arguments):
        """Whether `test(*arguments)` held: no Flaw, no server error."""
        began = time.monotonic()
        try:
            test(*arguments)
        except (Flaw, servers.ServerError, subprocess.TimeoutExpired) as error:
            self.failed += 1
            print(f"  FAILED   {what} ({time.monotonic() - began:.1f} s)\n{indented(str(error))}", flush=True)
            return False
        self.passed += 1
        print(f"  ok       {what} ({time.monotonic() - began:.1f} s)", flush=True)
        return True

    def skip(self, what, why):
        self.skipped += 1
        print(f"  skipped  {what}: {why}", flush=True)

    def summary(self):
        return f"{self.name}: {self.passed} passed, {self.failed} failed, {self.skipped} skipped"


def indented(text):
    return "\n".join(f"           {line}" for line in text.splitlines())
