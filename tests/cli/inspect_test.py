"""inspect and explain."""

import json

from support import Case, SESSION, main


class Inspect(Case):
    def test_the_overview_lists_services_and_sessions(self):
        out, _ = self.expect(0, "inspect", self.mock_set())
        self.assertIn("cart (redis)", out)
        self.assertIn("r1.cart.001.yaml, 4 exchanges", out)

    def test_a_session_lists_its_exchanges_with_lines(self):
        out, _ = self.expect(0, "inspect", self.mock_set(), "--session", "1")
        self.assertRegex(out, r"1  line 10 +GET color")
        self.assertRegex(out, r"2  line 15 +SET color blue")

    def test_a_session_may_be_named_by_its_file(self):
        by_name, _ = self.expect(0, "inspect", self.mock_set(), "--session", "r1.cart.001.yaml")
        self.assertIn("GET motto", by_name)
        nothing, _ = self.expect(0, "inspect", self.mock_set(), "--session", "2")
        self.assertEqual(nothing, "")

    def test_grep_looks_into_requests_and_answers(self):
        out, _ = self.expect(0, "inspect", self.mock_set(), "--grep", "silently")
        self.assertIn("GET motto", out)
        self.assertNotIn("GET color", out)

    def test_one_exchange_in_full(self):
        out, _ = self.expect(0, "inspect", self.mock_set(), "--session", "1", "--exchange", "4")
        self.assertIn("never silently wrong", out)
        self.assertIn("r1.cart.001.yaml:25", out)

    def test_only_one_service(self):
        out, _ = self.expect(0, "inspect", self.mock_set(), "--service", "other")
        self.assertEqual(out, "")

    def test_json_has_all_of_it(self):
        out, _ = self.expect(0, "inspect", self.mock_set(), "--session", "1", "--json")
        document = json.loads(out)
        self.assertEqual(document["services"][0]["service"], "cart")
        exchanges = document["sessions"][0]["exchanges"]
        self.assertEqual([e["answer"] for e in exchanges if e["summary"] == "GET color"], ["red", "blue"])

    def test_secrets_are_listed_by_kind_with_their_places(self):
        session = SESSION.replace("[SET, color, blue]", "[SET, session, 'redacted:0123456789abcdef0123456789abcdef']")
        session = session.replace("'never silently wrong'", "pbkdf2_sha256$1000000$salt$aGFzaGhhc2hoYXNoaGFzaA==")
        mock = self.mock_set(session=session)
        out, _ = self.expect(0, "inspect", mock, "--secrets")
        self.assertRegex(out, r"kept[^:]*:\n +1  password hash\n +sessions/r1.cart.001.yaml:25 answer\n")
        self.assertRegex(out, r"replaced:\n +1  within a text\n +sessions/r1.cart.001.yaml:15 request.command\[2\]\n")
        out, _ = self.expect(0, "inspect", mock, "--secrets", "--json")
        self.assertEqual([(s["line"], s["replaced"]) for s in json.loads(out)["secrets"]], [(15, True), (25, False)])
        out, _ = self.expect(0, "inspect", self.mock_set("plain"), "--secrets")
        self.assertIn("no secret", out)
        self.expect(64, "compile", mock, "--secrets")
        self.expect(0, "compile", mock, "-o", self.path("a.table"))
        self.expect(64, "inspect", self.path("a.table"), "--secrets", says="needs the mock set")

    def test_a_table_lists_its_requests(self):
        table = self.path("shop.table")
        self.expect(0, "compile", self.mock_set(), "-o", table)
        out, _ = self.expect(0, "inspect", table)
        self.assertIn("cart (redis): 3 requests", out)
        out, _ = self.expect(0, "inspect", table, "--service", "cart", "--json")
        requests = json.loads(out)["services"][0]["requests"]
        self.assertEqual(sorted(r["summary"] for r in requests),
                         ["GET color", "GET motto", "SET color blue"])
        self.expect(64, "inspect", table, "--session", "1", says="no sessions")

    def test_explain_names_what_answers(self):
        out, _ = self.expect(0, "explain", self.mock_set(), "GET color")
        self.assertIn("r1.cart.001.yaml:10", out)

    def test_explain_names_the_nearest_where_nothing_answers(self):
        out, _ = self.expect(1, "explain", self.mock_set(), "--service", "cart", "GET colour")
        self.assertIn("GET color", out)

    def test_explain_as_json(self):
        out, _ = self.expect(0, "explain", self.mock_set(), "GET color", "--json")
        self.assertEqual(json.loads(out)["recorded"], True)

    def test_files_with_errors_are_shown_as_far_as_they_go(self):
        mock = self.mock_set()
        self.write("mock/sessions/r1.cart.002.yaml", SESSION.replace("answer: red", "anwser: red"))
        out, err = self.expect(65, "inspect", mock)
        self.assertIn("r1.cart.001.yaml, 4 exchanges", out)
        self.assertIn("r1.cart.002.yaml", err)


if __name__ == "__main__":
    main()
