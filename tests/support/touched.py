#!/usr/bin/env python3
"""Which suites look at what has changed: touched.py REV prints a line `SUITE [WHAT ...]` for each.

Changed is what differs between REV and the files as they are. A doctest looks at the libraries that it links and at all
that these may include (the arrows of tests/layering.py); the suites of the executable look at everything in it.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import layering  # noqa: E402

PROTOCOLS = {"protocols/postgres", "protocols/mysql", "protocols/redis", "protocols/http"}
DIFFERENTIAL = {"src/compile", "src/engine", "protocols/postgres", "protocols/redis"}
EVERYTHING = {"CMakeLists.txt", "CMakePresets.json", "tests/CMakeLists.txt"}
TEST = re.compile(r"^understudy_test\((\w+)\s([^)]*)\)", re.MULTILINE)


def below(parts):
    """`parts` and all that they may include."""
    found, left = set(), set(parts)
    while left:
        part = left.pop()
        found.add(part)
        left |= layering.ARROWS[part] - found
    return found


def part_of_library(name):
    for top in ("src", "protocols"):
        if f"{top}/{name}" in layering.ARROWS:
            return f"{top}/{name}"
    return {"protocols": "protocols", "document": "src"}.get(name)


def doctests(root):
    """name -> (its folder, the parts of the tree that it looks at)"""
    found = {}
    for path in root.glob("tests/**/CMakeLists.txt"):
        for name, words in TEST.findall(path.read_text(encoding="utf-8")):
            libraries = re.findall(r"\bunderstudy_(\w+)", words)
            parts = below(part for part in map(part_of_library, libraries) if part) | {layering.API, "src"}
            found[name] = (path.parent.relative_to(root).as_posix(), parts)
    return found


def part_of_product(path):
    part = "/".join(path.parts[:2])
    return part if part in layering.ARROWS else path.parts[0] if path.parts[0] in ("src", "protocols", "include") else None


def conformance_of(parts, files):
    """The protocols whose conformance is asked for; all of them where something below them changed."""
    wanted = {path.parts[2] for path in files if path.parts[:2] == ("tests", "conformance") and len(path.parts) > 3}
    if any(path.parts[:2] == ("tests", "conformance") and len(path.parts) == 3 for path in files) or parts - PROTOCOLS - {"protocols/sql"}:
        return [part.split("/")[1] for part in sorted(PROTOCOLS)]
    wanted |= {part.split("/")[1] for part in PROTOCOLS if parts & below({part})}
    return sorted(wanted & {part.split("/")[1] for part in PROTOCOLS})


def touched(files, root=ROOT):
    """Lines `SUITE [WHAT ...]` for the changed `files` (paths relative to `root`)."""
    files = [pathlib.PurePosixPath(file) for file in files]
    everything = any(str(path) in EVERYTHING for path in files)
    parts = set(layering.ARROWS) if everything else {part for part in map(part_of_product, files) if part}
    folders = {path.parent.as_posix() for path in files}
    sources = {path.parent.as_posix() for path in files if path.suffix != ".py"}
    shared = any(path.parts[:2] == ("tests", "support") and path.suffix in (".hpp", ".cpp") for path in files)
    lines = []
    if any(path.suffix in (".hpp", ".cpp", ".py", ".txt", ".cmake") for path in files):
        lines.append("layering")
    if parts & below(DIFFERENTIAL) or "tests/differential" in folders:
        lines.append("differential")
    units = [name for name, (folder, seen) in sorted(doctests(root).items())
             if everything or shared or parts & seen or any(f"{each}/".startswith(f"{folder}/") for each in sources)]
    if units:
        lines.append(" ".join(["units", *units]))
    if parts or any(each.startswith(("tests/cli", "examples", "mocks", "tests/protocols/mysql")) for each in folders):
        lines.append("cli")
    protocols = conformance_of(parts, files)
    if protocols:
        lines.append(" ".join(["conformance", *protocols]))
    if parts or any(each.startswith(("examples/shop", "mocks/shop")) for each in folders):
        lines.append("shop")
    return lines


def changed_since(revision):
    command = ["git", "-C", str(ROOT)]
    tracked = subprocess.run([*command, "diff", "--name-only", revision, "--"], check=True, capture_output=True, text=True)
    new = subprocess.run([*command, "ls-files", "--others", "--exclude-standard"], check=True, capture_output=True, text=True)
    return (tracked.stdout + new.stdout).split("\n")


if __name__ == "__main__":
    try:
        print("\n".join(touched(filter(None, changed_since(sys.argv[1])))))
    except subprocess.CalledProcessError as error:
        sys.exit(f"git knows no revision {sys.argv[1]}: {error.stderr.strip()}")
