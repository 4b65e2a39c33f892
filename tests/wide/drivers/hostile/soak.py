#!/usr/bin/env python3
"""Mixed load of four protocols over TLS through a recorder, and then on the mock of what was recorded, misses and broken
connections among it. Memory and log are told at the start, in the middle and at the end: they stay flat.

    soak.py [MINUTES]    UNDERSTUDY names the executable; half of the time is the mock's
"""

import contextlib
import os
import pathlib
import random
import socket
import subprocess
import sys
import tempfile
import threading
import time

import loads
from connections import rss

MINUTES = float(sys.argv[1]) if len(sys.argv) > 1 else 30
GROWTH = 1.25  # that memory may have from the middle to the end
VALUES = 40  # that are written again and again by each client


class Load:
    """Clients that write their values, leave and come again, and others that break off."""

    def __init__(self, ports, authority, of_mock):
        self.ports, self.authority, self.of_mock = ports, authority, of_mock
        self.asked, self.over, self.threads = 0, threading.Event(), []
        for name in loads.NAMES:
            self.threads.append(threading.Thread(target=self.write, args=(name,)))
        self.threads.append(threading.Thread(target=self.disturb))
        for thread in self.threads:
            thread.start()

    def write(self, name):
        turn = 0
        while not self.over.is_set():
            turn += 1
            # On the mock every tenth is a value that was never recorded: a miss.
            values = [f"w{name}-9-{number}-0" for number in range(VALUES)]
            if self.of_mock:
                values[::10] = [f"w{name}-8-{turn}-{number}" for number in range(len(values[::10]))]
            for value in values:
                with contextlib.suppress(Exception):
                    for _ in loads.WRITERS[name](self.ports[name], self.authority, [value]):
                        self.asked += 1
                if self.over.is_set():
                    return

    def disturb(self):
        while not self.over.is_set():
            port = random.choice(list(self.ports.values()))
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 5) as client:
                client.sendall(random.choice([b"\x16\x03\x01\x02\x00\x01", b"GET /", os.urandom(200), b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + os.urandom(60)]))
            time.sleep(0.05)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join(loads.LIMIT)


def watch(what, process, load, log, seconds):
    """Tells figures at the start, in the middle and at the end; whether memory stayed flat."""
    figures = []
    time.sleep(seconds * 0.1)
    for moment, share in (("start", 0), ("middle", 0.45), ("end", 0.45)):
        time.sleep(seconds * share)
        figures.append(rss(process))
        print(f"  {what}, {moment}: {figures[-1] / 2**20:.1f} MB, log {log.stat().st_size / 1024:.0f} KB, {load.asked} answers", flush=True)
    return process.poll() is None and figures[2] <= figures[1] * GROWTH


def phase(what, words, authority, folder, seconds, of_mock):
    log = folder / f"{what}.log"
    with open(log, "w", encoding="utf-8") as stream:
        process = subprocess.Popen([os.environ["UNDERSTUDY"], *map(str, words)], stdout=subprocess.PIPE, stderr=stream, text=True)
    load = Load(loads.listening(process), authority, of_mock)
    flat = watch(what, process, load, log, seconds)
    load.end()
    process.terminate()
    process.wait(loads.LIMIT)
    return flat


def main():
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="understudy-soak-")))
        authority = loads.authority(folder / "config")
        upstreams = loads.Upstreams(folder, stack)
        half = MINUTES * 30
        flat = phase("record", ["record", folder / "mock", "--snapshot", "none", *upstreams.maps()], authority, folder, half, False)
        # A part of it is enough to serve.
        for name in loads.NAMES:
            for file in sorted((folder / "mock" / "sessions").glob(f"*.{name}.*.yaml"))[400:]:
                file.unlink()
        flat &= phase("serve", ["serve", folder / "mock"], authority, folder, half, True)
        print(f"soak: {int(flat)} passed, {int(not flat)} failed, 0 skipped")
    return 0 if flat else 1


if __name__ == "__main__":
    sys.exit(main())
