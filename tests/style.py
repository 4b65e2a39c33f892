#!/usr/bin/env python3
"""clang-format over all sources, clang-tidy over those that changed last.

    tests/style.py              what CI runs, in the suite `layering`
    tests/style.py --fix        formats what is not formatted
    tests/style.py --tidy all   clang-tidy over every source of the product (an hour of CPU); --tidy REV over what
                                changed since REV

Where nothing else is said, clang-tidy looks at the sources of the product that the last commit changed (a merge: what
it brought), the first four of them; .clang-tidy lists the checks.
"""

import argparse
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FORMAT = ("clang-format-16", "clang-format")
TIDY = ("clang-tidy-16", "clang-tidy")
FLAGS = ["-std=c++20", "-Iinclude", "-I.", "-Isrc", "-DFMT_SHARED", "-DBOOST_ASIO_SEPARATE_COMPILATION", '-DUNDERSTUDY_VERSION="0"']
AT_MOST = 4


def program(names):
    found = next(filter(None, map(shutil.which, names)), None)
    if not found:
        sys.exit(f"{names[0]} is not installed")
    return found


def git(*words):
    done = subprocess.run(["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False)
    return [line for line in done.stdout.split("\n") if line]


def sources(*folders):
    """Tracked files, or all there are where this is no repository."""
    tracked = git("ls-files", "--", *folders) or [
        path.relative_to(ROOT).as_posix() for folder in folders for path in (ROOT / folder).rglob("*")]
    return sorted(file for file in tracked if file.endswith((".cpp", ".hpp")) and (ROOT / file).is_file())


def side_by_side(command, files, size):
    """Runs `command` over the files in portions; gives (portion, output) of those that fail."""
    portions = [files[begin:begin + size] for begin in range(0, len(files), size)]

    def run(portion):
        return subprocess.run([*command(portion)], cwd=ROOT, capture_output=True, text=True, check=False)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        return [(portion, done.stdout + done.stderr) for portion, done in zip(portions, pool.map(run, portions)) if done.returncode]


def check_format(fix):
    files = sources("include", "src", "protocols", "tests", "examples")
    tool = program(FORMAT)
    if fix:
        side_by_side(lambda portion: [tool, "-i", *portion], files, 50)
        return len(files), []
    failed = side_by_side(lambda portion: [tool, "--dry-run", "--Werror", *portion], files, 50)
    bad = sorted({line.split(":")[0] for _, said in failed for line in said.split("\n") if ": error:" in line})
    return len(files), bad


def touched(since):
    product = [file for file in sources("src", "protocols") if file.endswith(".cpp")]
    if since == "all":
        return product
    changed = set(git("diff", "--name-only", since or "HEAD~1", "--"))
    return [file for file in product if file in changed][:None if since else AT_MOST]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fix", action="store_true")
    parser.add_argument("--tidy", metavar="REV", default="")
    options = parser.parse_args()
    count, unformatted = check_format(options.fix)
    for file in unformatted:
        print(f"  FAILED   {file} is not formatted: tests/style.py --fix")
    print(f"  clang-format: {count} files")
    files = [] if options.fix else touched(options.tidy)
    flawed = side_by_side(lambda portion: [program(TIDY), "--quiet", *portion, "--", *FLAGS], files, 1)
    for portion, said in flawed:
        print(f"  FAILED   {portion[0]}\n{said}")
    print(f"  clang-tidy: {len(files)} files{''.join(f' {file}' for file in files[:AT_MOST])}")
    failed = len(unformatted) + len(flawed)
    print(f"style: {count + len(files) - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
