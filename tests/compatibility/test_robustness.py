"""Malformed, oversized and slow requests: refused, bounded, and harmless to everybody else.

Every malformed request here is well signed, so that the server would serve it if it read it.
"""

import json
import re
import socket
import ssl
import time
import warnings

import pytest

from support import Server, exchange, new_token, refused

BODY = b"{}"


def good_lines(raw):
    """The header lines of a signed request that would be answered with 200."""
    headers = raw.signed_headers("GetRandomPassword", BODY)
    return [f"{name}: {value}".encode() for name, value in headers.items()]


def without(lines, name):
    return [line for line in lines if not line.lower().startswith(name.encode() + b":")]


def request(lines, *more, start=b"POST / HTTP/1.1", body=BODY):
    return b"\r\n".join([start, *lines, *more, b"", b""]) + body


LENGTH = b"Content-Length: 2"


def read_to_the_end(connection):
    """All bytes until the server closes; fails if it does not."""
    received = b""
    try:
        while chunk := connection.recv(65536):
            received += chunk
    except ConnectionResetError:
        pass
    return received


def assert_refused_and_closed(server, data):
    """No 200 to any part of `data`, one answer at most, and the connection is closed."""
    with server.socket(timeout=5) as connection:
        connection.sendall(data)
        received = read_to_the_end(connection)
    assert b" 200 " not in received, received
    assert len(re.findall(rb"HTTP/1\.1 \d{3} ", received)) <= 1, received
    if received:
        assert received.startswith((b"HTTP/1.1 4", b"HTTP/1.1 5")), received
    assert server.get("/health")["status"] == "ok"


def test_the_request_that_the_others_spoil_is_good(server, raw):
    with server.socket() as connection:
        connection.sendall(request(good_lines(raw), LENGTH, b"Connection: close"))
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 200 ")


CHUNKED = b"2\r\n{}\r\n0\r\n\r\n"


@pytest.mark.parametrize("more, body", [
    ([], BODY),
    ([LENGTH, LENGTH], BODY),
    ([LENGTH, b"Content-Length: 3"], BODY),
    ([b"Content-Length: 2, 2"], BODY),
    ([b"Content-Length: 002"], BODY),
    ([b"Content-Length: +2"], BODY),
    ([b"Content-Length: -2"], BODY),
    ([b"Content-Length: 0x2"], BODY),
    ([b"Content-Length: 2a"], BODY),
    ([b"Content-Length:"], BODY),
    ([b"Content-Length: 18446744073709551618"], BODY),
    ([b"Content-Length: 99999999"], BODY),
    ([b"Content-Length : 2"], BODY),
    ([b"Transfer-Encoding: chunked"], CHUNKED),
    ([b"Transfer-Encoding: chunked", LENGTH], CHUNKED),
    ([LENGTH, b"Transfer-Encoding: chunked"], CHUNKED),
    ([b"Transfer-Encoding: gzip", LENGTH], BODY),
    ([b"Transfer-Encoding: identity", LENGTH], BODY),
    ([b"Transfer-Encoding:", LENGTH], BODY),
    ([b"Transfer-Encoding: xchunked", LENGTH], BODY),
    ([b"Transfer-Encoding: chunked, chunked"], CHUNKED),
    ([b"Transfer-Encoding: gzip, chunked"], CHUNKED),
    ([b"Transfer-Encoding:\r\n chunked"], CHUNKED),
    ([b"X-Folded: a", b" Content-Length: 2"], BODY),
    ([LENGTH, b"X-Folded: a\r\n b"], BODY),
    ([LENGTH, b"X-Null: a\x00b"], BODY),
    ([LENGTH, b"X-Control: a\x01b"], BODY),
    ([LENGTH, b"X-Delete: a\x7fb"], BODY),
    ([LENGTH, b"X-Return: a\rb"], BODY),
    ([LENGTH, b"X-Feed: a\nb"], BODY),
    ([LENGTH, b"No colon here"], BODY),
    ([LENGTH, b": no name"], BODY),
    ([LENGTH, b"Bad Name: x"], BODY),
    ([LENGTH, b"Host: elsewhere"], BODY),
    ([LENGTH, b"Authorization: AWS4-HMAC-SHA256 x"], BODY),
    ([LENGTH, b"X-Amz-Target: secretsmanager.ListSecrets"], BODY),
    ([LENGTH, b"X-Amz-Date: 20260101T000000Z"], BODY),
    ([LENGTH, b"Content-Type: text/plain"], BODY),
    ([LENGTH, b"Expect: a miracle"], BODY),
    ([LENGTH, b"Connection: Upgrade", b"Upgrade: h2c"], BODY),
    ([LENGTH] + [b"X-Many-%d: x" % number for number in range(100)], BODY),
    ([LENGTH, b"X-Long: " + b"x" * 40000], BODY),
], ids=lambda value: str(value)[:60])
def test_malformed_headers(server, raw, more, body):
    assert_refused_and_closed(server, request(good_lines(raw), *more, body=body))


@pytest.mark.parametrize("start", [
    b"POST http://localhost/ HTTP/1.1", b"POST / HTTP/1.2", b"POST / HTTP/2.0", b"POST /",
    b"POST / HTTP/0.9", b"POST  / HTTP/1.1", b"POST /  HTTP/1.1", b"POST / http/1.1",
    b"post / HTTP/1.1", b"PUT / HTTP/1.1", b"CONNECT localhost:1 HTTP/1.1", b"POST /\xff HTTP/1.1",
    b"POST /#x HTTP/1.1", b"POST * HTTP/1.1", b" POST / HTTP/1.1", b"POST\t/\tHTTP/1.1",
    b"", b"\r\n\r\nPOST / HTTP/1.1", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"POST /" + b"x" * 40000 + b" HTTP/1.1"], ids=lambda start: repr(start)[:40])
def test_malformed_request_lines(server, raw, start):
    assert_refused_and_closed(
        server, request(good_lines(raw), LENGTH, b"Connection: close", start=start))


@pytest.mark.parametrize("host", [None, b"Host:", b"Host: a b", b"Host: /"])
def test_malformed_hosts(server, raw, host):
    lines = without(good_lines(raw), "host") + ([host] if host else [])

    assert_refused_and_closed(server, request(lines, LENGTH, b"Connection: close"))


@pytest.mark.parametrize("data", [b"\x00" * 1000, b"\x16\x03\x01\x00\x05hello", b"\r\n" * 1000,
                                  bytes(range(256)) * 10, b"GET", b"\x80\x2e\x01\x00\x02"])
def test_bytes_that_are_no_request(server, data):
    with server.socket(timeout=15) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        assert b" 200 " not in read_to_the_end(connection)
    assert server.get("/health")["status"] == "ok"


def test_what_follows_a_refused_request_is_never_read(server, raw):
    smuggled = request(good_lines(raw), LENGTH)

    assert_refused_and_closed(server, request(good_lines(raw), b"Content-Length: 002") + smuggled)


def test_requests_may_follow_each_other_closely(server, raw):
    last = request(good_lines(raw), LENGTH, b"Connection: close")
    with server.socket() as connection:
        connection.sendall(request(good_lines(raw), LENGTH) * 9 + last)
        assert read_to_the_end(connection).count(b"HTTP/1.1 200 ") == 10


@pytest.mark.parametrize("plaintext", [True, False], ids=["plaintext", "tls"])
def test_a_request_may_arrive_byte_by_byte(server, raw, plaintext):
    data = request(good_lines(raw), LENGTH, b"Connection: close")
    with server.socket(plaintext=plaintext) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for index in range(len(data)):
            connection.sendall(data[index:index + 1])
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 200 ")


def test_a_client_may_wait_for_permission_to_send(server, raw):
    with server.socket() as connection:
        connection.sendall(request(good_lines(raw), LENGTH, b"Expect: 100-continue",
                                   b"Connection: close", body=b""))
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(BODY)
        assert read_to_the_end(connection).startswith(b"HTTP/1.1 200 ")


def test_http_1_0_is_answered_and_closed(server, raw):
    with server.socket() as connection:
        connection.sendall(request(good_lines(raw), LENGTH, start=b"POST / HTTP/1.0"))
        answer = read_to_the_end(connection)
    assert b" 200 " in answer.split(b"\r\n")[0]


# --- Bodies ---

def test_the_largest_value_fits_even_when_escaped(client, raw, name):
    body = (f'{{"Name":"{name}","ClientRequestToken":"{new_token()}","SecretString":"'
            + "\\u0001" * 65536 + '"}').encode()

    raw("CreateSecret", body).expect_success()

    assert client.get_secret_value(SecretId=name)["SecretString"] == "\x01" * 65536


def test_a_body_beyond_the_limit(server, raw):
    body = b'{"x":"' + b"x" * (1024 * 1024) + b'"}'
    lines = good_lines(raw)
    with server.socket(timeout=10) as connection:
        try:
            connection.sendall(request(lines, b"Content-Length: %d" % len(body), body=body))
            answer = read_to_the_end(connection)
        except OSError:
            answer = b""
    assert b" 200 " not in answer
    assert server.get("/health")["status"] == "ok"


@pytest.mark.parametrize("body", [
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b"[" * 100_000,
    b'{"SecretId":' + b"[" * 1000 + b"]" * 1000 + b"}",
    b"{" + b",".join(b'"m%d":1' % number for number in range(40_000)) + b"}",
    b'{"MaxResults":1e999}', b'{"MaxResults":-0}', b'{"MaxResults":1e-400}',
    b'{"MaxResults":' + b"9" * 10_000 + b"}",
    b'{"MaxResults":01}', b'{"MaxResults":NaN}', b'{"MaxResults":1.5}',
    b'{"NextToken":"' + b"\\u0000" * 50_000 + b'"}',
    b'{"MaxResults":5,"MaxResults":5}',
    b'{"NextToken":"\xed\xa0\x80"}', b'{"NextToken":"\xc0\x80"}', b'{"NextToken":"\xf8\x88"}',
    b'{"' + b"k" * 300_000 + b'":1}',
], ids=lambda body: repr(body[:30]))
def test_hostile_json_is_answered_quickly(raw, body):
    started = time.monotonic()

    reply = raw("ListSecrets", body)

    assert reply.status in (200, 400)
    assert time.monotonic() - started < 1
    if reply.status == 400:
        assert reply.code in ("SerializationException", "ValidationException",
                              "InvalidNextTokenException")
        assert len(reply.body) < 70_000 or reply.code == "ValidationException"


# --- Slow and many clients ---

BOUNDS = ["--handshake-timeout-seconds", "1", "--header-timeout-seconds", "1",
          "--body-timeout-seconds", "1", "--idle-timeout-seconds", "1"]


@pytest.fixture(scope="module")
def impatient(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("impatient"), ephemeral=True, arguments=BOUNDS).start()
    yield server
    server.stop()


def closes_within(connection, seconds):
    connection.settimeout(seconds)
    try:
        read_to_the_end(connection)
    except TimeoutError:
        return False
    return True


def test_a_client_that_says_nothing(impatient):
    with impatient.socket() as connection:
        assert closes_within(connection, 4)


def test_a_handshake_that_stops(impatient):
    with impatient.socket() as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00")
        assert closes_within(connection, 4)


def test_a_header_that_never_ends(impatient):
    with impatient.socket() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n")
        assert trickle_is_cut(connection, b"X-More: x\r\n")


def test_a_body_that_never_ends(impatient):
    lines = good_lines(impatient.raw())
    with impatient.socket() as connection:
        connection.sendall(request(lines, b"Content-Length: 100000", body=b"{"))
        assert trickle_is_cut(connection, b" ")


def trickle_is_cut(connection, piece, seconds=5):
    """Sends a piece every 0.2 s until the server has had enough."""
    deadline = time.monotonic() + seconds
    connection.settimeout(0.2)
    while time.monotonic() < deadline:
        try:
            connection.sendall(piece)
            if connection.recv(65536) == b"":
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


def test_an_idle_connection_is_closed(impatient):
    connection = impatient.connect(plaintext=True)
    raw = impatient.raw()
    assert exchange(connection, raw.signed_headers("GetRandomPassword", BODY), BODY).status == 200

    assert closes_within(connection.sock, 4)
    connection.close()


def test_slow_clients_do_not_hold_up_others(server, client, raw, name):
    client.create_secret(Name=name, SecretString="value")
    slow = [server.socket() for _ in range(300)]
    for index, connection in enumerate(slow):
        connection.sendall([b"POST / HTTP/1.1\r\nHost: l", b"\x16\x03\x01\x02", b""][index % 3])

    started = time.monotonic()
    for _ in range(50):
        assert raw("GetSecretValue", {"SecretId": name}).status == 200

    assert time.monotonic() - started < 5
    for connection in slow:
        connection.close()


def test_clients_that_never_read_their_answers(server, raw):
    data = request(good_lines(raw), LENGTH) * 200
    greedy = [server.socket(timeout=2) for _ in range(20)]
    for connection in greedy:
        connection.setblocking(False)
        try:
            connection.send(data)
        except BlockingIOError:
            pass

    assert raw("GetRandomPassword").status == 200
    for connection in greedy:
        connection.close()


def test_connections_beyond_the_cap_are_turned_away(make_server):
    server = make_server(ephemeral=True, arguments=["--max-connections", "8"]).start()
    held = [server.connect(plaintext=True) for _ in range(8)]
    for connection in held:
        headers = server.raw().signed_headers("GetRandomPassword", BODY)
        assert exchange(connection, headers, BODY).status == 200

    with server.socket(timeout=5) as extra:
        extra.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 200 " not in read_to_the_end(extra)
    for connection in held:
        connection.close()
    time.sleep(0.2)
    assert server.get("/health")["status"] == "ok"


def test_clients_that_hang_up_at_any_moment(server, raw):
    data = request(good_lines(raw), LENGTH)
    for length in range(0, len(data), 7):
        for plaintext in (True, False) if length % 5 == 0 else (True,):
            connection = server.socket(plaintext=plaintext)
            connection.sendall(data[:length])
            connection.close()

    assert raw("GetRandomPassword").status == 200


def test_old_tls_is_refused(server):
    context = ssl.create_default_context(cafile=server.ca_bundle)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    with server.socket() as plain, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(plain, server_hostname="localhost")


@pytest.mark.parametrize("name_in_certificate", ["localhost", "127.0.0.1"])
def test_the_certificate_is_good_for_local_names(server, name_in_certificate):
    with server.socket() as plain:
        with server.tls_context().wrap_socket(plain, server_hostname=name_in_certificate) as tls:
            assert tls.version() in ("TLSv1.2", "TLSv1.3")


def test_a_path_that_is_not_there(server, client):
    connection = server.connect()
    reply = exchange(connection, {"Host": "localhost"}, method="GET", path="/nothing/here")
    connection.close()

    assert reply.status == 404
    assert "message" in json.loads(reply.body)
    with refused("ResourceNotFoundException"):
        client.get_secret_value(SecretId="missing")
