"""What a scanner of TLS looks for, most of it asked by `openssl s_client`; then records and
handshakes that no library sends."""

import base64
import os
import pathlib
import random
import re
import socket
import ssl
import struct
import subprocess
import tempfile
import time

from attacks import client_hello
from tls_records import ALERT, APPLICATION_DATA, HANDSHAKE, TLS12, TLS13, RecordClient

HEALTH = b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
ANYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"
CIPHERS_OF_TLS12 = {"ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384",
                    "ECDHE-ECDSA-CHACHA20-POLY1305"}  # With the certificate it makes for itself.
CIPHERS_OF_TLS13 = ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384",
                    "TLS_CHACHA20_POLY1305_SHA256")
OLD = ["-cipher", ANYTHING]
REVERSED = ["-ciphersuites", ":".join(reversed(CIPHERS_OF_TLS13))]
LONGEST_TICKET = 250  # An answer is longer.
LONG_NAME = ".".join(["x" * 60] * 4)

# (what is asked, arguments of s_client, what its output must hold). REFUSED stands for no session.
REFUSED = r"New, \(NONE\), Cipher is \(NONE\)"
TABLE = [
    ("TLS 1.0", ["-tls1", *OLD], REFUSED),
    ("TLS 1.1", ["-tls1_1", *OLD], REFUSED),
    ("TLS 1.2", ["-tls1_2"], r"New, TLSv1\.2, Cipher is ECDHE-ECDSA-AES128-GCM-SHA256"),
    ("TLS 1.3", ["-tls1_3"], r"New, TLSv1\.3, Cipher is TLS_AES_128_GCM_SHA256"),
    ("no step down from TLS 1.3", ["-tls1_2", "-fallback_scsv"], "inappropriate fallback"),
    ("its own order of ciphers", ["-tls1_3", *REVERSED], "Cipher is TLS_AES_128_GCM_SHA256"),
    ("TLS 1.3 with CCM", ["-ciphersuites", "TLS_AES_128_CCM_SHA256"], REFUSED),
    ("TLS 1.3 with CCM-8", ["-ciphersuites", "TLS_AES_128_CCM_8_SHA256"], REFUSED),
    *((f"TLS 1.3 with {name}", ["-ciphersuites", name], f"TLSv1.3, Cipher is {name}")
      for name in CIPHERS_OF_TLS13),
    *((f"{groups} with {version}", [version, "-groups", groups], f"Server Temp Key: {shown}")
      for groups, shown in (("X25519:P-256", "X25519"), ("P-256", "ECDH, prime256v1"))
      for version in ("-tls1_2", "-tls1_3")),
    *((f"{group} with {version}", [version, "-groups", group], REFUSED)
      for group in ("P-384", "P-521", "X448", "brainpoolP256r1") for version in ("-tls1_2",)),
    *((f"{group} with -tls1_3", ["-tls1_3", "-groups", group], REFUSED)
      for group in ("P-384", "P-521", "X448", "ffdhe2048")),
    ("compression", ["-tls1_2", "-comp"], "Compression: NONE"),
    ("early data", ["-tls1_3"], "Max Early Data: 0"),
    ("secure renegotiation is announced", ["-tls1_2"], "Secure Renegotiation IS supported"),
    ("extended master secret", ["-tls1_2"], "Extended master secret: yes"),
    ("the certificate's chain", ["-verify_return_error"], "Verification: OK"),
    ("the certificate for a name", ["-verify_hostname", "localhost", "-verify_return_error"],
     "Verified peername: localhost"),
    ("the certificate for an address", ["-verify_ip", "127.0.0.1", "-verify_return_error"],
     "Verification: OK"),
    ("the certificate for another name", ["-verify_hostname", "other.example"], "ostname mismatch"),
    ("the certificate's key", [], r"PKEY: id-ecPublicKey, 256 \(bit\); sigalg: ecdsa-with-SHA256"),
    ("ALPN http/1.1", ["-alpn", "h2,http/1.1"], "ALPN protocol: http/1.1"),
    ("ALPN h2 alone", ["-alpn", "h2"], "no application protocol"),
    ("no SNI", ["-noservername"], r"New, TLSv1\.3"),
    ("SNI of a stranger", ["-servername", "other.example"], r"New, TLSv1\.3"),
    ("a long SNI", ["-servername", LONG_NAME], r"New, TLSv1\.3"),
    ("an SNI that is no name", ["-servername", "..%00/../*"], r"New, TLSv1\.3"),
]


def check(server):
    """Answers how many checks there were and what was wrong."""
    problems = []
    count = 0
    for what, arguments, wanted in TABLE:
        count += 1
        output = s_client(server, *arguments)
        if not re.search(wanted, output):
            problems.append(f"{what}: no {wanted!r} in:\n{output[-1500:]}")
    for part in (_check_ciphers, _check_old_hellos, _check_renegotiation, _check_tickets,
                 _check_records, _check_cut_hellos, _check_flipped_hellos):
        done, found = part(server)
        count += done
        problems += found
    return count, problems


def s_client(server, *arguments, typed=()):
    """The output; `typed` lines are given to it one after the other."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
               server.ca_bundle, "-state", *arguments]
    if "-servername" not in arguments and "-noservername" not in arguments:
        command += ["-servername", "localhost"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace") as process:
        time.sleep(0.15)  # What comes behind the handshake, tickets, has its time.
        for line in typed:
            _type(process, line)
        try:
            output, _ = process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            output, _ = process.communicate()
    return output


def _type(process, line):
    try:
        process.stdin.write(line + "\n")
        process.stdin.flush()
        time.sleep(0.3)
    except OSError:
        pass


def _check_ciphers(server):
    """Each cipher of TLS 1.2 that OpenSSL has, alone."""
    listed = subprocess.run(["openssl", "ciphers", "-s", "-tls1_2", ANYTHING], check=True,
                            capture_output=True, text=True).stdout.strip().split(":")
    taken = set()
    for name in listed:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = TLS12
        context.set_ciphers(f"{name}:@SECLEVEL=0")
        with server.socket() as plain:
            try:
                with context.wrap_socket(plain) as tls:
                    taken.add(tls.cipher()[0])
            except OSError:
                pass
    found = [] if taken == CIPHERS_OF_TLS12 else [f"of {len(listed)} ciphers it takes {taken}"]
    return len(listed), found


def _check_old_hellos(server):
    """SSL 2 and 3, which OpenSSL no longer speaks: nothing like a ServerHello comes back."""
    random_bytes = os.urandom(32)
    body = b"\x03\x00" + random_bytes + b"\0" + struct.pack(">HHH", 4, 0x002F, 0x000A) + b"\x01\0"
    of_ssl3 = b"\x16\x03\x00" + struct.pack(">HBBH", len(body) + 4, 1, 0, len(body)) + body
    of_ssl2 = b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x01\x00\x80" + os.urandom(33)
    found = []
    for what, data in (("SSL 2", of_ssl2), ("SSL 3", of_ssl3)):
        answer = exchange(server, data)
        if answer[:1] == b"\x16":
            found.append(f"{what} was answered {answer[:40]!r}")
    return 2, found


def exchange(server, data):
    """All that comes back until the server closes."""
    with server.socket(timeout=10) as connection:
        try:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        return drain(connection)


def drain(connection):
    received = b""
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return received


def _check_renegotiation(server):
    found = []
    output = s_client(server, "-tls1_2", typed=["R"])
    if "RENEGOTIATING" not in output or "no renegotiation" not in output:
        found.append(f"renegotiation: {output[-800:]}")
    output = s_client(server, "-tls1_3", typed=["K", "GET /health HTTP/1.1\r\nHost: h\r\n\r\n"])
    if "KEYUPDATE" not in output or "HTTP/1.1 200" not in output:
        found.append(f"one update of the key: {output[-800:]}")
    return 2, found


def _check_tickets(server):
    """A session is resumed by its ticket; a damaged one means a whole handshake, not a refusal."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for version in ("-tls1_2", "-tls1_3"):
            path = pathlib.Path(folder, "session" + version)
            output = s_client(server, version, "-sess_out", str(path))
            if "Reused" not in s_client(server, version, "-sess_in", str(path)):
                found.append(f"a ticket of {version} was not taken")
            _damage(path, output)
            if not re.search("New, TLS", s_client(server, version, "-sess_in", str(path))):
                found.append(f"a damaged ticket of {version} was not answered by a new session")
    return 4, found


def _damage(path, output):
    """Changes a byte of the ticket that `output` shows, in the session that `path` holds."""
    shown = re.findall(r"^    0[0-9a-f]{3} - ((?:[0-9a-f]{2}[ -]){16})", output, re.MULTILINE)
    row = bytes.fromhex(shown[-2].replace("-", " "))
    text = path.read_text(encoding="ascii")
    session = base64.b64decode("".join(text.splitlines()[1:-1]))
    assert session.count(row) == 1
    session = session.replace(row, row[:8] + bytes([row[8] ^ 1]) + row[9:])
    body = base64.encodebytes(session).decode().replace("\n", "")
    lines = "\n".join(body[at:at + 64] for at in range(0, len(body), 64))
    path.write_text(f"-----BEGIN SSL SESSION PARAMETERS-----\n{lines}\n"
                    "-----END SSL SESSION PARAMETERS-----\n", encoding="ascii")


def _records(client):
    """(what, version, the records, whether a request behind them is still answered)."""
    def sealed(kind, payload, times=1):
        return b"".join(client.record(kind, payload) for _ in range(times))
    if client.version == TLS12:
        yield "renegotiation 3,000 times", lambda: sealed(HANDSHAKE, client.hello, 3000), False
    else:
        yield "3 updates of the key", lambda: b"".join(
            client.key_update() for _ in range(3)), True
        yield "3,000 updates of the key", lambda: b"".join(
            client.key_update() for _ in range(3000)), False
        yield "3,000 updates that want an answer", lambda: b"".join(
            client.key_update(True) for _ in range(3000)), False
    yield "3 empty records", lambda: sealed(APPLICATION_DATA, b"", 3), True
    yield "3,000 empty records", lambda: sealed(APPLICATION_DATA, b"", 3000), False
    yield "3,000 warnings", lambda: sealed(ALERT, b"\x01\x5a", 3000), False
    yield "a fatal alert", lambda: sealed(ALERT, b"\x02\x28"), False
    yield "a heartbeat", lambda: sealed(24, b"\x01\xff\xff"), False
    yield "an unknown kind of record", lambda: sealed(99, b"x"), False
    yield "a handshake message too long", lambda: sealed(HANDSHAKE, b"\x01\xff\xff\xff"), False
    yield "a record that is not sealed", lambda: b"\x17\x03\x03\0\x20" + b"x" * 32, False
    yield "a record of 65,535 bytes", lambda: b"\x17\x03\x03\xff\xff" + b"x" * 65_535, False
    yield "plaintext", lambda: HEALTH, False
    yield "an old record again", lambda: sealed(APPLICATION_DATA, b"G") * 2, False


def _check_records(server):
    count, found = 0, []
    for version in (TLS12, TLS13):
        for index in range(len(list(_records(_Version(version))))):
            count += 1
            client = RecordClient(server.port, version)
            client.version = version
            what, make, answered = list(_records(client))[index]
            data = make() + client.record(APPLICATION_DATA, HEALTH)
            try:
                client.socket.sendall(data)
            except OSError:
                pass  # Cut off.
            size = _size_of_application_data(drain(client.socket))
            client.close()
            if (size > LONGEST_TICKET) != answered:
                found.append(f"{what} ({version.name}): {size} bytes of answer")
    return count, found


class _Version:
    """Stands for a client where only the names of the cases are needed."""

    def __init__(self, version):
        self.version = version


def _size_of_application_data(received):
    """The largest record that looks like it. In TLS 1.3 alerts and tickets do so too."""
    largest = 0
    while len(received) >= 5:
        size = struct.unpack(">H", received[3:5])[0]
        if received[0] == APPLICATION_DATA:
            largest = max(largest, size)
        received = received[5 + size:]
    return largest


def _check_cut_hellos(server):
    """A ClientHello may come in a few records, not in one for each of its bytes."""
    found = []
    for pieces, taken in ((1, True), (8, True), (100, False)):
        hello = client_hello()[5:]
        size = -(-len(hello) // pieces)
        cut = [hello[at:at + size] for at in range(0, len(hello), size)]
        answer = exchange(server, b"".join(
            struct.pack(">BHH", HANDSHAKE, 0x0301, len(piece)) + piece for piece in cut))
        if (answer[:1] == bytes([HANDSHAKE])) != taken:
            found.append(f"a ClientHello in {len(cut)} records was answered {answer[:20]!r}")
    return 3, found


def _check_flipped_hellos(server, times=400):
    """A ClientHello with a few bytes changed is answered or refused; the connection then ends."""
    seed = int(os.environ.get("SEED", random.SystemRandom().randrange(1 << 32)))
    generator = random.Random(seed)
    found = []
    for _ in range(times):
        hello = bytearray(client_hello())
        for _ in range(generator.randrange(1, 6)):
            hello[generator.randrange(1, len(hello))] = generator.randrange(256)
        try:
            answer = exchange(server, bytes(hello))
        except TimeoutError:
            answer = b"nothing, and the connection was kept"
        if answer and answer[0] not in (HANDSHAKE, ALERT):
            found.append(f"a changed ClientHello (SEED={seed}) was answered {answer[:60]!r}")
    return times, found
