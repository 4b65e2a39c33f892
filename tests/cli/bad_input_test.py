"""Files, addresses and upstreams that can't be used: a clear message, status 65."""

import os

from support import Case, CONFIG, SESSION, SESSION_HEAD, main, occupied_port

# Of each protocol a sound exchange, and flaws of it: an unknown key, a value of the wrong type.
EXCHANGES = {
    "redis": ("request: {command: [GET, a]}\nanswer: b", [
        ("[GET, a]}", "[GET, a], dbb: 1}", "10: error: an unknown key"),
        ("[GET, a]", "[GET, {a: 1}]", "10: error: "),
        ("answer: b", "answer: {staus: OK}", "11: error: a map that is no reply")]),
    "postgres": ("request: {sql: SELECT 1}\nanswer: {columns: [{name: a, type: int4}], rows: [[1]], tag: SELECT 1}", [
        ("sql: SELECT 1}", "sql: SELECT 1, parms: [1]}", "10: error: 'parms' is no part"),
        ("[[1]]", "[1]", "11: error: a row of 1 values"), ("[[1]]", "[[1, 2]]", "11: error: a row of 1 values"),
        ("int4", "int5", '11: error: "int5"'), ("tag: SELECT 1", "tag: [x]", "11: error: text was expected")]),
    "mysql": ("request: {sql: SELECT 1}\nanswer: {columns: [{name: a, type: int(1)}], rows: [[1]]}", [
        ("sql: SELECT 1}", "sql: SELECT 1, parms: [1]}", "10: error: unknown key `parms`"),
        ("[[1]]", "[1]", "11: error: expected a list of 1 cells"),
        ("[[1]]", "[[1, 2]]", "11: error: expected a list of 1 cells"),
        ("rows", "row", "11: error: unknown key `row`"), ("int(1)", "itn(1)", '11: error: unknown column type "itn(1)"')]),
    "http": ("request: {method: GET, path: /a}\nanswer: {status: 200, body: x}", [
        ("path: /a", "path: /a, pat: /b", "10: error: unknown key `pat`"),
        ("method: GET", "method: [GET]", "10: error: expected text"),
        ("status: 200", "status: OK", "11: error: expected a status"), ("body: x", "bdy: x", "11: error: unknown key `bdy`")]),
}


class BadInput(Case):
    def refused_everywhere(self, path, *says):
        """By each command that reads a mock set."""
        for arguments in [["compile", path], ["serve", path], ["run", path, "--", "true"],
                          ["explain", path, "GET a"]]:
            self.expect(65, *arguments, says=says)

    def test_a_mock_set_that_is_not_there(self):
        self.refused_everywhere(self.path("nowhere"), "nowhere")

    def test_a_folder_without_understudy_yaml(self):
        os.mkdir(self.path("empty"))
        self.refused_everywhere(self.path("empty"), "understudy.yaml")

    def test_an_understudy_yaml_that_is_no_yaml(self):
        self.refused_everywhere(self.mock_set(config="services: [\n"), "understudy.yaml:")

    def test_an_unknown_key(self):
        config = CONFIG.replace("listen:", "lisen:")
        self.refused_everywhere(self.mock_set(config=config), "understudy.yaml:3", "lisen")

    def test_a_wrong_type(self):
        config = CONFIG.replace("'127.0.0.1:0'", "[1, 2]")
        self.refused_everywhere(self.mock_set(config=config), "understudy.yaml:3", "listen")

    def test_an_unknown_protocol(self):
        config = CONFIG.replace("redis", "gopher")
        self.refused_everywhere(self.mock_set(config=config, session=None), "gopher")

    def test_a_damaged_session(self):
        session = SESSION.replace("command: [GET, color]", "command: [GET, color", 1)
        self.refused_everywhere(self.mock_set(session=session), "r1.cart.001.yaml:")

    def test_an_unknown_key_of_an_exchange(self):
        session = SESSION.replace("answer: red", "anwser: red")
        self.refused_everywhere(self.mock_set(session=session), "r1.cart.001.yaml:", "anwser")

    def test_a_request_of_the_wrong_type(self):
        session = SESSION.replace("[GET, color]", "{get: color}", 1)
        self.refused_everywhere(self.mock_set(session=session), "r1.cart.001.yaml:1")

    def test_flaws_of_an_exchange_in_each_protocol(self):
        for protocol, (sound, flaws) in EXCHANGES.items():
            config = CONFIG.replace("redis", protocol)
            head = SESSION_HEAD.replace("redis", protocol).replace("{resp: 2}", "{}")
            for i, (text, flawed, message) in enumerate([("", "", None), *flaws]):
                with self.subTest(protocol=protocol, flaw=flawed):
                    self.assertIn(text, sound)
                    mock = self.mock_set(f"{protocol}{i}", config=config,
                                         session=head + "---\n" + sound.replace(text, flawed, 1) + "\nat: [1, 2]\n")
                    if message is None:
                        self.expect(0, "compile", mock)
                        continue
                    for command in [["compile", mock], ["run", mock, "--", "true"]]:
                        self.expect(65, *command, says="r1.cart.001.yaml:" + message)

    def test_all_problems_are_reported_not_the_first(self):
        session = SESSION.replace("answer: red", "anwser: red").replace("answer: blue", "anwser: blue")
        _, err = self.expect(65, "compile", self.mock_set(session=session))
        self.assertGreaterEqual(err.count("anwser"), 2)

    def test_a_session_of_a_service_that_is_not_named(self):
        session = SESSION.replace("service: cart", "service: basket")
        self.refused_everywhere(self.mock_set(session=session), "basket", "r1.cart.001.yaml")

    def test_a_torn_tail_is_a_warning_only(self):
        mock = self.mock_set(session=SESSION + "---\nrequest:\n  comma")
        _, err = self.expect(0, "compile", mock)
        self.assertIn("warning", err)

    def test_tables_that_are_damaged(self):
        table = self.path("good.table")
        self.expect(0, "compile", self.mock_set(), "-o", table)
        with open(table, "rb") as stream:
            octets = stream.read()
        for name, damaged in [("short", octets[:-8]), ("tiny", octets[:16]), ("empty", b""),
                              ("foreign", b"SQLite format 3\0" + octets[16:]),
                              ("flipped", octets[:-20] + bytes([octets[-20] ^ 1]) + octets[-19:])]:
            file = self.write(name + ".table", damaged)
            for arguments in [["serve", file], ["run", file, "--", "true"], ["inspect", file]]:
                self.expect(65, *arguments, says=name + ".table")

    def test_an_occupied_port_is_named_with_its_service(self):
        port = occupied_port(self)
        self.expect(65, "serve", self.mock_set(), "--listen", f"cart={port}",
                    says=["'cart'", f"127.0.0.1:{port}", "in use", "--listen"])
        self.expect(65, "serve", self.mock_set(), "--listen", f"cart={port}", "--threads", "2",
                    says=["'cart'", f"127.0.0.1:{port}", "in use"])
        self.expect(65, "record", self.path("new"), "--map", f"cart={port}=redis://127.0.0.1:1",
                    says=["'cart'", f"127.0.0.1:{port}", "in use"])

    def test_an_address_that_is_not_ours(self):
        self.expect(65, "serve", self.mock_set(), "--listen", "cart=192.0.2.1:6379",
                    says=["'cart'", "192.0.2.1:6379"])
        self.expect(65, "serve", self.mock_set(), "--listen", "cart=no-such-host.invalid:6379",
                    says=["'cart'", "no-such-host.invalid"])

    def test_a_service_without_upstream_is_not_recorded(self):
        self.expect(65, "record", self.mock_set(), says=["'cart'", "upstream"])

    def test_an_upstream_with_an_unknown_kind_of_tls_is_refused_by_name(self):
        self.expect(64, "record", self.path("new"), "--map", "db=0=postgres://127.0.0.1:1/?sslmode=maybe",
                    says=["sslmode=maybe", "verify-full"])

    def test_a_map_of_another_protocol_than_the_service_has(self):
        self.expect(65, "record", self.mock_set(), "--map", "cart=0=http://127.0.0.1:80",
                    says=["cart", "http"])

    def test_an_environment_template_that_names_nothing(self):
        config = CONFIG.replace("'127.0.0.1:0'}", "'127.0.0.1:0', env: {URL: '{nobody.port}'}}")
        self.expect(65, "run", self.mock_set(config=config), "--", "true", says=["understudy.yaml:3", "nobody.port"])


if __name__ == "__main__":
    main()
