"""Settings of Django's own tests: the database that is there is used, and what became of each test is written down."""

import json
import os
import unittest

from django.db.backends.postgresql.creation import DatabaseCreation
from django.test.runner import DiscoverRunner

NAME = os.environ["SUITE_DATABASE"]
DATABASES = {
    "default": {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": os.environ["SUITE_PORT"],
                "NAME": NAME, "USER": NAME, "PASSWORD": NAME, "TEST": {"NAME": NAME}},
    "other": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
}
SECRET_KEY = "not a secret"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.AutoField"
USE_TZ = False
TIME_ZONE = "UTC"  # what of times is printed is computed in it
TEST_RUNNER = "django_settings.Runner"

DatabaseCreation._create_test_db = lambda self, *_, **__: self._get_test_db_name()
DatabaseCreation._destroy_test_db = lambda *_, **__: None


class Result(unittest.TextTestResult):
    """`outcomes`: of each test "ok", "skipped", or what it failed with, in the order in which they ran."""

    outcomes = {}

    def note(self, test, what):
        self.outcomes[getattr(test, "test_case", test).id()] = what

    def addSuccess(self, test):
        super().addSuccess(test)
        self.outcomes.setdefault(test.id(), "ok")

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.note(test, "skipped")

    def addExpectedFailure(self, test, err):
        super().addExpectedFailure(test, err)
        self.note(test, "ok")

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        self.note(test, "it was expected to fail")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.note(test, self._exc_info_to_string(err, test))

    addError = addFailure

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.note(test, self._exc_info_to_string(err, test))


class Runner(DiscoverRunner):
    def get_resultclass(self):
        return Result

    def run_suite(self, suite, **kwargs):
        try:
            return super().run_suite(suite, **kwargs)
        finally:
            with open(os.environ["SUITE_OUTCOMES"], "w", encoding="utf-8") as file:
                json.dump(Result.outcomes, file)
