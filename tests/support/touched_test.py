#!/usr/bin/env python3
"""What `tests/run.sh --since` runs for a change."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

from touched import touched  # noqa: E402


def suites(*files):
    return {line.split(" ")[0]: line.split(" ")[1:] for line in touched(files)}


class Touched(unittest.TestCase):
    def test_documentation_touches_nothing(self):
        self.assertEqual(suites("docs/cli.md", "README.md"), {})

    def test_a_protocol_touches_its_own_conformance_and_doctests_only(self):
        found = suites("protocols/redis/server.cpp")
        self.assertEqual(found["conformance"], ["redis"])
        self.assertIn("redis_test", found["units"])
        for other in ("http_test", "mysql_test", "store_test"):
            self.assertNotIn(other, found["units"])
        self.assertTrue({"layering", "differential", "cli", "shop"} <= found.keys())

    def test_what_two_protocols_share_touches_both(self):
        found = suites("protocols/sql/lexer.cpp")
        self.assertEqual(found["conformance"], ["mysql", "postgres"])
        self.assertTrue({"sql_lexer_test", "mysql_test", "postgres_test"} <= set(found["units"]))

    def test_a_lower_layer_touches_what_is_built_on_it(self):
        found = suites("src/match/chains.cpp")
        self.assertTrue({"match_test", "engine_test", "compile_test", "test_net"} <= set(found["units"]))
        self.assertNotIn("store_test", found["units"])
        self.assertEqual(found["conformance"], ["http", "mysql", "postgres", "redis"])

    def test_a_test_touches_itself(self):
        self.assertEqual(suites("tests/store/scalar_test.cpp"), {"layering": [], "units": ["store_test"]})
        self.assertEqual(suites("tests/conformance/http/client_requests.py"), {"layering": [], "conformance": ["http"]})
        self.assertEqual(suites("tests/cli/run_test.py"), {"layering": [], "cli": []})

    def test_how_everything_is_built_touches_everything(self):
        found = suites("CMakePresets.json")
        self.assertTrue({"layering", "differential", "units", "cli", "conformance", "shop"} <= found.keys() | {"layering"})
        self.assertIn("api_test", found["units"])


if __name__ == "__main__":
    unittest.main()
