#!/usr/bin/env python3
"""Checks that every #include goes along the arrows of the design.

    src/cli -> src/net -> src/compile -> src/engine -> src/match -> src/table, src/store -> include/understudy
    protocols/<p> -> include/understudy (mysql and postgres: protocols/sql as well)

The registry of the protocols is for src/net and src/cli, which hand its entries down.
Asio stays in src/net, Beast in protocols/http, RE2 in src/match, nghttp2 in protocols/http/h2, yaml-cpp in src/store/yaml.cpp,
libpq and libmariadb in protocols/{postgres,mysql}/catalogue_connection.cpp.
What unity batches would take for one name is called differently (support/unity_names.py).
First it checks itself on a tree with planted violations.
"""

import pathlib
import re
import sys
import tempfile

from support import unity_names

ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = {".hpp", ".cpp", ".h", ".ipp", ".inc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)

API = "include/understudy"
BELOW_COMPILE = {API, "src/engine", "src/match", "src/table", "src/store"}
# The rooms of src/compile in the order in which a recording passes them -> the others that each may include.
COMPILE_ROOMS = {
    "model": set(),
    "rows": {"model"},
    "values": {"model", "rows"},
    "input": {"model", "values"},
    "states": {"model", "rows"},
    "output": {"model", "values", "states"},
    "selftest": {"model", "states"},
    "report": {"model", "values", "states", "selftest"},
}
ROOMS = {f"src/compile/{room}" for room in COMPILE_ROOMS}
# part -> the other parts that it may include
ARROWS = {
    API: set(),
    "src/store": {API},
    "src/table": {API},
    "src/match": {API, "src/table", "src/store"},
    "src/compile": BELOW_COMPILE | ROOMS,
    **{f"src/compile/{room}": BELOW_COMPILE | {f"src/compile/{each}" for each in rooms}
       for room, rooms in COMPILE_ROOMS.items()},
    "src/engine": {API, "src/match", "src/table", "src/store"},
    "src/net": {API, "src/engine", "src/compile", *ROOMS, "src/match", "src/table", "src/store", "protocols"},
    "src/cli": {API, "src/net", "src/engine", "src/compile", *ROOMS, "src/match", "src/table", "src/store", "protocols"},
    "src": {API},  # what is compiled once: the precompiled headers, JSON
    "protocols/sql": {API},
    "protocols/redis": {API},
    "protocols/http": {API},
    "protocols/mysql": {API, "protocols/sql"},
    "protocols/postgres": {API, "protocols/sql"},
    "protocols": {API, "protocols/redis", "protocols/http", "protocols/mysql", "protocols/postgres"},
}
# third party -> the only place where it may be included
CONFINED = {
    "boost/asio/ssl/": ("src/net/asio.cpp", "src/net/tls_stream.cpp"),
    "boost/asio": "src/net/",
    "openssl/ssl.h": "src/net/tls_",
    "boost/beast": "protocols/http/",
    "nghttp2/": "protocols/http/h2/",
    "re2/": ("src/match/", "src/store/redact/matcher."),
    "yaml-cpp/": "src/store/yaml.cpp",
    "libpq-fe.h": "protocols/postgres/catalogue_connection.cpp",
    "mariadb/": "protocols/mysql/catalogue_connection.cpp",
}


def part_of(path):
    """The part of the tree that a file belongs to: "src/net", "protocols", ...; None in a folder that nobody entered."""
    for depth in (3, 2):
        part = "/".join(path.parts[:-1][:depth])
        if part in ARROWS:
            return None if part == "src/compile" and len(path.parts) > 3 else part
    return None


def resolve(root, source, name):
    """The file that `#include "name"` in `source` means, relative to `root`; None where there is none."""
    for folder in (source.parent, pathlib.Path("include"), pathlib.Path("."), pathlib.Path("src")):
        if (root / folder / name).is_file():
            return pathlib.Path((root / folder / name).resolve()).relative_to(root.resolve())
    return None


def flaws_of(root, source):
    own = part_of(source)
    text = (root / source).read_text(encoding="utf-8")
    if own is None:
        yield 1, "belongs to no part of the design: enter its folder, and what it may include, in ARROWS of tests/layering.py"
        return
    for match in INCLUDE.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        quote, name = match.groups()
        for library, home in CONFINED.items():
            if name.startswith(library) and not str(source).startswith(home):
                yield line, f"<{name}> is for {home} only"
        target = resolve(root, source, name)
        if target is None:
            if quote == '"':
                yield line, f'"{name}" is not in this repository'
            continue
        part = part_of(target)
        if part != own and part not in ARROWS[own]:
            yield line, f"{own} may not include {target}"


def check(root):
    """All violations below `root` as "file:line: what", and the number of files read."""
    files = sorted(path.relative_to(root) for top in ("include", "src", "protocols")
                   for path in (root / top).rglob("*") if path.suffix in SOURCES)
    found = [f"{path}:{line}: {what}" for path in files for line, what in flaws_of(root, path)]
    return found + list(unity_names.clashes(root)), len(files)


PLANTED = {
    "src/store/reader.cpp": "#include <yaml-cpp/yaml.h>",
    "src/store/writer.cpp": '#include "table/format.hpp"',
    "src/table/format.cpp": '  #  include "match/chains.hpp"',
    "src/match/chains.cpp": '#include "engine/serve.hpp"',
    "src/engine/serve.cpp": "#include <boost/asio/io_context.hpp>",
    "src/compile/attic/names.cpp": "// in no room",
    "src/compile/rows/names.cpp": '#include "compile/states/trace.hpp"',
    "src/compile/input/load.cpp": '#include "protocols/redis/redis.hpp"',
    "src/engine/explain.cpp": '#include "compile/input/load.hpp"',
    "src/net/listener.cpp": '#include "cli/options.hpp"',
    "protocols/redis/redis.cpp": '#include "protocols/sql/tokens.hpp"',
    "protocols/mysql/mysql.cpp": '#include "../redis/redis.hpp"',
    "protocols/postgres/keys.cpp": '#include "store/yaml.hpp"',
    "protocols/sql/tokens.cpp": "#include <re2/re2.h>",
    "include/understudy/bytes.hpp": '#include "store/yaml.hpp"',
    "src/net/stream.cpp": "#include <boost/beast/core.hpp>",
    "src/cli/main.cpp": '#include "cli/gone.hpp"',
    "src/extra/thing.cpp": '#include "understudy/bytes.hpp"',
    "protocols/postgres/fetch.cpp": "#include <libpq-fe.h>",
    "protocols/memcached/server.cpp": '#include "protocols/redis/redis.hpp"',
    "protocols/http/values.cpp": 'namespace a {\nnamespace {\nint size_of(int one) {\n}\n}  // namespace\n}  // namespace a',
    "protocols/http/zones.cpp": 'namespace a {\nnamespace {\nusing Target = int;\n}  // namespace\n}  // namespace a',
}
SOUND = {
    "src/store/yaml.cpp": '#include <yaml-cpp/yaml.h>\n#include "understudy/output.hpp"\n#include "store/yaml.hpp"',
    "src/net/asio.cpp": "#include <boost/asio/io_context.hpp>",
    "src/cli/run.cpp": '#include "net/mock_server.hpp"\n#include "protocols/registry.hpp"',
    "protocols/mysql/server.cpp": '#include "mysql.hpp"\n#include "protocols/sql/tokens.hpp"',
    "protocols/http/target.cpp": 'namespace a {\nnamespace {\nint size_of(int two) {\n}\nint size_of(char) {\n}\n}  // namespace\n}  // namespace a',
    "protocols/http/target.hpp": "namespace a {\nstruct Target {\n};\n}  // namespace a",
    "protocols/http/body.cpp": 'namespace a {\nnamespace {\nint size_of(char* two) {\n}\n}  // namespace\n}  // namespace a',
    **{name: "// nothing" for name in (
        "include/understudy/output.hpp", "src/store/yaml.hpp", "src/table/format.hpp", "src/match/chains.hpp",
        "src/engine/serve.hpp", "src/compile/input/load.hpp", "src/compile/states/trace.hpp", "src/net/mock_server.hpp", "src/cli/options.hpp", "protocols/registry.hpp",
        "protocols/sql/tokens.hpp", "protocols/redis/redis.hpp", "protocols/mysql/mysql.hpp")},
}


def check_itself():
    """Every planted violation is found, each once, and nothing else is."""
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in {**PLANTED, **SOUND}.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text + "\n", encoding="utf-8")
        found, _ = check(root)
    named = sorted(flaw.split(":")[0] for flaw in found)
    return named == sorted(PLANTED), set(named) ^ set(PLANTED)


def main():
    sound, difference = check_itself()
    print(f"{'ok' if sound else 'FAILED'}: each of {len(PLANTED)} planted violations is found"
          + ("" if sound else f": {', '.join(sorted(difference))}"))
    found, files = check(ROOT)
    for flaw in found:
        print(flaw)
    print(f"{'FAILED' if found else 'ok'}: {files} files keep to the layers")
    passed = int(sound) + int(not found)
    print(f"layering: {passed} passed, {2 - passed} failed, 0 skipped")
    return 0 if passed == 2 else 1


if __name__ == "__main__":
    sys.exit(main())
