#!/usr/bin/env python3
"""The shop's tests, run by several workers at once, each in a scope of its own or all in one."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import unittest
import urllib.request

from support import Case, LIMIT, main

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SHOP = ROOT / "examples/shop"
SERVICES = ["orders", "catalogue", "cache", "payments"]
WORKERS = 2


@unittest.skipUnless(shutil.which("node") and (SHOP / "node_modules").exists(), "needs the shop's modules")
class Shop(Case):
    """The test-suite of examples/shop, recorded once, run by several workers at once."""

    def serve(self):
        listen = [word for name in SERVICES for word in ("--listen", f"{name}=127.0.0.1:0")]
        server = self.start("serve", str(ROOT / "mocks/shop"), "--strict", *listen)
        return server, {service: port for service, _, port in (server.address() for _ in SERVICES)}

    def worker(self, ports, scope=""):
        environment = {
            "DATABASE_URL": f"postgres://shop:shop@127.0.0.1:{ports['orders']}/shop",
            "CATALOGUE_URL": f"mysql://shop:shop@127.0.0.1:{ports['catalogue']}/shop",
            "REDIS_URL": f"redis://127.0.0.1:{ports['cache']}",
            "PAYMENTS_URL": f"http://127.0.0.1:{ports['payments']}",
            "SCOPE": scope,
        }
        return subprocess.Popen(["node", "--test", "test/shop.test.js"], cwd=SHOP, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, env={**os.environ, **environment})

    def ends_well(self, workers):
        outputs = [worker.communicate(timeout=4 * LIMIT)[0] for worker in workers]
        return [worker.returncode == 0 for worker in workers], "\n".join(outputs)

    def test_workers_in_scopes_of_their_own_get_certain_answers(self):
        server, ports = self.serve()
        for attempt in ("first", "again"):
            ended, outputs = self.ends_well([self.worker(ports, f"w{number}") for number in range(WORKERS)])
            self.assertEqual(ended, [True] * WORKERS, attempt + outputs + server.errors)
            for number in range(WORKERS):
                url = f"http://127.0.0.1:{ports['payments']}/__understudy/reset?understudy_scope=w{number}"
                with urllib.request.urlopen(urllib.request.Request(url, b""), timeout=LIMIT) as answer:
                    self.assertEqual(json.load(answer), {"reset": f"w{number}"})
        server.signal(signal.SIGINT)
        self.assertEqual(server.end(), 0, server.errors)

    def test_workers_without_scopes_do_not(self):
        server, ports = self.serve()
        ended, _ = self.ends_well([self.worker(ports) for _ in range(2)])
        self.assertIn(False, ended)
        server.signal(signal.SIGINT)
        self.assertEqual(server.end(), 2)


if __name__ == "__main__":
    main()
