"""A server of the MySQL protocol that knows no password yet: caching_sha2_password asks for all of it, within TLS in
clear, else encrypted for the server's RSA key. Debian has no MySQL; MariaDB does not speak this plugin's server side."""

import contextlib
import os
import socket
import ssl
import struct
import threading

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

CAPABILITIES = 0x000AA20D  # long password, with database, 4.1, transactions, secure connection, plugins
SSL = 0x800
PLUGIN = b"caching_sha2_password\0"


class Closed(Exception):
    """The client has left."""


class Connection:
    def __init__(self, stream, server):
        self.stream, self.server, self.sequence = stream, server, 0
        self.nonce = bytes(1 + octet % 126 for octet in os.urandom(20))

    def receive(self, count):
        octets = b""
        while len(octets) < count:
            more = self.stream.recv(count - len(octets))
            if not more:
                raise Closed
            octets += more
        return octets

    def read(self, first=None):
        header = self.receive(4)
        if first is not None:
            self.sequence = first
        if header[3] != self.sequence:
            raise AssertionError(f"packet {header[3]} in place of {self.sequence}")
        self.sequence += 1
        return self.receive(header[0] | header[1] << 8 | header[2] << 16)

    def write(self, payload):
        self.stream.sendall(struct.pack("<I", len(payload))[:3] + bytes([self.sequence]) + payload)
        self.sequence += 1

    def ok(self):
        self.write(b"\0\0\0\2\0\0\0")

    def greet(self):
        capabilities = CAPABILITIES | (SSL if self.server.context else 0)
        self.write(b"\x0a8.0.36\0" + struct.pack("<I", 1) + self.nonce[:8] + b"\0" +
                   struct.pack("<HBHHB", capabilities & 0xFFFF, 45, 2, capabilities >> 16, 21) + bytes(10) +
                   self.nonce[8:] + b"\0" + PLUGIN)

    def begin_tls(self):
        self.stream = self.server.context.wrap_socket(self.stream, server_side=True)

    def take_password(self):
        self.write(b"\x01\x04")
        if isinstance(self.stream, ssl.SSLSocket):
            return self.read().rstrip(b"\0")
        if self.read() != b"\x02":
            raise AssertionError("the key was not asked for")
        self.write(b"\x01" + self.server.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
        masked = self.server.key.decrypt(self.read(), padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))
        return bytes(octet ^ self.nonce[at % 20] for at, octet in enumerate(masked)).rstrip(b"\0")

    def serve(self):
        self.greet()
        response = self.read()
        if len(response) == 32:
            self.begin_tls()
            response = self.read()
        elif response[1] & 8:
            raise AssertionError("a plain login has the flag of TLS")
        if self.take_password() != self.server.password:
            return self.write(b"\xff" + struct.pack("<H", 1045) + b"#28000Access denied")
        self.ok()
        while self.read(first=0)[0] != 1:
            self.ok()


class Server:
    """`certificate` and `key` for TLS, which it then insists on; else it has none."""

    def __init__(self, password, certificate=None, key=None):
        self.password = password
        self.key = rsa.generate_private_key(65537, 2048)
        self.context = None
        self.flaws = []
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            stream, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=[stream], daemon=True).start()

    def serve(self, stream):
        connection = Connection(stream, self)
        try:
            connection.serve()
        except (Closed, ConnectionError):
            pass
        except Exception as flaw:  # of the recorder; told by the test
            self.flaws.append(repr(flaw))
        with contextlib.suppress(OSError):
            connection.stream.close()
