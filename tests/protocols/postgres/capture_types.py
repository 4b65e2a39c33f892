#!/usr/bin/env python3
"""Writes captures/types.txt: values as a real server prints them and as it sends them in binary.

    capture_types.py HOST PORT USER DATABASE        needs psycopg (3)

One value a line: OID, the octets of the text in hexadecimal, the octets of the binary format.
"""
import pathlib
import sys

import psycopg

VALUES = {
    "bool": ["true", "false"],
    "bytea": [r"\x", r"\x00ff10"],
    '"char"': ["a"],
    "name": ["understudy"],
    "int2": ["0", "-32768", "32767"],
    "int4": ["0", "-2147483648", "2147483647"],
    "int8": ["0", "-9223372036854775808", "9223372036854775807"],
    "oid": ["0", "4294967295"],
    "text": ["", "Ünïcode ✓"],
    "json": ['{"b":1,  "a":[]}'],
    "jsonb": ['{"b":1,  "a":[]}', "null"],
    "jsonpath": ["$.a[*] ? (@ > 1)"],
    "xml": ["<a>1</a>"],
    "bpchar": ["abc  "],
    "varchar": ["abc"],
    "float4": ["0", "-0", "1.5", "0.1", "1e20", "123456", "1234567", "1e-5", "0.0001", "3.4028235e38", "1e-45", "NaN",
               "Infinity", "-Infinity"],
    "float8": ["0", "-0", "0.1", "3.141592653589793", "1e15", "123456789012345", "1e14", "1e300", "5e-324", "1e-5",
               "0.00012", "1.7976931348623157e308", "NaN", "Infinity", "-Infinity"],
    "numeric": ["0", "0.00", "-0.5", "1", "10000", "10000.0001", "12345678901234567890.123456789", "0.00000001", "1e10",
                "99999999", "-1.10", "NaN", "Infinity", "-Infinity", "100000000000000000000", "0.1234", "0.12345"],
    "uuid": ["3f2504e0-4f89-11d3-9a0c-0305e82c3301"],
    "date": ["2000-01-01", "1970-01-01", "2024-02-29", "0044-03-15 BC", "0001-01-01", "5874897-12-31", "infinity", "-infinity",
             "4713-01-01 BC", "1900-03-01"],
    "time": ["00:00:00", "24:00:00", "12:34:56.789", "23:59:59.999999"],
    "timetz": ["12:34:56+00", "12:34:56.5-08", "00:00:00+05:30", "01:02:03+15:59:59"],
    "timestamp": ["2000-01-01 00:00:00", "1999-12-31 23:59:59.999999", "2024-02-29 12:34:56.7", "0044-03-15 12:00:00 BC", "infinity",
                  "-infinity", "294276-12-31 23:59:59.999999", "4713-01-01 00:00:00 BC"],
    "timestamptz": ["2000-01-01 00:00:00+00", "1969-12-31 23:59:59.5+00", "2024-02-29 12:34:56+02", "infinity"],
    "interval": ["0", "1 year 2 mons 3 days 04:05:06.7", "-1 days +02:03:04", "-1 mons", "1 day -00:00:01", "1 mon", "-00:00:00.5",
                 "100 hours", "-1 year -2 mons +3 days", "2 days", "13 months"],
    "inet": ["10.0.0.0/8", "192.168.1.1", "::1", "fe80::1/64", "::ffff:1.2.3.4"],
    "cidr": ["10.0.0.0/8", "192.168.1.1/32", "2001:db8::/32"],
    "macaddr": ["08:00:2b:01:02:03"],
    "macaddr8": ["08:00:2b:01:02:03:04:05"],
    "bit(5)": ["10110"],
    "varbit": ["", "1", "101010101"],
    "pg_lsn": ["16/B374D848", "0/0"],
    "xid8": ["18446744073709551615"],
    "int4[]": ["{}", "{1,-2,NULL}", "{{1,2},{3,4}}", "[0:1]={5,6}"],
    "text[]": ['{a,"two words",NULL,"NULL","q\\"u\\\\o","",{}}'.replace(",{}", ""), '{"a,b","{c}"}'],
    "bool[]": ["{t,f}"],
    "numeric[]": ["{1.50,NaN}"],
    "uuid[]": ["{3f2504e0-4f89-11d3-9a0c-0305e82c3301}"],
    "timestamptz[]": ['{"2024-02-29 12:34:56+00"}'],
    "bytea[]": [r'{"\\x00ff"}'],
    "jsonb[]": [r'{"{\"a\": 1}"}'],
    "float8[]": ["{1.5,1e+300}"],
}


def main():
    host, port, user, database = sys.argv[1:5]
    lines = []
    with psycopg.connect(host=host, port=port, user=user, dbname=database, autocommit=True) as connection:
        connection.execute("SET TimeZone TO 'UTC'")
        for name, values in VALUES.items():
            for value in values:
                statement = f"SELECT '{value}'::{name}".encode()
                text = connection.pgconn.exec_params(statement, None, result_format=0)
                binary = connection.pgconn.exec_params(statement, None, result_format=1)
                assert text.status == 2, text.error_message
                lines.append(f"{text.ftype(0)} {text.get_value(0, 0).hex() or '-'} {binary.get_value(0, 0).hex() or '-'}\n")
    (pathlib.Path(__file__).parent / "captures/types.txt").write_text("".join(lines))


main()
