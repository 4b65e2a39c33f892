"""compile: the table, the summary, the JSON."""

import json
import os
import signal
import time

from support import Case, CONFIG, SESSION, SESSION_HEAD, main


class Compile(Case):
    def test_the_table_is_written_beside_and_serves(self):
        mock = self.mock_set()
        out, _ = self.expect(0, "compile", mock)
        self.assertIn("understudy.table", out)
        table = os.path.join(mock, "understudy.table")
        self.expect(0, "inspect", table)

    def test_a_signal_ends_it_and_leaves_nothing(self):
        many = "".join(f"---\nrequest: {{command: [SET, k{i}, v]}}\nanswer: OK\nat: [{2 * i + 1}, {2 * i + 2}]\n"
                       for i in range(20000))
        for number in (signal.SIGTERM, signal.SIGINT):
            mock = self.mock_set(session=SESSION_HEAD + many)
            compiling = self.start("compile", mock)
            time.sleep(0.2)
            compiling.signal(number)
            self.assertEqual(compiling.end(), -number)
            self.assertEqual(sorted(os.listdir(mock)), ["sessions", "understudy.yaml"])

    def test_equal_input_gives_equal_bytes(self):
        first, second = self.mock_set("first"), self.mock_set("second")
        self.expect(0, "compile", first, "-o", self.path("a"))
        self.expect(0, "compile", second, "-o", self.path("b"))
        with open(self.path("a"), "rb") as a, open(self.path("b"), "rb") as b:
            self.assertEqual(a.read(), b.read())

    def test_what_can_be_computed_is_told_with_the_reasons_for_the_rest(self):
        said = [("CREATE TABLE t (id int PRIMARY KEY)", "CREATE TABLE"), ("INSERT INTO t VALUES (1)", "INSERT 0 1"),
                ("DELETE FROM elsewhere", "DELETE 0"), ("DELETE FROM elsewhere", "DELETE 0")]
        mock = self.mock_set(config=CONFIG.replace("redis", "postgres"), session=None)
        text = ("understudy: 1\nsession: {service: cart, protocol: postgres, recording: r1, connection: 1, "
                "started: '2026-11-29T19:39:12Z'}\n")
        for i, (sql, tag) in enumerate(said):
            text += f"---\nrequest: {{sql: \"{sql}\"}}\nanswer: {{tag: {tag}}}\nat: [{2 * i + 1}, {2 * i + 2}]\n"
        self.write("mock/sessions/r1.cart.001.yaml", text)
        for words in ([], ["--verbose"]):
            out, _ = self.expect(0, "compile", mock, *words)
            self.assertIn("computable: 1 of 3 statements (33.3 %)", out)
            self.assertIn("2  what is known of table elsewhere: delete from elsewhere", out)
        out, _ = self.expect(0, "compile", mock, "--json")
        self.assertEqual(json.loads(out)["services"][0]["computable"], {
            "requests": 3, "computed": 1,
            "missed": [{"reason": "what is known of table elsewhere", "requests": 2, "patterns": 1,
                        "example": "delete from elsewhere"}]})
        out, _ = self.expect(1, "explain", mock, "SELECT a FROM elsewhere")
        self.assertIn("not computed: what is known of table elsewhere", out)

    def two_recordings(self):
        """In the second one the same row got another number, and more was said."""
        def session(recording, token, at, number, more=()):
            said = [(f"INSERT INTO guest (token, name, made) VALUES ('{token}', 'ann', '2026-11-29 {at}+00'::timestamptz) RETURNING id", number), *more]
            text = (f"understudy: 1\nsession: {{service: cart, protocol: postgres, recording: {recording}, connection: 1, "
                    "started: '2026-11-29T19:39:12Z'}\n")
            for i, (sql, answer) in enumerate(said):
                text += (f"---\nrequest: {{sql: \"{sql}\"}}\nanswer:\n  columns: [{{name: id, type: int4}}]\n"
                         f"  rows: [[{answer}]]\n  tag: INSERT 0 1\nat: [{2 * i + 1}, {2 * i + 2}]\n")
            self.write(f"mock/sessions/{recording}.cart.001.yaml", text)
        mock = self.mock_set(config=CONFIG.replace("redis", "postgres"), session=None)
        session("r1", "04uVHfKOtgjeyha6O5BIKT", "19:39:32.772731", 12)
        session("r2", "7jCuSI1zEkI7bomExCA8UC", "19:43:09.325923", 31,
                [("INSERT INTO seat (guest, kind) VALUES (33, 'aisle') RETURNING id", 8),
                 ("INSERT INTO meal (code, guest) VALUES ('4470dff0-4e4c-4f61-8431-9f2f19084eb6', 29) RETURNING id", 5)])
        return mock

    def test_an_answer_known_by_contents_is_certain_behind_what_nobody_can_order(self):
        """Two changes at the same time leave a row of which nobody knows; then the table is made anew, three times."""
        ranked = ("SELECT body, ts_rank(to_tsvector('english', body), plainto_tsquery('english', 'cats')) AS r FROM doc "
                  "ORDER BY r DESC, id")
        found = "{columns: [{name: body, type: text}, {name: r, type: float4}], rows: [[cats, 0.0607927]], tag: SELECT 1}"
        said = {1: [("CREATE TABLE doc (id int PRIMARY KEY, body text)", "{tag: CREATE TABLE}", 1, 2),
                    ("INSERT INTO doc VALUES (1, 'a')", "{tag: INSERT 0 1}", 3, 4),
                    ("UPDATE doc SET body = 'x' WHERE id = 1", "{tag: UPDATE 1}", 5, 8)],
                2: [("UPDATE doc SET body = 'y' WHERE id = 1", "{tag: UPDATE 1}", 6, 9)]}
        for tick in (10, 16, 22):
            said[1] += [("TRUNCATE doc", "{tag: TRUNCATE TABLE}", tick, tick + 1),
                        ("INSERT INTO doc VALUES (2, 'cats')", "{tag: INSERT 0 1}", tick + 2, tick + 3),
                        (ranked, found, tick + 4, tick + 5)]
        mock = self.mock_set(config=CONFIG.replace("redis", "postgres"), session=None)
        for connection, exchanges in said.items():
            text = (f"understudy: 1\nsession: {{service: cart, protocol: postgres, recording: r1, connection: {connection}, "
                    "facts: {TimeZone: UTC}}\n")
            for sql, answer, began, ended in exchanges:
                text += f"---\nrequest: {{sql: \"{sql}\"}}\nanswer: {answer}\nat: [{began}, {ended}]\n"
            self.write(f"mock/sessions/r1.cart.00{connection}.yaml", text)
        out, _ = self.expect(0, "compile", mock, "--json")
        replay = json.loads(out)["services"][0]["replay"]
        for name, result in replay.items():
            self.assertEqual((result["guess"], result["miss"], result["wrong"]), (0, 0, 0), name)

    def test_what_a_recording_refutes_is_a_guess_and_named(self):
        mock = self.two_recordings()
        _, err = self.expect(0, "compile", mock)
        self.assertIn("sessions/r2.cart.001.yaml:4: warning: service 'cart': replayed (fresh values), ", err)
        self.assertIn("would be answered as sessions/r1.cart.001.yaml:4, but answered '", err)
        self.assertNotIn("defect", err)
        self.assertTrue(os.path.exists(os.path.join(mock, "understudy.table")))
        out, _ = self.expect(2, "compile", mock, "--check", "--json")
        service = json.loads(out)["services"][0]
        self.assertEqual(service["replay"]["fresh_values"]["wrong"], 0)
        self.assertEqual(service["refuted"][0]["answered_at"], "sessions/r1.cart.001.yaml:4")

    def test_check_writes_nothing(self):
        mock = self.mock_set()
        self.expect(0, "compile", mock, "--check")
        self.assertEqual(sorted(os.listdir(mock)), ["sessions", "understudy.yaml"])

    def test_the_summary_names_services_and_patterns(self):
        out, _ = self.expect(0, "compile", self.mock_set(), "--check")
        self.assertIn("cart (redis): sessions 1, exchanges 4", out)
        self.assertNotIn("write;", out)
        out, _ = self.expect(0, "compile", self.mock_set("verbose"), "--check", "--verbose")
        self.assertIn("cart (redis): sessions 1, exchanges 4", out)
        self.assertIn("write;", out)
        self.assertIn("read", out)

    def test_one_screen_whatever_was_recorded(self):
        # Two hundred patterns, each with two answers in one state: all of them guesses, all of them warnings.
        told, tick = "", 0
        for number in range(200):
            for answer in ("a", "b"):
                told += f"---\nrequest:\n  command: [GET, k{number}]\nanswer: {answer}\nat: [{tick + 1}, {tick + 2}]\n"
                tick += 2
        mock = self.mock_set(session=SESSION_HEAD + told)
        out, err = self.expect(0, "compile", mock)
        self.assertLess(len(out.splitlines()) + len(err.splitlines()), 45, out + err)
        self.assertIn("certain in replays against the table", out)
        self.assertIn("not certain, by the exchanges that it concerns:\n       400  GET", out)
        self.assertIn(f"understudy compile {mock} --verbose", out)
        self.assertIn(f"understudy run {mock} -- COMMAND", out)

    def test_of_many_keys_the_summary_names_a_few(self):
        told, tick = "", 0
        for number in range(5):
            for command, answer in (f"HSET, h{number}, f, v", 1), (f"HGET, h{number}, f", "v"):
                told += f"---\nrequest:\n  command: [{command}]\nanswer: {answer}\nat: [{tick + 1}, {tick + 2}]\n"
                tick += 2
        mock = self.mock_set(session=SESSION_HEAD + told)
        out, _ = self.expect(0, "compile", mock, "--check", "--verbose")
        self.assertIn(", and 7 more (--json lists them)", out)
        out, _ = self.expect(0, "compile", mock, "--check", "--json")
        pattern = next(each for each in json.loads(out)["services"][0]["patterns"] if each["pattern"] == "HGET")
        self.assertEqual(len(pattern["keys"]), 15)

    def test_json_holds_problems_and_patterns(self):
        out, _ = self.expect(0, "compile", self.mock_set(), "--check", "--json")
        document = json.loads(out)
        self.assertEqual(document["problems"], [])
        service = document["services"][0]
        self.assertEqual((service["service"], service["exchanges"]), ("cart", 4))
        self.assertTrue(any(pattern["writes"] for pattern in service["patterns"]))

    def test_json_of_a_flawed_mock_set_names_file_and_line(self):
        mock = self.mock_set(session=SESSION.replace("answer: red", "anwser: red"))
        out, _ = self.expect(65, "compile", mock, "--json")
        problem = json.loads(out)["problems"][0]
        self.assertEqual(problem["severity"], "error")
        self.assertTrue(problem["file"].endswith("r1.cart.001.yaml"))
        self.assertGreater(problem["line"], 8)

    def test_a_file_that_can_not_be_written(self):
        self.expect(1, "compile", self.mock_set(), "-o", self.path("no/such/folder/table"),
                    says="can't be written")

    def test_the_rules_of_the_manual_are_rules(self):
        with open(os.path.join(os.path.dirname(__file__), "../../docs/rules.md")) as manual:
            example = manual.read().split("```yaml\n")[1].split("```")[0]
        mock = self.mock_set(config=CONFIG + "  payments: {protocol: http, listen: '127.0.0.1:0'}\n")
        self.write("mock/rules/manual.yaml", example)
        out, _ = self.expect(0, "compile", mock)
        self.assertIn("payments (http): sessions 0, exchanges 0, rules 1", out)
        self.assertIn("cart (redis): sessions 1, exchanges 4, rules 1", out)


if __name__ == "__main__":
    main()
