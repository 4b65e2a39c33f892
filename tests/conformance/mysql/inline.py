"""Writes the common scenario as a script for the mariadb command line, values in their places."""

import json
import sys


def literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value).upper()  # TRUE and FALSE too
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"') + "'"


def main():
    for step, *arguments in json.load(sys.stdin):
        if step in ("begin", "commit", "rollback"):
            print(f"{step.upper()};")
            continue
        statement, values = arguments[0], list(arguments[1]) if len(arguments) > 1 else []
        pieces = statement.split("?") if values else [statement]
        print(pieces[0] + "".join(literal(value) + piece for value, piece in zip(values, pieces[1:])) + ";")


main()
