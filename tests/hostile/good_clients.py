"""Well-behaved clients in a process of their own: kept TLS connections, each sending its next request
a moment after the answer to the one before. Everything they notice goes into shared counters."""

import multiprocessing
import ssl
import threading
import time

from support import Raw

CONNECTIONS = 8
THOUGHT_SECONDS = 0.002
PATIENCE_SECONDS = 8
SIGNATURES_LAST_SECONDS = 60
READS_FOR_EACH_WRITE = 20

_spawn = multiprocessing.get_context("spawn")


class Target:
    """What a client must know of the server; can be handed to another process."""

    def __init__(self, server, secret, value):
        self.port = server.port
        self.ca_bundle = server.ca_bundle
        self.pid = server.process.pid
        self.secret = secret
        self.value = value

    def request(self, operation, members, extra=b""):
        """The bytes of a signed request."""
        body = members if isinstance(members, bytes) else _json(members)
        headers = Raw(self).signed_headers(operation, body)
        lines = [f"{name}: {value}".encode() for name, value in headers.items()]
        lines += [b"Content-Length: %d" % len(body)]
        return b"POST / HTTP/1.1\r\n" + b"\r\n".join(lines) + b"\r\n" + extra + b"\r\n" + body


def _json(members):
    import json
    return json.dumps(members).encode()


class GoodClients:
    """The process and its counters."""

    def __init__(self, target):
        self.answered = _spawn.Value("L", 0)
        self.failed = _spawn.Value("L", 0)
        self.worst_microseconds = _spawn.Value("L", 0)
        self.complaints = _spawn.SimpleQueue()
        self._stop = _spawn.Event()
        self._process = _spawn.Process(target=_run, daemon=True, args=(
            target, self.answered, self.failed, self.worst_microseconds, self.complaints,
            self._stop))
        self._process.start()

    def interval(self, action, seconds):
        """Runs `action` for about `seconds`; answers requests a second and the worst wait."""
        self.worst_microseconds.value = 0
        answered, begin = self.answered.value, time.monotonic()
        action(begin + seconds)
        time.sleep(max(0.0, begin + seconds - time.monotonic()))
        rate = (self.answered.value - answered) / (time.monotonic() - begin)
        return rate, self.worst_microseconds.value / 1e6

    def first_complaints(self):
        found = []
        while not self.complaints.empty():
            found.append(self.complaints.get())
        return found[:5]

    def stop(self):
        self._stop.set()
        self._process.join(PATIENCE_SECONDS + 5)


def _run(target, answered, failed, worst, complaints, stop):
    context = ssl.create_default_context(cafile=target.ca_bundle)
    threads = [threading.Thread(target=_client, args=(
        target, context, answered, failed, worst, complaints, stop)) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _client(target, context, answered, failed, worst, complaints, stop):
    connection = None
    signed_at = -SIGNATURES_LAST_SECONDS
    turn = 0
    while not stop.is_set():
        if time.monotonic() - signed_at >= SIGNATURES_LAST_SECONDS:
            read = target.request("GetSecretValue", {"SecretId": target.secret})
            write = target.request("TagResource", {"SecretId": target.secret,
                                                   "Tags": [{"Key": "k", "Value": "v"}]})
            signed_at = time.monotonic()
        turn += 1
        is_write = turn % READS_FOR_EACH_WRITE == 0
        begin = time.monotonic()
        try:
            connection = connection or _connect(target, context)
            connection.sendall(write if is_write else read)
            reply = receive(connection)
            if not reply.startswith(b"HTTP/1.1 200 ") or (
                    not is_write and target.value not in reply):
                raise ValueError(f"answered {reply[:300]!r}")
            with answered:
                answered.value += 1
        except (OSError, ValueError) as failure:
            connection = None
            with failed:
                failed.value += 1
            complaints.put(f"{failure!r} after {time.monotonic() - begin:.2f} s")
        waited = int((time.monotonic() - begin) * 1e6)
        with worst:
            worst.value = max(worst.value, waited)
        time.sleep(THOUGHT_SECONDS)


def _connect(target, context):
    import socket
    plain = socket.create_connection(("127.0.0.1", target.port), timeout=PATIENCE_SECONDS)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return context.wrap_socket(plain, server_hostname="localhost")


def receive(connection):
    """One whole reply."""
    reply = b""
    while b"\r\n\r\n" not in reply:
        reply += _some(connection)
    head, _, body = reply.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
    while len(body) < length:
        body += _some(connection)
    return head + b"\r\n\r\n" + body


def _some(connection):
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("closed")
    return data
