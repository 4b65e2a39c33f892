#!/usr/bin/env python3
"""Writes command_table_rows.inc from the COMMAND reply of a running server.

    protocols/redis/command_table.py [HOST [PORT]] > protocols/redis/command_table_rows.inc

Made with Redis 7.0.15. Commands that later versions added, and that such a server
therefore does not list, are in LATER below with the version that brought them.
"""
import socket
import sys

# name, arity, flags, since, key specifications (as in the output)
READ, WRITE = "KeyAccess::read", "KeyAccess::write"
ONE_READ = [(READ, "Begin::index", 1, "Keyword::none", "Find::range", 0, 1, 0)]
ONE_WRITE = [(WRITE, "Begin::index", 1, "Keyword::none", "Find::range", 0, 1, 0)]
LATER = [
    ("CLIENT SETINFO", 4, {"noscript", "loading", "stale"}, (7, 2), []),
    ("CLIENT NO-TOUCH", 3, {"noscript", "loading", "stale"}, (7, 2), []),
    ("WAITAOF", 4, {"blocking"}, (7, 2), []),
    ("HEXPIRE", -6, {"write", "denyoom", "fast"}, (7, 4), ONE_WRITE),
    ("HPEXPIRE", -6, {"write", "denyoom", "fast"}, (7, 4), ONE_WRITE),
    ("HEXPIREAT", -6, {"write", "denyoom", "fast"}, (7, 4), ONE_WRITE),
    ("HPEXPIREAT", -6, {"write", "denyoom", "fast"}, (7, 4), ONE_WRITE),
    ("HPERSIST", -5, {"write", "fast"}, (7, 4), ONE_WRITE),
    ("HTTL", -5, {"readonly", "fast"}, (7, 4), ONE_READ),
    ("HPTTL", -5, {"readonly", "fast"}, (7, 4), ONE_READ),
    ("HEXPIRETIME", -5, {"readonly", "fast"}, (7, 4), ONE_READ),
    ("HPEXPIRETIME", -5, {"readonly", "fast"}, (7, 4), ONE_READ),
    ("HGETDEL", -5, {"write", "fast"}, (8, 0), ONE_WRITE),
    ("HGETEX", -5, {"write", "fast"}, (8, 0), ONE_WRITE),
    ("HSETEX", -6, {"write", "denyoom", "fast"}, (8, 0), ONE_WRITE),
]


class Connection:
    def __init__(self, host, port):
        self.file = socket.create_connection((host, port)).makefile("rwb")

    def read(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2].decode()
        if kind in b"*~":
            return [self.read() for _ in range(int(rest))]
        if kind == b"%":
            return dict((self.read(), self.read()) for _ in range(int(rest)))
        return int(rest) if kind == b":" else rest.decode()

    def ask(self, *words):
        self.file.write(b"*%d\r\n" % len(words))
        for word in words:
            self.file.write(b"$%d\r\n%s\r\n" % (len(word), word.encode()))
        self.file.flush()
        return self.read()


def specification(spec):
    """One key specification as the initialiser of a KeySpec; nothing for what names no key."""
    flags = set(spec["flags"])
    if "not_key" in flags:
        return None
    access = READ if "RO" in flags else WRITE
    begin, find = spec["begin_search"], spec["find_keys"]
    if begin["type"] == "unknown":
        return (access, "Begin::unknown", 0, "Keyword::none", "Find::range", 0, 1, 0)
    if begin["type"] == "index":
        start, keyword = begin["spec"]["index"], "none"
    else:
        start, keyword = begin["spec"]["startfrom"], begin["spec"]["keyword"].lower()
    begin_kind = "Begin::" + begin["type"]
    inner = find["spec"]
    if find["type"] == "range":
        how = ("Find::range", inner["lastkey"], inner["keystep"], inner["limit"])
    else:
        how = ("Find::keynum", inner["firstkey"], inner["keystep"], inner["keynumidx"])
    return (access, begin_kind, start, "Keyword::" + keyword) + how


def rows(commands):
    for name, arity, flags, first, last, step, _, _, specs, children in commands:
        found = [s for s in map(specification, specs) if s]
        flags = set(flags) | ({"container"} if children else set())
        yield (name.upper().replace("|", " "), arity, flags, (0, 0), found, (first, last, step))
        yield from rows(children)


def main():
    host = sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1"
    port = int(sys.argv[2]) if len(sys.argv) > 2 else 6379
    connection = Connection(host, port)
    connection.ask("HELLO", "3")
    table = list(rows(connection.ask("COMMAND")))
    names = {row[0] for row in table}
    table += [row + ((1, 1, 1) if row[4] else (0, 0, 0),) for row in LATER if row[0] not in names]
    table.sort()
    specs = []
    lines = []
    for name, arity, flags, since, found, (first, last, step) in table:
        flag_text = " | ".join("flags::" + f for f in sorted(flags)) or "0"
        begin = next((i for i in range(len(specs)) if specs[i:i + len(found)] == found), len(specs))
        if begin == len(specs):
            specs += found
        lines.append('    {"%s", %d, %d, %d, %d, %d, %d, 0x%02x%02x, %s},' % (
            name, arity, first, last, step, begin if found else 0, len(found), since[0], since[1], flag_text))
    print("// Written by command_table.py; not edited by hand.")
    print("// clang-format off")
    print("constexpr KeySpec key_specs[] = {")
    for spec in specs:
        print("    {%s}," % ", ".join(map(str, spec)))
    print("};")
    print()
    print("constexpr Command commands[] = {")
    print("\n".join(lines))
    print("};")
    print("// clang-format on")


main()
