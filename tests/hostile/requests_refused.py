"""Request smuggling: each form that two readers of the same bytes could understand differently, with
a well-signed CreateSecret behind it. Whatever was created was smuggled.

That the parser refuses these forms is the business of tests/unit/net/framing_test.cpp; here it is
the whole server, and what is looked for is the effect.
"""

import itertools
import re
import socket
import time
import uuid

from good_clients import Target, receive

START = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
PAUSE_BETWEEN_PARTS = 0.05
BYTES_SPLIT_BEHIND_A_FORM = 40
KEPT_OPEN = b"(and the connection was kept)"


def _fields(*fields, body=b""):
    return [START + field + b"\r\n\r\n" + body for field in fields]


def _lines(*lines):
    return [line + b"\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n" for line in lines]


ZERO_CHUNK = b"0\r\n\r\n"
ENCODINGS = _fields(*(b"Content-Length: 5\r\nTransfer-Encoding: " + value for value in (
    b"chunked", b"Chunked", b" chunked", b"\tchunked", b"chunked\t", b"chunked, chunked",
    b"gzip, chunked", b"chunked, gzip", b"identity", b"gzip", b"xchunked", b"", b",", b"chunked;q=1",
    b'"chunked"', b"\x0bchunked", b"chunked\x0c", b"chunked\x00", b"ch\x00unked", b"\xc2\xa0chunked",
    b"\r\n chunked", b"\r\n\tchunked", b"\rchunked", b"\nchunked", b"x\r\nTransfer-Encoding: chunked",
    b"chunked\r\nTransfer-Encoding: identity")), body=ZERO_CHUNK) + _fields(
    b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked\r\nContent-Length: 5",
    b"Transfer-Encoding : chunked\r\nContent-Length: 5", b"Transfer-Encoding\t: chunked\r\nContent-Length: 5",
    b" Transfer-Encoding: chunked\r\nContent-Length: 5", b"\tTransfer-Encoding: chunked\r\nContent-Length: 5",
    b"Transfer-Encoding\x00: chunked\r\nContent-Length: 5", b"X: y\rTransfer-Encoding: chunked",
    b"X: y\nTransfer-Encoding: chunked\r\nContent-Length: 5", b"\nTransfer-Encoding: chunked",
    b"Transfer_Encoding: chunked", b"Content-Encoding: chunked", b"TE: chunked", body=ZERO_CHUNK)
CHUNKS = [START + b"Transfer-Encoding: chunked\r\n\r\n" + chunks for chunks in (
    b"0;" + b"x" * 200_000 + b"\r\n\r\n", b'0;x="\n"\r\n\r\n', b"0;x=\r\n\r\n", b"0 \r\n\r\n",
    b"0x0\r\n\r\n", b"-0\r\n\r\n", b"+0\r\n\r\n", b"00000000000000000000\r\n\r\n",
    b"10000000000000000\r\n\r\n", b"ffffffffffffffff\r\n\r\n", b"0\n\n", b"0\r\r", b"\r\n0\r\n\r\n",
    b"0\r\nContent-Length: 9\r\n\r\n", b"0\r\nAuthorization: x\r\n\r\n", b"1\r\nxx0\r\n\r\n")]
LENGTHS = _fields(*(b"Content-Length:" + value for value in (
    b" 0\r\nContent-Length: 0", b" 0\r\nContent-Length: 9", b" 9\r\nContent-Length: 0", b" 0, 0",
    b" 0,9", b" 00", b" +0", b" -0", b" -1", b" 0x0", b" 0e0", b" 0.0", b" 0;", b" 0 0", b"", b" ",
    b" \x0b0", b" 0\x00", b" \xd9\xa0", b' "0"', b" 18446744073709551616", b" 4294967296",
    b"\r\n 0", b"\r\n\t0", b" 0\r\n 9", b" 0\rX: y", b" 0\nX: y", b" 0\x0b", b" 524289"))) + _fields(
    b"Content-Length : 0", b"Content-Length\t: 0", b" Content-Length: 0", b"\tContent-Length: 0",
    b"Content-Length", b"Content-Length 0", b"Content-Length\x00: 0", b"Content\x00-Length: 0",
    b"Content_Length: 0", b"Content-Length\xa0: 0", b"X: y", b"Content-Length\x0b: 0",
    b": 0\r\nContent-Length: 0", b"(a): 0\r\nContent-Length: 0", b"a b: 0\r\nContent-Length: 0")
FIELDS = _fields(*(b"Content-Length: 0\r\n" + field for field in (
    b"X: a\r\n b", b"X: a\r\n\tb", b"X: a\r\n \r\n", b"X: a\x00b", b"X\x00: a", b"X: a\rb", b"X: a\nb",
    b"X: a\x01", b"X: a\x7f", b"no colon", b": none", b"X : a", b"X\t: a", b"\xc3\xa9: a",
    b"Host: localhost", b"Host: elsewhere", b"Authorization: a\r\nAuthorization: b",
    b"X-Amz-Target: a\r\nX-Amz-Target: b", b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings",
    b"Upgrade: websocket\r\nConnection: Upgrade", b"Expect: 200-ok", b"Expect: 100-continue, x",
    b"X: y\r\n" * 100 + b"X: y", b"X: " + b"y" * 40_000)))
HOSTS = [b"POST / HTTP/1.1\r\nContent-Length: 0\r\n" + host + b"\r\n" for host in (
    b"", b"Host:\r\n", b"Host: \r\n", b"Host : localhost\r\n", b"Host: a\r\nhost: b\r\n")]
REQUEST_LINES = _lines(
    b"POST http://localhost/ HTTP/1.1", b"POST http://evil/ HTTP/1.1", b"POST //\x00 HTTP/1.1",
    b"GET http://localhost/health HTTP/1.1", b"CONNECT localhost:443 HTTP/1.1", b"OPTIONS * HTTP/1.1",
    b"POST localhost HTTP/1.1", b"POST\t/\tHTTP/1.1", b"POST /\tHTTP/1.1", b"POST  / HTTP/1.1",
    b"POST /  HTTP/1.1", b"POST / HTTP/1.1 ", b" POST / HTTP/1.1", b"\tPOST / HTTP/1.1",
    b"POST /\x0bHTTP/1.1", b"POST /#a HTTP/1.1", b"POST /\xc3\xa9 HTTP/1.1", b"POST /\x7f HTTP/1.1",
    b"POST / HTTP/1.1 HTTP/1.0", b"POST / HTTP/1.10", b"POST / HTTP/01.1", b"POST / HTTP/1,1",
    b"POST / HTTP/+1.1", b"POST / HTTP/1.2", b"POST / HTTP/0.9", b"POST / HTTP/2.0", b"POST / HTTP/3",
    b"POST / http/1.1", b"POST / HTTPS/1.1", b"POST /", b"POST / ", b"POST", b"GET /health", b"post / HTTP/1.1",
    b"P\x00ST / HTTP/1.1", b"P(ST / HTTP/1.1", b"\xef\xbb\xbfPOST / HTTP/1.1", b"\r\nPOST / HTTP/1.1",
    b"\nPOST / HTTP/1.1", b"\x00POST / HTTP/1.1", b"", b"POST / HTTP/1.1\r\n POST / HTTP/1.1") + [
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"GET /health\r\n", b"GET /health\n\n",
    b"GET /health HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
    b"HEAD /health HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
    b"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]
LINE_ENDS = [(START + b"Content-Length: 0\r\n\r\n").replace(b"\r\n", end) for end in (
    b"\n", b"\r", b"\n\r", b"\r\r\n", b"\r\n\n", b"\x00\r\n", b"\x0b", b"\xe2\x80\xa8", b"\x85")]

REFUSED = ENCODINGS + CHUNKS + LENGTHS + FIELDS + HOSTS + REQUEST_LINES + LINE_ENDS
SPLIT = (ENCODINGS[0], ENCODINGS[20], ENCODINGS[26], ENCODINGS[28], CHUNKS[1], LENGTHS[0], LENGTHS[1],
         LENGTHS[5], FIELDS[0], FIELDS[3], REQUEST_LINES[1], LINE_ENDS[0], LINE_ENDS[3])


class Canaries:
    """Requests that create a secret each, and what became of them."""

    def __init__(self, server, target):
        self.server, self.target = server, target
        self._numbers = itertools.count()

    def request(self, kind):
        name = f"{kind}/{next(self._numbers)}"
        return self.target.request("CreateSecret", {
            "Name": name, "SecretString": "x", "ClientRequestToken": str(uuid.uuid4())})

    def created(self, kind):
        pages = self.server.client().get_paginator("list_secrets").paginate(
            Filters=[{"Key": "name", "Values": [f"{kind}/"]}])
        return sorted(secret["Name"] for page in pages for secret in page["SecretList"])


def check(server):
    """Answers how many forms were tried and what was wrong."""
    canaries = Canaries(server, Target(server, "", b""))
    problems = []
    count = _check_controls(server, canaries, problems)
    for plaintext in (True, False):
        for form in REFUSED:
            count += 1
            data = form + canaries.request("smuggled")
            _judge(form, _answer(server, data, plaintext), problems)
    for form in REFUSED:
        count += 1
        answer = _answer(server, b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n" + form +
                         canaries.request("smuggled"))
        if not answer.startswith(b"HTTP/1.1 200 "):
            problems.append(f"the good request before was not answered: {answer[:80]!r}")
        _judge(form, answer.partition(b"available\"}}")[2], problems)
    for form in SPLIT:
        count += _check_splits(server, form, canaries.request("smuggled"), problems)
    count += _check_bodies(server, canaries, problems)
    if created := canaries.created("smuggled"):
        problems.append(f"executed, though behind a refused request: {created}")
    return count, problems


def _judge(form, answer, problems):
    """One refusal, or none where the connection was simply closed."""
    statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)
    if KEPT_OPEN in answer or len(statuses) > 1 or any(status[:1] not in b"45" for status in statuses):
        problems.append(f"{form[:120]!r} was answered {answer[:400]!r}")


def _answer(server, data, plaintext=True):
    """All that is answered until the server closes."""
    with server.socket(plaintext=plaintext) as connection:
        try:
            connection.sendall(data)
            if plaintext:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return _rest(connection)


def _rest(connection):
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    except TimeoutError:
        received += KEPT_OPEN
    return received


def _check_splits(server, form, smuggled, problems):
    """Cut into two packets at each byte of the form and of what follows at once."""
    data = form + smuggled
    connections = []
    cuts = range(1, len(form) + BYTES_SPLIT_BEHIND_A_FORM)
    for cut in cuts:
        connection = server.socket()
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.sendall(data[:cut])
        connections.append(connection)
    time.sleep(PAUSE_BETWEEN_PARTS)
    for cut, connection in zip(cuts, connections):
        try:
            connection.sendall(data[cut:])
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # Refused already.
    for connection in connections:
        _judge(form, _rest(connection), problems)
        connection.close()
    return len(connections)


def _check_controls(server, canaries, problems):
    """The same canaries do create their secrets where nothing is wrong: alone and in a pipeline."""
    last = b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
    for plaintext in (True, False):
        pipeline = b"".join(canaries.request("control") for _ in range(3)) + last
        answer = _answer(server, pipeline, plaintext)
        made = [int(number) for number in re.findall(rb'"Name":"control/(\d+)"', answer)]
        if answer.count(b"HTTP/1.1 200 ") != 4 or made != sorted(made):
            problems.append(f"a pipeline was not answered in order: {answer!r}")
    for cut in range(1, 600, 50):
        data = canaries.request("control")
        with server.socket() as connection:
            connection.sendall(data[:cut])
            time.sleep(0.005)
            connection.sendall(data[cut:])
            receive(connection)
    if len(canaries.created("control")) != 6 + 12:
        problems.append(f"the canaries do not work: {canaries.created('control')}")
    return 18


def _check_bodies(server, canaries, problems):
    """Where the canary is the body of a well-formed request, it stays one."""
    count = 0
    for method, extra in ((b"POST", b""), (b"BREW", b""), (b"OPTIONS", b""), (b"PUT", b""),
                          (b"POST", b"Expect: 100-continue\r\n"), (b"DELETE", b""),
                          (b"POST", b"Connection: close\r\n")):
        count += 1
        body = canaries.request("smuggled")
        answer = _answer(server, method + b" / HTTP/1.1\r\nHost: localhost\r\n" + extra +
                         b"Content-Length: %d\r\n\r\n" % len(body) + body)
        _judge(method, answer.replace(b"HTTP/1.1 100 ", b""), problems)
    return count
