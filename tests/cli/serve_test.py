"""serve: addresses, signals, reload, shared ports."""

import json
import os
import signal
import socket
import time

from support import Case, CONFIG, SESSION, ask, main

GREEN = SESSION.replace("answer: red", "answer: green")


class Serve(Case):
    def test_addresses_are_told_and_written(self):
        file = self.path("addresses.json")
        server = self.start("serve", self.mock_set(), "--addresses", file)
        service, protocol, port = server.address()
        self.assertEqual((service, protocol), ("cart", "redis"))
        with open(file) as stream:
            self.assertEqual(json.load(stream)["cart"],
                             {"protocol": "redis", "host": "127.0.0.1", "port": port,
                              "url": f"redis://127.0.0.1:{port}"})
        self.assertEqual(ask(port, "GET color"), ["$3\r\nred\r\n"])

    def test_a_folder_is_compiled_and_that_is_said(self):
        mock = self.mock_set()
        server = self.start("serve", mock)
        server.address()
        server.wait_for(f"compiling {mock}")
        self.expect(0, "compile", mock, "-o", self.path("table"))
        server = self.start("serve", self.path("table"))
        server.address()
        self.assertNotIn("compiling", server.errors)

    def test_sigterm_drains_and_gives_0_even_after_a_miss(self):
        server = self.start("serve", self.mock_set())
        port = server.address()[2]
        idle = socket.create_connection(("127.0.0.1", port), 10)
        self.addCleanup(idle.close)
        self.assertIn("-ERR", ask(port, "GET nothing")[0])
        server.signal(signal.SIGTERM)
        self.assertEqual(server.end(), 0)
        self.assertEqual(idle.recv(1), b"")
        self.assertIn("1 miss", server.errors)

    def test_a_signal_ends_it_while_a_large_mock_set_is_compiled(self):
        many = "".join(f"---\nrequest: {{command: [SET, k{i}, v]}}\nanswer: OK\nat: [{2 * i + 1}, {2 * i + 2}]\n"
                       for i in range(20000))
        header = SESSION.split("---")[0]
        for command in (["serve"], ["run", "--", "true"]):
            for number in (signal.SIGTERM, signal.SIGINT):
                folder = self.mock_set(session=header + many)
                server = self.start(command[0], folder, *command[1:])
                time.sleep(0.2)
                server.signal(number)
                self.assertEqual(server.end(), 128 + number)

    def test_sigint_gives_2_after_a_miss_and_0_after_none(self):
        for line, status in [("GET nothing", 2), ("GET color", 0)]:
            server = self.start("serve", self.mock_set())
            ask(server.address()[2], line)
            server.signal(signal.SIGINT)
            self.assertEqual(server.end(), status)

    def test_a_miss_leaves_the_connection_usable(self):
        server = self.start("serve", self.mock_set())
        answers = ask(server.address()[2], "GET nothing", "GET color")
        self.assertIn("-ERR", answers[0])
        self.assertEqual(answers[1], "$3\r\nred\r\n")

    def test_a_chosen_port_is_used_again_at_once(self):
        first = self.start("serve", self.mock_set())
        port = first.address()[2]
        self.assertEqual(ask(port, "GET color"), ["$3\r\nred\r\n"])
        first.signal(signal.SIGTERM)
        self.assertEqual(first.end(), 0)
        second = self.start("serve", self.mock_set(), "--listen", f"cart={port}")
        self.assertEqual(second.address()[2], port)

    def test_several_threads_answer(self):
        server = self.start("serve", self.mock_set(), "--threads", "3")
        port = server.address()[2]
        for _ in range(20):
            self.assertEqual(ask(port, "GET motto"), ["$20\r\nnever silently wrong\r\n"])

    def test_watch_takes_new_files_for_new_connections(self):
        mock = self.mock_set()
        server = self.start("serve", mock, "--watch")
        port = server.address()[2]
        with socket.create_connection(("127.0.0.1", port), 10) as old:
            old.sendall(b"GET color\r\n")
            self.assertEqual(old.recv(100), b"$3\r\nred\r\n")
            self.write("mock/sessions/r1.cart.001.yaml", GREEN)
            server.wait_for("new connections are answered from it")
            self.assertEqual(server.address()[2], port)
            self.assertEqual(ask(port, "GET color"), ["$5\r\ngreen\r\n"])
            old.sendall(b"GET color\r\n")
            self.assertEqual(old.recv(100), b"$3\r\nred\r\n")

    def test_watch_keeps_the_old_table_where_the_new_files_are_bad(self):
        mock = self.mock_set()
        server = self.start("serve", mock, "--watch")
        port = server.address()[2]
        self.write("mock/sessions/r1.cart.001.yaml", SESSION.replace("answer: red", "anwser: red"))
        server.wait_for("the old table stays")
        self.assertIn("r1.cart.001.yaml:", server.errors)
        self.assertEqual(ask(port, "GET color"), ["$3\r\nred\r\n"])
        self.write("mock/sessions/r1.cart.001.yaml", GREEN)
        server.wait_for("new connections are answered from it")
        self.assertEqual(ask(port, "GET color"), ["$5\r\ngreen\r\n"])

    def test_watch_opens_and_closes_ports_with_their_services(self):
        mock = self.mock_set(config=CONFIG + "  other: {protocol: redis, listen: '127.0.0.1:0'}\n")
        server = self.start("serve", mock, "--watch")
        cart, other = server.address(), server.address()
        self.write("mock/understudy.yaml", CONFIG + "  third: {protocol: redis, listen: '127.0.0.1:0'}\n")
        server.wait_for("new connections are answered from it")
        self.assertEqual(server.address(), cart)
        third = server.address()
        self.assertEqual(third[0], "third")
        self.assertIn("-ERR", ask(third[2], "GET color")[0])
        with self.assertRaises(OSError):
            for _ in range(100):
                socket.create_connection(("127.0.0.1", other[2]), 10).close()
                time.sleep(0.02)

    def test_sighup_reloads(self):
        mock = self.mock_set()
        server = self.start("serve", mock)
        port = server.address()[2]
        self.write("mock/sessions/r1.cart.001.yaml", GREEN)
        server.signal(signal.SIGHUP)
        server.wait_for("new connections are answered from it")
        self.assertEqual(ask(port, "GET color"), ["$5\r\ngreen\r\n"])

    def test_the_report_counts_over_reloads(self):
        mock = self.mock_set()
        report = self.path("report.json")
        server = self.start("serve", mock, "--report", report)
        port = server.address()[2]
        ask(port, "GET color")
        server.signal(signal.SIGHUP)
        server.wait_for("new connections are answered from it")
        ask(port, "GET color")
        server.signal(signal.SIGTERM)
        self.assertEqual(server.end(), 0)
        with open(report) as stream:
            self.assertEqual(json.load(stream)["services"]["cart"]["answers"]["exact"], 2)

    def test_clients_of_the_wrong_protocol_are_noted_once(self):
        server = self.start("serve", self.mock_set())
        port = server.address()[2]
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), 10) as client:
                client.sendall(b"*this is no number\r\n")
                client.settimeout(10)
                try:
                    while client.recv(1000):
                        pass
                except ConnectionResetError:
                    pass
        server.wait_for("note [cart]")
        server.signal(signal.SIGTERM)
        self.assertEqual(server.end(), 0)
        told, report = server.errors.split("understudy: answers by grade")
        self.assertEqual(told.count("note [cart]"), 1, server.errors)
        self.assertIn("(3 times)", report)

    def test_a_client_that_stops_in_the_middle_of_a_message_harms_nobody(self):
        server = self.start("serve", self.mock_set())
        port = server.address()[2]
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"*2\r\n$3\r\nGE")
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"*2\r\n$3\r\nGE")
            client.shutdown(socket.SHUT_WR)
            client.settimeout(10)
            while client.recv(1000):
                pass
        self.assertEqual(ask(port, "GET color"), ["$3\r\nred\r\n"])

    def test_services_that_name_one_port_share_it(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        config = f"""understudy: 1
services:
  cart: {{protocol: redis, listen: '127.0.0.1:{port}'}}
  web: {{protocol: http, listen: '127.0.0.1:{port}'}}
"""
        server = self.start("serve", self.mock_set(config=config))
        self.assertEqual(server.address()[2], port)
        self.assertEqual(server.address()[2], port)
        self.assertEqual(ask(port, "*2\r\n$3\r\nGET\r\n$5\r\ncolor"), ["$3\r\nred\r\n"])
        with socket.create_connection(("127.0.0.1", port), 10) as client:
            client.sendall(b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertTrue(client.recv(1000).startswith(b"HTTP/1.1 "))


if __name__ == "__main__":
    main()
