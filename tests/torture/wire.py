"""Many clients in one thread: each has a connection of its own and waits for each of its answers.

A client is a generator. It yields a Request and gets the ended call back, or yields a number and
goes on after so many seconds. When its connection ends, the call in flight is cut and the client is
done.
"""

import dataclasses
import heapq
import re
import select
import socket
import time

import protocols
from calls import Call, Fate

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PATIENCE_SECONDS = 60
READS = ("Describe", "Get", "List")


@dataclasses.dataclass
class Request:
    call: Call
    subject: object                  # Hears of the ended call: add(call).
    service: str = "secretsmanager"
    credentials: tuple = ("test", "test")


class Connection:
    def __init__(self, wire, client):
        self.wire = wire
        self.client = client
        self.socket = socket.create_connection(("127.0.0.1", wire.port), timeout=PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.request = None

    def resume(self, answer=None):
        """Lets the client go on until it waits for something."""
        wanted = self.client.send(answer)
        if isinstance(wanted, Request):
            self._send(wanted)
        else:
            self.wire.wake_later(self, wanted)

    def _send(self, request):
        if self.wire.is_over():
            raise StopIteration
        call = request.call
        call.begin = self.wire.tick()
        self.request = request
        self.socket.sendall(protocols.encode(self.wire.host, request.service, call,
                                             request.credentials))

    def take(self):
        """Reads what has come; answers the ended call once its answer is complete."""
        data = self.socket.recv(262144)
        if not data:
            raise ConnectionError("closed")
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if not separator or len(body) < int(length.group(1) if length else 0):
            return None
        self.received = b""
        request, self.request = self.request, None
        if request is None:
            raise RuntimeError(f"an answer that nobody asked for: {head!r}")
        protocols.settle(request.service, request.call, int(head.split(b" ", 2)[1]), body)
        return self._finish(request)

    def cut(self):
        """The connection has ended."""
        self.socket.close()
        request, self.request = self.request, None
        if request is not None:
            request.call.cut()
            self._finish(request)
            self.wire.cut.append(request)
        self.client.close()

    def _finish(self, request):
        request.call.end = self.wire.tick()
        if request.call.operation.startswith(READS):
            self.wire.reads += 1
        else:
            self.wire.counts[request.call.fate] += 1
        request.subject.add(request.call)
        return request.call


class Wire:
    def __init__(self):
        self.port = None
        self.counts = dict.fromkeys(Fate, 0)   # Of calls that change something.
        self.reads = 0
        self.cut = []                # Requests that got no answer.
        self._ticks = 0
        self._deadline = None
        self._sleepers = []
        self._connections = {}
        self._poll = None

    @property
    def host(self):
        return f"localhost:{self.port}"

    def tick(self):
        self._ticks += 1
        return self._ticks

    def wake_later(self, connection, seconds):
        heapq.heappush(self._sleepers, (time.monotonic() + seconds, self.tick(), connection))

    def is_over(self):
        return self._deadline is not None and time.monotonic() > self._deadline

    def run(self, port, clients, seconds=None):
        """Runs all clients to their ends, or to those of their connections; after so many seconds
        they begin no further call."""
        self.port, self.cut, self._sleepers, self._connections = port, [], [], {}
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._poll = select.epoll()
        try:
            for client in clients:
                self._start(client)
            while self._connections:
                self._wait()
        finally:
            self._poll.close()
            for connection in self._connections.values():
                connection.socket.close()

    def _start(self, client):
        try:
            connection = Connection(self, client)
        except OSError:
            return  # The server is gone already.
        self._connections[connection.socket.fileno()] = connection
        self._poll.register(connection.socket.fileno(), select.EPOLLIN)
        self._drive(connection, connection.resume)

    def _wait(self):
        now = time.monotonic()
        timeout = max(0, self._sleepers[0][0] - now) if self._sleepers else PATIENCE_SECONDS
        events = self._poll.poll(timeout)
        for number, _ in events:
            connection = self._connections.get(number)
            if connection is not None:
                self._drive(connection, lambda connection=connection: self._answer(connection))
        if not events and not self._sleepers:
            raise RuntimeError(f"no answer within {PATIENCE_SECONDS} s")
        while self._sleepers and self._sleepers[0][0] <= time.monotonic():
            connection = heapq.heappop(self._sleepers)[2]
            if connection.socket.fileno() in self._connections:
                self._drive(connection, connection.resume)

    @staticmethod
    def _answer(connection):
        call = connection.take()
        if call is not None:
            connection.resume(call)

    def _drive(self, connection, step):
        number = connection.socket.fileno()
        try:
            step()
        except (StopIteration, OSError):
            del self._connections[number]
            connection.cut()
