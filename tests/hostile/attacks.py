"""What hostile clients do, each a class: `prepare` once, then `run` until a moment, several times.

All are paced, so that the attacker's own share of the processor stays small: what is measured is
what an attack does to the server, not how many attackers the machine can feed.
"""

import json
import random
import socket
import ssl
import struct
import time

from tls_records import APPLICATION_DATA, HANDSHAKE, TLS12, TLS13, RecordClient

HEALTH = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
CLIENT_HELLO_PIECES = 3


BIND_ADDRESS_NO_PORT = 24  # Of <linux/in.h>: the port is chosen when the server is known.


def connect(target, source=None):
    """`source`: one of 127.0.0.0/8, since one address has not ports enough for the larger crowds."""
    connection = socket.socket()
    connection.settimeout(5)
    if source:
        connection.setsockopt(socket.IPPROTO_IP, BIND_ADDRESS_NO_PORT, 1)
        connection.bind((source, 0))
    connection.connect(("127.0.0.1", target.port))
    return connection


def client_hello():
    """The first bytes of a handshake, as Python would send them."""
    outgoing = ssl.MemoryBIO()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    tls = context.wrap_bio(ssl.MemoryBIO(), outgoing, server_hostname="localhost")
    try:
        tls.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise AssertionError("a handshake without a server")


def close_rudely(connection):
    """With a reset."""
    try:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    connection.close()


def close_all(connections):
    for index, connection in enumerate(connections):
        if index % 2:
            close_rudely(connection)
        else:
            connection.close()


def paced(until, per_second):
    """Yields so many times a second until then, catching up after a delay."""
    begin, count = time.monotonic(), 0
    while time.monotonic() < until:
        due = int((time.monotonic() - begin) * per_second) + 1
        if count < due:
            count += 1
            yield count
        else:
            time.sleep(0.5 / per_second)


class Attack:
    """`held` connections are opened one after the other and given `first`, and a hundred of them
    `more` ten times a second."""

    name = ""
    seconds = 0.9
    held = 300
    more = b""

    def prepare(self, target):
        """Costly things, before the clock runs."""

    def refill(self, target):
        """The same before each interval."""

    def first(self, target, index):
        raise NotImplementedError

    def run(self, target, until):
        connections = []
        opening = 0.7 * (until - time.monotonic())
        try:
            for index in paced(time.monotonic() + opening, self.held / opening):
                connection = connect(target)
                connections.append(connection)
                self._try_to_send(connection, self.first(target, index))
            for _ in paced(until, 10):
                for connection in connections[:100] if self.more else ():
                    self._try_to_send(connection, self.more)
        finally:
            close_all(connections)

    @staticmethod
    def _try_to_send(connection, data):
        try:
            connection.sendall(data)
        except OSError:
            pass  # The server has had enough of it; that is its right.


class SlowHeaders(Attack):
    name = "slow headers"
    more = b"X-Slow: x\r\n"

    def first(self, target, index):
        return b"POST / HTTP/1.1\r\nHost: localhost\r\n"


class SlowBodies(Attack):
    name = "slow bodies"
    more = b" "

    def prepare(self, target):
        self.head = target.request("ListSecrets", b" " * 100_000).partition(b"\r\n\r\n")[0]

    def first(self, target, index):
        return self.head + b"\r\n\r\n{"


class SlowReaders(Attack):
    """They ask a hundred times for a value of 60 KiB and take none."""

    name = "readers that take nothing"
    held = 20

    def prepare(self, target):
        self.request = target.request("GetSecretValue", {"SecretId": "hostile/large"})

    def run(self, target, until):
        connections = []
        try:
            for _ in range(self.held):
                connection = socket.socket()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect(("127.0.0.1", target.port))
                connection.setblocking(False)
                connections.append(connection)
                self._try_to_send(connection, self.request * 100)
            time.sleep(max(0.0, until - time.monotonic()))
        finally:
            close_all(connections)


class HalfOpen(Attack):
    """They close their side in the middle of everything and stay."""

    name = "half-open connections"

    def first(self, target, index):
        return [b"", HEALTH[:-2], HEALTH + HEALTH[:9], client_hello()[:60], HEALTH][index % 5]

    @staticmethod
    def _try_to_send(connection, data):
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass


class StalledHandshakes(Attack):
    name = "stalled handshakes"

    def prepare(self, target):
        self.hello = client_hello()

    def first(self, target, index):
        return [b"", self.hello[:9], self.hello][index % CLIENT_HELLO_PIECES]


class AbandonedHandshakes(Attack):
    """Each makes the server sign, and goes away when the signature has come."""

    name = "handshakes given up half way"

    def run(self, target, until):
        for _ in paced(until, 150):
            with connect(target) as connection:
                connection.sendall(client_hello())
                connection.recv(4096)


class Connects(Attack):
    """Connections that are closed as soon as they are there, politely and rudely."""

    name = "connects"
    seconds = 3.0
    in_all = 10_000

    def run(self, target, until):
        for count in paced(until - 0.1, self.in_all / (until - time.monotonic())):
            connection = connect(target, source=f"127.0.0.{2 + count % 7}")
            close_all([connection]) if count % 2 else close_rudely(connection)


class Pipelines(Attack):
    """Four connections send three hundred requests at a time, and read the answers."""

    name = "pipelines"

    def run(self, target, until):
        connections = [connect(target) for _ in range(4)]
        answers = 0
        for count in paced(until, 12):
            connection = connections[count % 4]
            connection.sendall(HEALTH * 300)
            received = b""
            while received.count(b"HTTP/1.1 200") < 300 or not received.endswith(b"}"):
                received += connection.recv(1 << 20)
            answers += 300
        close_all(connections)
        return answers


class Malformed(Attack):
    """Requests to be refused, and bytes that are none, with a good request behind."""

    name = "malformed requests"
    samples = (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
               b"GET / HTTP/9.9\r\n\r\n", b"GET /health\r\n", b"\x00" * 200, b"\x16\x03\x01\xff\xff\x02",
               b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET http://h/health HTTP/1.1\r\nHost: h\r\n\r\n",
               b"GET / HTTP/1.1\r\nHost: h\r\n folded\r\n\r\n", b"\xff\xfe\xfd" * 50)

    def run(self, target, until):
        for count in paced(until, 200):
            with connect(target) as connection:
                connection.sendall(random.choice(self.samples) + HEALTH)
                connection.shutdown(socket.SHUT_WR)
                received = b""
                try:
                    while piece := connection.recv(65536):
                        received += piece
                except ConnectionResetError:
                    pass
                if b"HTTP/1.1 200" in received:
                    raise AssertionError(f"answered what follows a refused request: {received!r}")


class HeaderBombs(Attack):
    """Many fields, long fields, and headers of almost the allowed size that never end."""

    name = "header bombs"

    def first(self, target, index):
        return b"GET /health HTTP/1.1\r\nHost: h\r\n" + [
            b"X: y\r\n" * 5000, b"X: " + b"y" * 31_000, b"".join(b"X%d:\r\n" % i for i in range(60)),
            b"X" * 31_000 + b":", b"X:" + b" " * 31_000][index % 5]


class HostileJson(Attack):
    """Well-signed requests whose JSON costs as much as it can."""

    name = "hostile JSON"
    bodies = (b'{"a":' * 80_000 + b"1", b"[" * 500_000, b"{" * 500_000,
              b"[" + b"{}," * 170_000 + b"{}]",
              b'{"a":[' + b"{}," * 150_000 + b"{}]}",
              b"{" + b",".join(b'"%x":1' % i for i in range(45_000)) + b"}",
              b"{" + b",".join(b'"a":1' for _ in range(80_000)) + b"}",
              b'{"MaxResults":' + b"9" * 500_000 + b"}", b'{"MaxResults":1e' + b"9" * 500_000 + b"}",
              b'{"NextToken":"' + b"\\u0000" * 80_000 + b'"}',
              b'{"NextToken":"' + b"\xff" * 500_000 + b'"}',
              b'{"' + b"k" * 500_000 + b'":1}', b" " * 524_000, b"\xef\xbb\xbf{}")

    def prepare(self, target):
        self.requests = [target.request("ListSecrets", body) for body in self.bodies]

    def run(self, target, until):
        connection = connect(target)
        for count in paced(until, 20):
            connection.sendall(self.requests[count % len(self.requests)])
            received = b""
            while b"}" not in received:
                piece = connection.recv(1 << 20)
                if not piece:
                    raise AssertionError("hostile JSON was not answered")
                received += piece
        connection.close()


class HeldBodies(Attack):
    """Bodies of half a mebibyte that lack their last byte; there is room for 128 of them."""

    name = "large bodies held back"
    held = 260
    seconds = 3.0

    def first(self, target, index):
        return b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 524288\r\n\r\n" + b"x" * 524_287


class BadSignatures(Attack):
    """Well-formed requests of 64 KiB that nobody signed rightly."""

    name = "bad signatures"

    def prepare(self, target):
        body = json.dumps({"Name": "x", "SecretString": "x" * 60_000}).encode()
        good = target.request("CreateSecret", body)
        at = good.index(b"Signature=") + len(b"Signature=")
        self.request = good[:at] + b"0" * 64 + good[at + 64:]

    def run(self, target, until):
        connection = connect(target)
        for _ in paced(until, 150):
            connection.sendall(self.request)
            reply = connection.recv(65536)
            if b"HTTP/1.1 400" not in reply and b"HTTP/1.1 403" not in reply:
                raise AssertionError(f"a bad signature was answered {reply[:200]!r}")
        connection.close()


class Records(Attack):
    """Records made ahead of time and poured into two TLS connections at once."""

    version = TLS13
    count = 0

    def refill(self, target):
        self.ready = []
        for _ in range(2):
            client = RecordClient(target.port, self.version)
            self.ready.append((client, b"".join(self.records(client))))

    def records(self, client):
        raise NotImplementedError

    def run(self, target, until):
        left = [[client.socket, memoryview(data)] for client, data in self.ready]
        for connection, _ in left:
            connection.setblocking(False)
        try:
            while time.monotonic() < until and left:
                for entry in list(left):
                    try:
                        entry[1] = entry[1][entry[0].send(entry[1][:65536]):]
                    except BlockingIOError:
                        continue
                    except OSError:
                        left.remove(entry)  # Cut off.
                        continue
                    if not entry[1]:
                        left.remove(entry)
                time.sleep(0.002)
        finally:
            close_all(client.socket for client, _ in self.ready)


class KeyUpdates(Records):
    name = "endless key updates"

    def records(self, client):
        return (client.key_update() for _ in range(10_000))


class Renegotiations(Records):
    name = "endless renegotiation"
    version = TLS12

    def records(self, client):
        return (client.record(HANDSHAKE, client.hello) for _ in range(20_000))


class TinyRecords(Records):
    """A body in records of one byte."""

    name = "records of one byte"

    def records(self, client):
        yield client.record(APPLICATION_DATA,
                            b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 500000\r\n\r\n")
        yield from (client.record(APPLICATION_DATA, b" ") for _ in range(30_000))


ALL = (SlowHeaders, SlowBodies, SlowReaders, HalfOpen, StalledHandshakes, AbandonedHandshakes,
       Connects, Pipelines, Malformed, HeaderBombs, HostileJson, HeldBodies, BadSignatures,
       KeyUpdates, Renegotiations, TinyRecords)
