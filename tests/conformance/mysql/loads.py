"""The questions of LOAD DATA LOCAL INFILE and the files that they name; as a command: the statements, one a line."""

import contextlib
import os
import sys
import tempfile

STATEMENTS = [
    "LOAD DATA LOCAL INFILE 'few.csv' INTO TABLE counters FIELDS TERMINATED BY ','",
    "SELECT name, value FROM counters ORDER BY name",
    "LOAD DATA LOCAL INFILE 'empty.csv' INTO TABLE counters",
    "LOAD DATA LOCAL INFILE 'again.csv' IGNORE INTO TABLE counters FIELDS TERMINATED BY ','",
    "SHOW WARNINGS",
    "LOAD DATA LOCAL INFILE 'again.csv' REPLACE INTO TABLE counters FIELDS TERMINATED BY ',' (name, value)",
    "SELECT name, value FROM counters ORDER BY name",
    "LOAD DATA LOCAL INFILE 'few.csv' INTO TABLE nosuch",
    "LOAD DATA LOCAL INFILE 'many.csv' INTO TABLE counters FIELDS TERMINATED BY ','",
    "SELECT COUNT(*) AS n, SUM(value) AS s FROM counters",
    "DELETE FROM counters WHERE name LIKE 'k%'",
    "BEGIN",
    "LOAD DATA LOCAL INFILE 'many.csv' INTO TABLE counters FIELDS TERMINATED BY ','",
    "SELECT COUNT(*) AS n FROM counters",
    "ROLLBACK",
    "SELECT COUNT(*) AS n FROM counters",
]
FILES = {
    "few.csv": "one,1\nzwölf,12\n\"q\",3\n",
    "empty.csv": "",
    "again.csv": "one,100\nnew,5\nbad,x\n",
    "many.csv": "".join(f"k{number},{number}\n" for number in range(20000)),
}


@contextlib.contextmanager
def files():
    """In a folder that holds them; the path that the server names is relative to it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for name, text in FILES.items():
            with open(name, "w", encoding="utf-8") as file:
                file.write(text)
        yield


if __name__ == "__main__":
    if len(sys.argv) > 1:
        with files():
            sys.exit(os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:]))
    print("\n".join(f"{statement};" for statement in STATEMENTS))
