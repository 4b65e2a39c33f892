"""run: environment, statuses, signals, reports."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from support import Case, CLIENT, CONFIG, EXECUTABLE, LIMIT, SESSION, main


class Run(Case):
    def client(self, *lines):
        return [sys.executable, "-c", CLIENT, *lines]

    def test_certain_answers_give_0_and_the_report_says_so(self):
        out, err = self.expect(0, "run", self.mock_set(), "--",
                               *self.client("GET color", "SET color blue", "GET color"))
        self.assertEqual(out, "$3 red\n+OK\n$4 blue\n")
        self.assertIn("every answer was certain", err)
        self.assertIn("3 exact", err)
        self.assertIn("1 recorded answer was never asked for", err)
        self.assertIn("GET motto", err)

    def test_a_table_file_serves_as_well(self):
        table = self.path("shop.table")
        self.expect(0, "compile", self.mock_set(), "-o", table)
        out, _ = self.expect(0, "run", table, "--", *self.client("GET motto"))
        self.assertEqual(out, "$20 never silently wrong\n")

    def test_a_miss_gives_2_and_names_the_nearest(self):
        out, err = self.expect(2, "run", self.mock_set(), "--", *self.client("GET colour"))
        self.assertTrue(out.startswith("-ERR"), out)
        self.assertIn("miss [cart]", err)
        self.assertIn("GET color", err)
        self.assertIn("1 request was not answered", err)

    def guessing_set(self):
        """A mock set that also holds what depends on every write to the database, and is not computed."""
        mock = self.mock_set()
        session, = pathlib.Path(mock, "sessions").glob("*.yaml")
        with session.open("a", encoding="utf-8") as file:
            file.write("---\nrequest:\n  command: [DBSIZE]\nanswer: 1\nat: [901, 902]\n")
        return mock

    def test_a_guess_breaks_normal_strictness_only_if_it_is_not_allowed(self):
        # The second SET changes the database once more than was recorded.
        script = self.client("SET color blue", "SET color blue", "DBSIZE")
        mock = self.guessing_set()
        out, err = self.expect(2, "run", mock, "--", *script)
        self.assertIn("guess [cart]", err)
        out, err = self.expect(0, "run", mock, "--allow", "guess", "--", *script)
        self.assertIn("(allowed)", err)

    def test_strict_misses_rather_than_guesses(self):
        script = self.client("SET color blue", "SET color blue", "DBSIZE")
        out, err = self.expect(2, "run", self.guessing_set(), "--strict", "--", *script)
        self.assertIn("-ERR", out)
        self.assertNotIn("guess [cart]", err)

    def test_the_status_of_the_command_is_passed_and_comes_before_2(self):
        self.expect(7, "run", self.mock_set(), "--", "sh", "-c", "exit 7")
        self.expect(7, "run", self.mock_set(), "--", "sh", "-c",
                    '"$@"; exit 7', "sh", *self.client("GET colour"))

    def test_a_command_that_a_signal_ended(self):
        self.expect(128 + signal.SIGKILL, "run", self.mock_set(), "--", "sh", "-c", "kill -9 $$")

    def test_a_command_that_can_not_be_started(self):
        self.expect(1, "run", self.mock_set(), "--", "/no/such/command", says="/no/such/command")

    def test_input_and_output_pass_untouched(self):
        done = subprocess.run([EXECUTABLE, "run", self.mock_set(), "--", "cat"], input=b"\x00\xff\n",
                              capture_output=True, timeout=LIMIT)
        self.assertEqual(done.stdout, b"\x00\xff\n")

    def test_the_environment_names_every_service(self):
        config = CONFIG.replace("cart:", "my-cart_2:")
        mock = self.mock_set(config=config, session=None)
        out, _ = self.expect(0, "run", mock, "--", "env")
        values = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
        port = values["UNDERSTUDY_MY_CART_2_PORT"]
        self.assertGreater(int(port), 0)
        self.assertEqual(values["UNDERSTUDY_MY_CART_2_HOST"], "127.0.0.1")
        self.assertEqual(values["UNDERSTUDY_MY_CART_2_URL"], f"redis://127.0.0.1:{port}")
        self.assertIn("PATH", values)

    def test_the_url_has_user_and_database_of_the_recording(self):
        session = SESSION.replace("facts: {resp: 2}", "facts: {resp: 2, user: ada, database: 'tea shop'}")
        out, _ = self.expect(0, "run", self.mock_set(session=session), "--", "env")
        values = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
        self.assertEqual(values["UNDERSTUDY_CART_URL"],
                         f"redis://ada@127.0.0.1:{values['UNDERSTUDY_CART_PORT']}/tea%20shop")

    def test_the_environment_that_understudy_yaml_chooses(self):
        config = """understudy: 1
services:
  cart:
    protocol: redis
    env: {REDIS_URL: 'redis://{host}:{port}/0', LITERAL: '{{x}}'}
env:
  BOTH: '{cart.host}|{cart.port}|{cart.url}'
"""
        mock, table = self.mock_set(config=config), self.path("table")
        self.expect(0, "compile", mock, "-o", table)
        for path in [mock, table]:
            out, _ = self.expect(0, "run", path, "--", "env")
            values = dict(line.split("=", 1) for line in out.splitlines() if "=" in line)
            port = values["UNDERSTUDY_CART_PORT"]
            self.assertEqual(values["REDIS_URL"], f"redis://127.0.0.1:{port}/0")
            self.assertEqual(values["BOTH"], f"127.0.0.1|{port}|redis://127.0.0.1:{port}")
            self.assertEqual(values["LITERAL"], "{x}")

    def test_the_report_as_json(self):
        report = self.path("report.json")
        self.expect(2, "run", self.mock_set(), "--report", report, "--",
                    *self.client("GET color", "GET colour", "GET colour"))
        with open(report) as stream:
            document = json.load(stream)
        self.assertTrue(document["broken"])
        self.assertEqual(document["services"]["cart"]["answers"]["miss"], 2)
        self.assertEqual(document["services"]["cart"]["never_asked_total"], 3)
        self.assertEqual([(i["kind"], i["times"]) for i in document["incidents"]], [("miss", 2)])
        self.assertIn("GET colour", document["incidents"][0]["summary"])

    def test_a_report_that_can_not_be_written(self):
        self.expect(1, "run", self.mock_set(), "--report", self.path("no/such/report"), "--", "true",
                    says="can't be written")

    def test_signals_are_passed_on(self):
        process = subprocess.Popen(
            [EXECUTABLE, "run", self.mock_set(), "--", "sh", "-c",
             "trap 'echo got it; exit 9' TERM; echo ready; while :; do sleep 0.05; done"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.assertEqual(process.stdout.readline(), "ready\n")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.stdout.readline(), "got it\n")
        self.assertEqual(process.wait(LIMIT), 9)
        process.stdout.close()

    def test_orphans_are_collected_by_process_1(self):
        # A process namespace needs privileges; where there are none the case has nothing to say.
        prefix = ["unshare", "--pid", "--fork", "--mount-proc"]
        try:
            if subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
                self.skipTest("no process namespaces here")
        except FileNotFoundError:
            self.skipTest("no unshare here")
        done = subprocess.run([*prefix, EXECUTABLE, "run", self.mock_set(), "--", "sh", "-c",
                               "(sleep 0.1 &); sleep 0.5; cat /proc/[0-9]*/stat"],
                              capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn(") Z ", done.stdout)

    def test_process_1_ends_on_sigterm(self):
        prefix = ["unshare", "--pid", "--fork", "--kill-child"]
        try:
            if subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
                self.skipTest("no process namespaces here")
        except FileNotFoundError:
            self.skipTest("no unshare here")
        process = subprocess.Popen([*prefix, EXECUTABLE, "serve", self.mock_set()],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.assertTrue(process.stdout.readline().startswith("listening"))
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        with open(children) as stream:
            os.kill(int(stream.read().split()[0]), signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0)
        process.stdout.close()


if __name__ == "__main__":
    main()
