"""The local authority, and what the commands say of TLS."""

import os
import ssl
import stat

from support import Case, main


class Authority(Case):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CONFIG_HOME"] = self.path("config")
        self.addCleanup(os.environ.pop, "XDG_CONFIG_HOME")

    def authority(self, name):
        return self.path("config", "understudy", name)

    def text(self, name):
        with open(self.authority(name), encoding="utf-8") as file:
            return file.read()

    def test_it_is_made_once(self):
        out, err = self.expect(0, "ca")
        self.assertIn(f"--cacert {self.authority('ca.pem')}", out)
        self.assertEqual(err, "")
        self.assertEqual(stat.S_IMODE(os.stat(self.authority("ca.key")).st_mode), 0o600)
        ssl.create_default_context(cafile=self.authority("ca.pem"))
        first = self.text("ca.pem")
        out, _ = self.expect(0, "ca")
        self.assertTrue(out.startswith("There is already"))
        self.assertEqual(self.text("ca.pem"), first)

    def test_one_that_exists_is_taken(self):
        self.expect(0, "ca", "--dir", self.path("mine"))
        files = ["--certificate", self.path("mine", "ca.pem"), "--key", self.path("mine", "ca.key")]
        self.expect(64, "ca", *files[:2], says="--key")
        self.expect(0, "ca", *files)
        self.assertEqual(stat.S_IMODE(os.stat(self.authority("ca.key")).st_mode), 0o600)
        self.expect(65, "ca", *files, says="already")

    def test_a_broken_one_is_named(self):
        self.expect(0, "ca")
        os.remove(self.authority("ca.key"))
        self.expect(65, "ca", says="ca.key")
        self.expect(65, "serve", self.mock_set(), says="ca.key")

    def test_what_it_can_not_write_is_named(self):
        self.write("file", "")
        self.expect(65, "ca", "--dir", self.path("file", "ca"), says="file/ca")


class Settings(Case):
    def setUp(self):
        super().setUp()
        os.environ["XDG_CONFIG_HOME"] = self.path("config")
        self.addCleanup(os.environ.pop, "XDG_CONFIG_HOME")

    def configured(self, tls):
        return self.mock_set(config=f"understudy: 1\nservices:\n  cart: {{protocol: redis, listen: '127.0.0.1:0', tls: {tls}}}\n")

    def test_tls_that_is_asked_for_needs_a_certificate(self):
        mock = self.configured("required")
        self.expect(65, "serve", mock, says="understudy ca")
        self.expect(65, "run", mock, "--", "true", says="service 'cart'")
        self.expect(65, "record", mock, "--map", "cart=0=redis://127.0.0.1:1", "--snapshot", "none", says="understudy ca")

    def test_a_file_that_is_not_there_is_named(self):
        self.expect(65, "serve", self.configured("{certificate: no.pem}"), says="no.pem")
        self.expect(65, "record", self.configured("off"), "--map", "cart=0=rediss://127.0.0.1:1/?cacert=/no/ca.pem", "--snapshot", "none",
                    says="/no/ca.pem")

    def test_an_address_of_tls_is_told_as_one(self):
        self.expect(0, "ca")
        script = 'test "$UNDERSTUDY_CART_URL" = "rediss://127.0.0.1:$UNDERSTUDY_CART_PORT"'
        self.expect(0, "run", self.configured("required"), "--", "sh", "-c", script)


if __name__ == "__main__":
    main()
