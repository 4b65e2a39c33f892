#!/usr/bin/env python3
"""Kills a recorder while four protocols write through it over TLS, again and again: what a client was told of is in the
sessions, all that is there can be read, and the next recorder goes on.

    kill.py [TIMES]    UNDERSTUDY names the executable
"""

import contextlib
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time

import loads

TIMES = int(sys.argv[1]) if len(sys.argv) > 1 else 300
CLIENTS = 2  # of each protocol


def client(name, port, authority, first, acknowledged, started):
    values = (f"w{name}-{first}-{number}-0" for number in range(10**9))
    with contextlib.suppress(Exception):  # the recorder dies
        for value in loads.WRITERS[name](port, authority, values):
            acknowledged.append(value)
            started.set()


def once(number, upstreams, authority, mock_set):
    recorder = subprocess.Popen([os.environ["UNDERSTUDY"], "record", str(mock_set), "--snapshot", "none", *upstreams.maps()],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    ports = loads.listening(recorder)
    acknowledged, threads, started = [], [], []
    for name in loads.NAMES:
        for k in range(CLIENTS):
            acknowledged.append([])
            started.append(threading.Event())
            threads.append(threading.Thread(target=client, args=(name, ports[name], authority, f"{number}{k}", acknowledged[-1],
                                                                 started[-1])))
    for thread in threads:
        thread.start()
    for event in started:
        event.wait(loads.LIMIT)
    time.sleep(random.uniform(0, 0.5))
    recorder.send_signal(signal.SIGKILL)
    recorder.wait()
    recorder.stdout.close()
    for thread in threads:
        thread.join(loads.LIMIT)
    return [value for values in acknowledged for value in values]


def main():
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="understudy-kill-")))
        authority = loads.authority(folder / "config")
        upstreams = loads.Upstreams(folder, stack)
        total = lost = 0
        for number in range(TIMES):
            mock_set = folder / f"mock{number}"
            acknowledged = once(number, upstreams, authority, mock_set)
            missing = sorted(set(acknowledged) - loads.recorded_in(mock_set))
            total += len(acknowledged)
            lost += len(missing)
            if missing:
                print(f"  kill {number}: {len(missing)} of {len(acknowledged)} acknowledged are lost: {missing[:8]}", flush=True)
            done = subprocess.run([os.environ["UNDERSTUDY"], "compile", str(mock_set)], capture_output=True, text=True, check=False)
            if done.returncode != 0:
                lost += 1
                print(f"  kill {number}: the sessions can't be compiled: {done.stderr[:500]}", flush=True)
        print(f"kill: {TIMES} times, {total} acknowledged, {lost} lost")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
