#!/usr/bin/env python3
"""Writes captures/<client>.txt: what the clients of tests/conformance/postgres and a real server said.

    capture_sessions.py HOST PORT ACCOUNT           the server trusts ACCOUNT

Creates the database ACCOUNT anew for each client. One chunk a line: the connection's number, `C` for
the client's octets or `S` for the server's, and the octets in hexadecimal.
"""
import os
import pathlib
import socket
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
CLIENTS = HERE.parent.parent / "conformance/postgres"
RUNNERS = {".sh": "bash", ".py": "/usr/bin/python3", ".js": "node"}


class Tap:
    """Relays connections to the server and keeps what passes."""

    def __init__(self, upstream):
        self.upstream = upstream
        self.lines = []
        self.connections = 0
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            self.connections += 1
            number = self.connections
            server = socket.create_connection(self.upstream)
            for source, target, side in ((client, server, "C"), (server, client, "S")):
                threading.Thread(target=self.pump, args=(source, target, number, side), daemon=True).start()

    def pump(self, source, target, number, side):
        while chunk := source.recv(65536):
            with self.lock:
                self.lines.append(f"{number} {side} {chunk.hex()}\n")
            if side == "C" and chunk in (bytes.fromhex("0000000804d2162f"), bytes.fromhex("0000000804d21630")):
                source.sendall(b"N")  # as the observer answers it
                with self.lock:
                    self.lines.append(f"{number} S 4e\n")
                continue
            target.sendall(chunk)
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def main():
    host, port, account = sys.argv[1:4]
    tap = Tap((host, int(port)))
    psql = ["psql", "-X", "-q", "-h", host, "-p", port, "-U", account]
    environment = {**os.environ, "HOST": "127.0.0.1", "PORT": str(tap.port), "ACCOUNT": account, "TZ": "UTC"}
    for client in sorted(CLIENTS.glob("client_*")):
        name = client.stem.removeprefix("client_")
        for statement in (f"DROP DATABASE IF EXISTS {account}", f"CREATE DATABASE {account}"):
            subprocess.run([*psql, "-d", "postgres", "-c", statement], check=True)
        subprocess.run([*psql, "-d", account, "-f", CLIENTS / "setup.sql"], check=True)
        tap.lines.clear()
        tap.connections = 0
        subprocess.run([RUNNERS[client.suffix], client], env=environment, check=True, stdout=subprocess.DEVNULL)
        (HERE / f"captures/{name}.txt").write_text("".join(tap.lines))


main()
