"""TLS connections whose records we seal ourselves: no library sends what a hostile client sends.

The handshake is Python's; the keys come from its key log. From then on every record is ours, which
allows thousands of them to be made ahead and sent at no cost.
"""

import ctypes
import hashlib
import hmac
import os
import socket
import ssl
import struct
import tempfile

ALERT, HANDSHAKE, APPLICATION_DATA = 21, 22, 23
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
SERVER_RANDOM_AT = 11  # Record header, message header, version.

_crypto = ctypes.CDLL("libcrypto.so.3")
for _function in ("EVP_CIPHER_CTX_new", "EVP_aes_128_gcm"):
    getattr(_crypto, _function).restype = ctypes.c_void_p
_context = ctypes.c_void_p(_crypto.EVP_CIPHER_CTX_new())
_GET_TAG = 0x10


def _seal(key, nonce, associated_data, plaintext):
    """AES-128-GCM: the ciphertext with its tag."""
    out = ctypes.create_string_buffer(len(plaintext) + 16)
    size = ctypes.c_int()
    cipher = ctypes.c_void_p(_crypto.EVP_aes_128_gcm())
    good = _crypto.EVP_EncryptInit_ex(_context, cipher, None, key, nonce)
    good &= _crypto.EVP_EncryptUpdate(_context, None, ctypes.byref(size), associated_data,
                                      len(associated_data))
    good &= _crypto.EVP_EncryptUpdate(_context, out, ctypes.byref(size), plaintext, len(plaintext))
    tag = ctypes.byref(out, len(plaintext))
    good &= _crypto.EVP_EncryptFinal_ex(_context, tag, ctypes.byref(size))
    good &= _crypto.EVP_CIPHER_CTX_ctrl(_context, _GET_TAG, 16, tag)
    if not good:
        raise RuntimeError("AES-GCM failed")
    return out.raw


def _expand(secret, label, size):
    """HKDF-Expand-Label of RFC 8446 §7.1, for up to 32 bytes."""
    name = b"tls13 " + label
    info = struct.pack(">HB", size, len(name)) + name + b"\0"
    return hmac.digest(secret, info + b"\x01", "sha256")[:size]


def _prf(secret, label, seed, size):
    """The pseudo-random function of TLS 1.2, RFC 5246 §5."""
    seed = label + seed
    block, out = seed, b""
    while len(out) < size:
        block = hmac.digest(secret, block, "sha256")
        out += hmac.digest(secret, block + seed, "sha256")
    return out[:size]


class _Keys13:
    """The writing side of TLS 1.3."""

    def __init__(self, secret):
        self._take(secret)

    def _take(self, secret):
        self.secret, self.sequence = secret, 0
        self.key, self.iv = _expand(secret, b"key", 16), _expand(secret, b"iv", 12)

    def record(self, kind, payload):
        inner = payload + bytes([kind])
        header = struct.pack(">BHH", APPLICATION_DATA, 0x0303, len(inner) + 16)
        mask = int.from_bytes(self.iv, "big") ^ self.sequence
        self.sequence += 1
        return header + _seal(self.key, mask.to_bytes(12, "big"), header, inner)

    def update(self):
        self._take(_expand(self.secret, b"traffic upd", 32))


class _Keys12:
    """The writing side of TLS 1.2 with AES-128-GCM."""

    def __init__(self, master, client_random, server_random):
        block = _prf(master, b"key expansion", server_random + client_random, 40)
        self.key, self.salt = block[:16], block[32:36]
        self.sequence = 1  # Finished was the record before.

    def record(self, kind, payload):
        number = struct.pack(">Q", self.sequence)
        self.sequence += 1
        associated_data = number + struct.pack(">BHH", kind, 0x0303, len(payload))
        sealed = _seal(self.key, self.salt + number, associated_data, payload)
        return struct.pack(">BHH", kind, 0x0303, len(sealed) + 8) + number + sealed


class RecordClient:
    """A TLS connection after its handshake. `record()` seals, `socket` sends."""

    def __init__(self, port, version, address="127.0.0.1"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.minimum_version = context.maximum_version = version
        self.socket = socket.create_connection((address, port), timeout=10)
        descriptor, log = tempfile.mkstemp()
        os.close(descriptor)
        try:
            context.keylog_filename = log
            self.hello, server_random = self._shake_hands(context)
            with open(log, encoding="ascii") as lines:
                secrets = {line.split()[0]: [bytes.fromhex(part) for part in line.split()[1:]]
                           for line in lines if line[0] != "#"}
        finally:
            os.unlink(log)
        if version == TLS12:
            client_random, master = secrets["CLIENT_RANDOM"]
            self._keys = _Keys12(master, client_random, server_random)
        else:
            self._keys = _Keys13(secrets["CLIENT_TRAFFIC_SECRET_0"][1])
        self.record = self._keys.record

    def _shake_hands(self, context):
        """Answers our ClientHello, without its record header, and the server's random."""
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        hello, received = None, b""
        while True:
            try:
                tls.do_handshake()
                done = True
            except ssl.SSLWantReadError:
                done = False
            data = outgoing.read()
            hello = hello or data[5:]
            if data:
                self.socket.sendall(data)
            if done:
                return hello, received[SERVER_RANDOM_AT:SERVER_RANDOM_AT + 32]
            data = self.socket.recv(65536)
            if not data:
                raise ConnectionError("the server closed during the handshake")
            received += data
            incoming.write(data)

    def key_update(self, answer_wanted=False):
        """TLS 1.3: one KeyUpdate."""
        data = self.record(HANDSHAKE, b"\x18\0\0\x01" + bytes([answer_wanted]))
        self._keys.update()
        return data

    def close(self):
        self.socket.close()
