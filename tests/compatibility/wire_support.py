"""Requests below what an SDK does: caught as boto3 signed them, to be spoiled and sent then; presigned
ones; and errors in either protocol."""

import http.client
import re
import xml.etree.ElementTree as ElementTree

from support import exchange

STS = "{https://sts.amazonaws.com/doc/2011-06-15/}"


class _Caught(Exception):
    pass


class Captured:
    """What a boto3 client was about to send."""

    def __init__(self, server, method, path, headers, body):
        self.server = server
        self.method = method
        self.path = path
        self.headers = headers  # An HTTPMessage: names in any case, also twice.
        self.body = body

    @property
    def authorization(self):
        return self.headers["Authorization"]

    @property
    def signed_headers(self):
        return re.search("SignedHeaders=([^,]*)", self.authorization).group(1).split(";")

    @property
    def signature(self):
        return re.search("Signature=([0-9a-f]{64})$", self.authorization).group(1)

    def set(self, name, value):
        """Replaces or adds a header; None removes it."""
        if value is None:
            del self.headers[name]
        elif name in self.headers:
            self.headers.replace_header(name, value)
        else:
            self.headers.add_header(name, value)

    def edit(self, pattern, replacement):
        """Changes the Authorization header."""
        changed, count = re.subn(pattern, replacement, self.authorization, count=1)
        assert count, f"{pattern} is not in {self.authorization}"
        self.set("Authorization", changed)

    def send(self, connection=None):
        if connection:
            return exchange(connection, self.headers, self.body, self.method, self.path)
        connection = self.server.connect()
        try:
            return exchange(connection, self.headers, self.body, self.method, self.path)
        finally:
            connection.close()


def capture(server, client, operation, **parameters):
    """What `client` sends for an operation, without sending it."""
    caught = []

    def catch(request, **_):
        caught.append(request)
        raise _Caught()

    client.meta.events.register_first("before-send", catch)
    try:
        getattr(client, operation)(**parameters)
    except _Caught:
        pass
    finally:
        client.meta.events.unregister("before-send", catch)
    request, = caught
    headers = http.client.HTTPMessage()
    headers.add_header("Host", f"localhost:{server.port}")
    for name, value in request.headers.items():
        if name.lower() != "content-length":  # Follows from the body.
            headers.add_header(name, value if isinstance(value, str) else value.decode())
    body = request.body or b""
    return Captured(server, request.method, request.url.removeprefix(server.url), headers,
                    body if isinstance(body, bytes) else body.encode())


def fetch(server, path, headers=None, method="GET", body=b""):
    """Sends a request that has its signature in `path`."""
    connection = server.connect()
    try:
        return exchange(connection, {"Host": f"localhost:{server.port}", **(headers or {})}, body,
                        method, path)
    finally:
        connection.close()


def identity_of(reply):
    """What GetCallerIdentity has answered."""
    assert reply.status == 200, reply
    assert reply.headers["content-type"] == "text/xml"
    result = ElementTree.fromstring(reply.body).find(f"{STS}GetCallerIdentityResult")
    return {member.tag.removeprefix(STS): member.text for member in result}


def error_of(reply):
    """Code and message of an error in either protocol."""
    if reply.headers["content-type"] == "text/xml":
        root = ElementTree.fromstring(reply.body)
        texts = {member.tag.split("}")[-1]: member.text for member in root.iter()}
        return texts.get("Code"), texts.get("Message")
    return reply.code, reply.message
