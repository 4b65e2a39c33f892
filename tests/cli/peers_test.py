"""Clients that speak another protocol or stop in the middle of a message, and upstreams that are
down, in each protocol: who did it is told, nobody else is harmed, and the exit status is clean."""

import re
import signal
import socket
import struct

from support import Case, main

CONFIG = """understudy: 1
services:
  cart: {protocol: redis, listen: '127.0.0.1:0'}
  web: {protocol: http, listen: '127.0.0.1:0'}
  orders: {protocol: postgres, listen: '127.0.0.1:0'}
  catalogue: {protocol: mysql, listen: '127.0.0.1:0'}
"""
SERVICES = {"cart": "redis", "web": "http", "orders": "postgres", "catalogue": "mysql"}


def startup(**parameters):
    body = struct.pack("!I", 3 << 16)
    for name, value in parameters.items():
        body += name.encode() + b"\0" + value.encode() + b"\0"
    return struct.pack("!I", len(body) + 5) + body + b"\0"


def packet(payload, sequence):
    return struct.pack("<I", len(payload))[:3] + bytes([sequence]) + payload


# What a client of each protocol says first, and what a server of it then says (MySQL's says it
# unasked).
OPENINGS = {
    "redis": b"*1\r\n$4\r\nPING\r\n",
    "http": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "postgres": startup(user="ann", database="shop"),
    "mysql": packet(struct.pack("<IIB23x", 0x000FA68D, 1 << 24, 45) + b"ann\0" + b"\0"
                    + b"mysql_native_password\0", 1),
}
TLS = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(506)
# A client of MySQL does not speak first, and its octets may begin a line.
WAITS_FOR_MORE = {("cart", "mysql"), ("web", "mysql")}
GREETINGS = {"redis": b"+PONG", "http": b"HTTP/1.1 ", "postgres": b"R", "mysql": b"\x0a"}


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), 10)
    connection.settimeout(10)
    return connection


def rest_of(connection):
    """Everything until the other side closes or resets; a silent one is an error."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


class Peers(Case):
    def serve(self):
        server = self.start("serve", self.mock_set(config=CONFIG, session=None))
        ports = {}
        for _ in SERVICES:
            service, _, port = server.address()
            ports[service] = port
        return server, ports

    def check_served(self, service, port):
        """A client that behaves is greeted."""
        protocol = SERVICES[service]
        with connect(port) as client:
            if protocol != "mysql":
                client.sendall(OPENINGS[protocol])
            self.assertIn(GREETINGS[protocol], client.recv(1000)[:9], service)

    def end(self, server):
        server.signal(signal.SIGTERM)
        self.assertEqual(server.end(), 0, server.errors)

    def test_a_client_of_another_protocol_is_turned_away_and_told_of(self):
        for service, own in SERVICES.items():
            for theirs, opening in {**OPENINGS, "tls": TLS}.items():
                if theirs == own:
                    continue
                with self.subTest(service=service, client=theirs):
                    server, ports = self.serve()
                    with connect(ports[service]) as client:
                        client.sendall(opening)
                        if (service, theirs) in WAITS_FOR_MORE:
                            client.shutdown(socket.SHUT_WR)
                        said = rest_of(client)
                    if said and own != "mysql":  # which has greeted before
                        self.assertTrue(said.startswith(b"HTTP/1.1 400 "), said)
                    server.wait_for(f"note [{service}] ")
                    self.check_served(service, ports[service])
                    self.end(server)

    def test_a_client_that_stops_in_the_middle_of_a_message_harms_nobody(self):
        server, ports = self.serve()
        for service, protocol in SERVICES.items():
            opening = OPENINGS[protocol]
            for length in range(1, len(opening)):
                with connect(ports[service]) as client:
                    client.sendall(opening[:length])
                    client.shutdown(socket.SHUT_WR)
                    rest_of(client)
                with connect(ports[service]) as client:
                    client.sendall(opening[:length])
            self.check_served(service, ports[service])
            server.wait_for(f"note [{service}] ")
        self.end(server)
        told = re.findall(r"note \[(.*)\] .*ended in the middle of a message \(\d+ times\)", server.errors)
        self.assertEqual(sorted(told), sorted(SERVICES), server.errors)

    def test_an_upstream_that_is_down_is_named_in_each_protocol(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            closed = probe.getsockname()[1]
        maps = []
        for service, protocol in SERVICES.items():
            maps += ["--map", f"{service}=0={protocol}://127.0.0.1:{closed}"]
        recorder = self.start("record", self.path("mock"), *maps)
        for _ in SERVICES:
            service, protocol, port = recorder.address()
            with connect(port) as client:
                if protocol != "mysql":
                    client.sendall(OPENINGS[protocol])
                self.assertEqual(rest_of(client), b"", service)
            recorder.wait_for(f"[{service}] the upstream 127.0.0.1:{closed} can't be reached")
        self.end(recorder)


if __name__ == "__main__":
    main()
