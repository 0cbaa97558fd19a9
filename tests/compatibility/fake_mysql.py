"""As much of a MySQL server as coffer-rotator needs to change one password: for versions that are not
installed, and for answers that a real server gives only by accident."""

import socketserver
import struct
import threading

from databases import HOST

LONG_PASSWORD, PROTOCOL_41, TRANSACTIONS = 0x1, 0x200, 0x2000
SECURE_CONNECTION, PLUGIN_AUTH = 0x8000, 0x80000
CAPABILITIES = LONG_PASSWORD | PROTOCOL_41 | TRANSACTIONS | SECURE_CONNECTION | PLUGIN_AUTH
PLUGIN = b"mysql_native_password\0"
OK = b"\0\0\0\2\0\0\0"
END = b"\xfe\0\0\2\0"


def text(value):
    return bytes([len(value)]) + value


def error(number, message):
    return b"\xff" + struct.pack("<H", number) + b"#HY000" + message


class FakeMysql(socketserver.ThreadingTCPServer):
    """Refuses the first login (with the pending password) and accepts the others. Statements that begin
    with a key of `errors` fail with that number, and quote the rest of the statement."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, version, errors=None):
        super().__init__((HOST, 0), Connection)
        self.version = version.encode()
        self.errors = errors or {}
        self.logins = 0
        self.statements = []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)

    @property
    def port(self):
        return self.server_address[1]

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Connection(socketserver.StreamRequestHandler):
    sequence = 0

    def handle(self):
        self.send(b"\x0a" + self.server.version + b"\0" + struct.pack("<I", 1) + b"12345678\0"
                  + struct.pack("<HBHHB", CAPABILITIES & 0xFFFF, 45, 2, CAPABILITIES >> 16, 21)
                  + bytes(10) + b"901234567890\0" + PLUGIN)
        self.receive()
        self.server.logins += 1
        if self.server.logins == 1:
            self.send(error(1045, b"Access denied"))
            return
        self.send(OK)
        while (packet := self.receive()) and packet[0] == 3:
            self.answer(packet[1:].decode())

    def answer(self, statement):
        self.server.statements.append(statement)
        for beginning, number in self.server.errors.items():
            if statement.startswith(beginning):
                rest = statement[len(beginning):].encode()
                return self.send(error(number, b"You have an error in your SQL syntax near '"
                                       + rest[:80] + b"' at line 1"))
        if statement.startswith("SELECT"):
            self.send(b"\1")
            self.send(b"".join(map(text, (b"def", b"", b"", b"", b"VERSION()", b"")))
                      + struct.pack("<BHIBHBH", 12, 45, 80, 0xFD, 0, 0, 0))
            self.send(END)
            self.send(text(self.server.version))
            return self.send(END)
        return self.send(OK)

    def send(self, payload):
        self.wfile.write(struct.pack("<I", len(payload))[:3] + bytes([self.sequence]) + payload)
        self.sequence += 1

    def receive(self):
        head = self.rfile.read(4)
        if len(head) < 4:
            return b""
        self.sequence = head[3] + 1
        return self.rfile.read(int.from_bytes(head[:3], "little"))
