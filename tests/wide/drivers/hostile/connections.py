#!/usr/bin/env python3
"""10,000 connections at once to a mock and to a recorder, plain and with TLS: each is answered, before and after all stand.

    connections.py [COUNT]    UNDERSTUDY names the executable
"""

import asyncio
import contextlib
import json
import os
import pathlib
import resource
import ssl
import subprocess
import sys
import tempfile

import loads

COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
REQUEST = b"GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n"
AT_ONCE = 200  # that connect at the same time


def write_mock(folder):
    (folder / "sessions").mkdir(parents=True)
    (folder / "understudy.yaml").write_text("understudy: 1\nservices:\n  web: {protocol: http, listen: '127.0.0.1:0'}\n")
    exchange = {"request": {"method": "GET", "path": "/a"}, "answer": {"status": 200, "body": "a" * 100}, "at": [1, 2]}
    (folder / "sessions" / "r1.web.001.yaml").write_text(
        "understudy: 1\nsession: {service: web, protocol: http, recording: r1, connection: 1}\n---\n" + json.dumps(exchange) + "\n...\n")
    return folder


def rss(process):
    """Octets that a process has in memory."""
    for line in pathlib.Path(f"/proc/{process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) * 1024
    return 0


async def ask(reader, writer):
    writer.write(REQUEST)
    head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), loads.LIMIT)
    await reader.readexactly(100)
    return head.startswith(b"HTTP/1.1 200")


async def load(port, context, count):
    """Opens all, asks on each, and on each again while all stand; how many were answered both times."""
    gate, streams = asyncio.Semaphore(AT_ONCE), []

    async def open_one():
        async with gate:
            reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context, limit=4096,
                                                           **({"server_hostname": "localhost", "ssl_handshake_timeout": 300} if context else {}))
            streams.append((reader, writer))
            return await ask(reader, writer)

    first = await asyncio.gather(*(open_one() for _ in range(count)), return_exceptions=True)
    held = yield sum(answer is True for answer in first)
    del held
    again = [await ask(*stream) for stream in streams]
    for _, writer in streams:
        writer.transport.abort()
    yield sum(again)


async def measure(name, process, port, context, count):
    before = rss(process)
    steps = load(port, context, count)
    first = await anext(steps)
    standing = rss(process)
    second = await anext(steps)
    await steps.aclose()
    print(f"  {name}: {first} answered, {second} answered again while all stood, "
          f"{(standing - before) / max(first, 1) / 1024:.1f} KB each ({before >> 20} MB before, {standing >> 20} MB with all)", flush=True)
    return first == second == count


def start(*words):
    process = subprocess.Popen([os.environ["UNDERSTUDY"], *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return process, int(process.stdout.readline().split()[3].rsplit(":", 1)[1])


def main():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # A recorder has two descriptors for each.
    relayed = min(COUNT, (hard - 100) // 2)
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="understudy-connections-")))
        authority = loads.authority(folder / "config")
        mock, mock_port = start("serve", write_mock(folder / "mock"), "--threads", 2)
        stack.callback(mock.kill)
        upstream, upstream_port = start("serve", folder / "mock", "--threads", 2)
        stack.callback(upstream.kill)
        context = ssl.create_default_context(cafile=str(authority))
        good = asyncio.run(measure("serve, plain", mock, mock_port, None, COUNT))
        good &= asyncio.run(measure("serve, TLS", mock, mock_port, context, COUNT))
        for name, url, tls in (("record, plain", f"http://127.0.0.1:{upstream_port}", None),
                               ("record, TLS with both sides", f"https://localhost:{upstream_port}/?cacert={authority}", context)):
            recorder, port = start("record", folder / name.replace(" ", "-"), "--map", f"web=0={url}", "--snapshot", "none")
            stack.callback(recorder.kill)
            good &= asyncio.run(measure(name, recorder, port, tls, relayed))
            recorder.terminate()
            recorder.wait()
    print(f"connections: {int(good)} passed, {int(not good)} failed, 0 skipped")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
