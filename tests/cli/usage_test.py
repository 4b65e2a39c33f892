"""Command lines that make no sense, and help."""

from support import Case, main
import subprocess

COMMANDS = ["record", "compile", "learn", "serve", "run", "inspect", "explain", "ca", "completion"]


class Usage(Case):
    def test_help_of_the_program_lists_the_commands(self):
        out, _ = self.expect(0, "--help")
        for command in COMMANDS:
            self.assertIn(f"    {command}", out)
        self.assertIn("EXIT STATUS", out)

    def test_help_of_each_command_is_a_manual_page(self):
        for command in COMMANDS:
            out, err = self.expect(0, command, "--help")
            for part in ["NAME", "SYNOPSIS", "DESCRIPTION", "EXIT STATUS", "EXAMPLES", "OPTIONS"]:
                self.assertIn(part + "\n", out, command)
            self.assertNotRegex(out, r":\{| in \[", "how the program checks an option is not for people")
            self.assertEqual(err, "")

    def test_every_option_is_in_the_help_and_in_the_completions(self):
        bash, _ = self.expect(0, "completion", "bash")
        fish, _ = self.expect(0, "completion", "fish")
        zsh, _ = self.expect(0, "completion", "zsh")
        for command in COMMANDS:
            out, _ = self.expect(0, command, "--help")
            listed = out[out.index("OPTIONS\n"):out.index("EXIT STATUS")]
            for line in listed.splitlines():
                for word in line.split("  ")[2:3]:
                    for option in word.replace(",", " ").split():
                        if option.startswith("--") and option != "--help":
                            self.assertIn(option, bash)
                            self.assertIn(option, zsh)
                            self.assertIn("-l " + option[2:], fish)

    def test_the_bash_completion_is_sound(self):
        out, _ = self.expect(0, "completion", "bash")
        self.assertEqual(subprocess.run(["bash", "-n"], input=out, text=True).returncode, 0)
        script = out + '\nCOMP_WORDS=(understudy se); COMP_CWORD=1; _understudy; echo "${COMPREPLY[@]}"'
        done = subprocess.run(["bash", "-c", script], capture_output=True, text=True)
        self.assertEqual(done.stdout.strip(), "serve")

    def test_version(self):
        out, _ = self.expect(0, "--version")
        self.assertRegex(out, r"^understudy \d+\.\d+\.\d+\n$")

    def test_no_command(self):
        self.expect(64, says="understudy --help")

    def test_an_unknown_command(self):
        self.expect(64, "rekord", "mock", says="rekord")

    def test_an_unknown_option(self):
        self.expect(64, "serve", "mock", "--fast", says="--fast")

    def test_a_missing_mock_set(self):
        for command in ["record", "compile", "learn", "serve", "inspect"]:
            self.expect(64, command, says="MOCKSET")

    def test_run_needs_a_command(self):
        self.expect(64, "run", "mock", says="-- npm test")
        self.expect(64, "run", "mock", "--", says="-- npm test")

    def test_a_command_where_none_is_taken(self):
        self.expect(64, "serve", "mock", "--", "true", says="serve takes no COMMAND")

    def test_strict_and_allow_guess_contradict(self):
        self.expect(64, "run", "mock", "--strict", "--allow", "guess", "--", "true", says="--allow")

    def test_only_guesses_can_be_allowed(self):
        self.expect(64, "run", "mock", "--allow", "miss", "--", "true", says="guess")

    def test_a_number_of_threads_that_is_none(self):
        self.expect(64, "serve", "mock", "--threads", "0", says="--threads")
        self.expect(64, "serve", "mock", "--threads", "many", says="--threads")

    def test_a_shell_that_is_not_known(self):
        self.expect(64, "completion", "tcsh", says="bash")

    def test_maps_that_make_no_sense(self):
        for text, says in [("15432", "no LISTEN=URL"),
                           ("15432=redis", "no LISTEN=URL"),
                           ("=15432=redis://127.0.0.1", "no LISTEN=URL"),
                           ("here:=redis://127.0.0.1", "no address"),
                           ("15432=gopher://127.0.0.1:70", "gopher")]:
            self.expect(64, "record", self.path("mock"), "--map", text, says=[says, "[NAME=]LISTEN=URL"])

    def test_two_maps_of_one_name(self):
        self.expect(64, "record", self.path("mock"), "--map", "a=0=redis://127.0.0.1:1", "--map",
                    "a=0=redis://127.0.0.1:2", says="given twice")

    def test_record_without_mock_set_and_map(self):
        self.expect(64, "record", self.path("nowhere"), says=["no understudy.yaml", "--map"])

    def test_listen_for_what_does_not_exist(self):
        self.expect(64, "serve", self.mock_set(), "--listen", "orders=0", says=["orders", "cart"])

    def test_listen_that_makes_no_sense(self):
        self.expect(64, "serve", self.mock_set(), "--listen", "cart", says="SERVICE=HOST:PORT")
        self.expect(64, "serve", self.mock_set(), "--listen", "cart=x:y", says="SERVICE=HOST:PORT")

    def test_explain_of_a_service_that_does_not_exist(self):
        self.expect(64, "explain", self.mock_set(), "--service", "orders", "GET a", says="cart")


if __name__ == "__main__":
    main()
