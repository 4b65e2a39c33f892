"""`understudy learn`: what it tells, what it writes, and that compile and run obey what a person pins there."""

import json

from support import CLIENT, Case, SESSION_HEAD, main

A = "919108f7-52d1-4320-9bac-f847db4148a8"
B = "c232ab00-9414-41ec-b3c8-9f6bdeced846"
X = "5f0c1b2a-7d3e-4f60-8a1b-2c3d4e5f6071"

SESSION = SESSION_HEAD + f"""---
request:
  command: [SET, 'cart:{A}', 'of {B}']
answer: {{status: OK}}
at: [1, 2]
---
request:
  command: [GET, 'cart:{A}']
answer: 'of {B}'
at: [3, 4]
---
request:
  command: [GET, 'seen:{B}']
answer: null
at: [5, 6]
"""


class Learn(Case):
    def setUp(self):
        super().setUp()
        self.set = self.mock_set(session=SESSION)
        self.file = self.path("mock", "rules", "learned.yaml")

    def learned(self):
        with open(self.file, encoding="utf-8") as stream:
            return stream.read()

    def pin(self, before, after):
        text = self.learned()
        self.assertIn(before, text)
        self.write("mock/rules/learned.yaml", text.replace(before, after, 1))

    def ask(self, *lines):
        """The first answer, and how sure it was."""
        client = self.write("client.py", CLIENT)
        out, err = self.expect(0, "run", self.set, "--", "python3", client, *lines)
        return out.splitlines()[0], err

    def test_decisions_are_told_with_their_evidence(self):
        out, _ = self.expect(0, "learn", self.set)
        self.assertIn("1: fresh, uuid (a guess)", out)
        self.assertIn(f"{A} (sessions/r1.cart.001.yaml:10)", out)
        self.assertIn("1: echo, uuid: the client made it before", out)
        self.assertIn("wrote ", out)
        compiled, _ = self.expect(0, "compile", self.set)
        self.assertIn("values in 2 places are fresh (in 0 of them proven or pinned), in 1 echo", compiled)

    def test_json(self):
        out, _ = self.expect(0, "learn", self.set, "--json")
        places = json.loads(out)["services"][0]["places"]
        self.assertEqual({place["is"] for place in places}, {"fresh", "echo"})
        self.assertEqual({place["request"] for place in places}, {"SET", "GET"})

    def test_what_is_written_changes_nothing_by_itself(self):
        before, _ = self.expect(0, "compile", self.set, "--json")
        self.expect(0, "learn", self.set)
        first = self.learned()
        after, _ = self.expect(0, "compile", self.set, "--json")
        self.assertEqual(before, after)
        self.expect(0, "learn", self.set)
        self.assertEqual(self.learned(), first)
        self.assertEqual(first.count("inferred}"), 2)

    def test_pins_are_obeyed_and_kept(self):
        out, err = self.ask(f"SET cart:{X} 'of {B}'", f"GET cart:{X}")
        self.assertEqual(out, "+OK")
        self.assertIn("2 exact", err)
        self.expect(0, "learn", self.set)
        self.pin("'1': inferred, '2': inferred", "'1': constant, '2': inferred")
        _, err = self.ask(f"SET cart:{X} 'of {B}'")
        self.assertIn("1 computed", err)  # no longer the recorded one
        out, err = self.ask(f"SET cart:{A} 'of {X}'")
        self.assertEqual(out, "+OK")
        self.assertIn("1 exact", err)
        out, _ = self.expect(0, "learn", self.set)
        self.assertIn("1: constant, uuid: pinned at ", out)
        self.assertIn("'1': constant, '2': inferred", self.learned())

    def test_a_bad_pin_is_an_error_with_its_line(self):
        self.expect(0, "learn", self.set)
        self.pin("'1': inferred, '2': inferred", "'1': varies, '2': inferred")
        line = self.learned()[:self.learned().index("'1': varies")].count("\n") + 1
        says = f"learned.yaml:{line}: error: a value can't be pinned as `varies`"
        self.expect(65, "compile", self.set, says=says)
        self.expect(65, "learn", self.set, says=says)

    def test_rules_in_that_file_are_not_lost(self):
        rule = "rule: {service: cart}\nrequest:\n  command: [GET, a]\nanswer: b\n"
        self.write("mock/rules/learned.yaml", rule)
        self.expect(65, "learn", self.set, says="holds rules")
        self.assertEqual(self.learned(), rule)

    def test_nothing_that_varies(self):
        out, _ = self.expect(0, "learn", self.mock_set("plain"))
        self.assertIn("no value", out)

    def test_sessions_are_never_changed(self):
        self.expect(0, "learn", self.set)
        with open(self.path("mock", "sessions", "r1.cart.001.yaml"), encoding="utf-8") as stream:
            self.assertEqual(stream.read(), SESSION)


if __name__ == "__main__":
    main()
