"""Signed requests: many at once into a file for wrk, or one at a time through a connection."""

import http.client
import json
import pathlib
import subprocess
import time

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS_KEY_ID = SECRET_ACCESS_KEY = "test"
REGION = "us-east-1"
BODIES_AT_ONCE = 10_000


class RequestFile:
    """Requests of one operation, all equally long, one behind the other in a file."""

    def __init__(self, path, count):
        self.path = path
        self.count = count

    def all(self):
        data = pathlib.Path(self.path).read_bytes()
        size = len(data) // self.count
        return [data[place:place + size] for place in range(0, len(data), size)]

    def first(self):
        return self.all()[0]


def write_plain(server, path, directory):
    """The same file with a GET of `path`, for programs that send what a file holds."""
    file = pathlib.Path(directory) / f"{server.port}-plain.requests"
    file.write_text(f"GET {path} HTTP/1.1\r\nHost: {server.host}\r\n\r\n")
    return RequestFile(file, 1)


class Signer:
    """Signs with the helper program `program`; files go to `directory`, best in memory."""

    def __init__(self, program, directory):
        self.program = program
        self.directory = pathlib.Path(directory)

    def sign(self, server, operation, bodies, region=REGION):
        """A file of requests for `server`, valid for five minutes. A later one of the same
        operation takes its place."""
        return self.sign_as(server, operation,
                            (((ACCESS_KEY_ID, SECRET_ACCESS_KEY), body) for body in bodies), region)

    def sign_as(self, server, operation, keys_and_bodies, region=REGION):
        """The same, each signed with a key of its own: access key id and secret access key."""
        path = self.directory / f"{server.port}-{operation}.requests"
        command = [self.program, server.host, operation, region]
        count = 0
        with open(path, "wb") as output, subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=output, text=True) as helper:
            lines = []
            for (access_key_id, secret_access_key), body in keys_and_bodies:
                lines.append(f"{access_key_id}\t{secret_access_key}\t{body}")
                count += 1
                if len(lines) == BODIES_AT_ONCE:
                    helper.stdin.write("\n".join(lines) + "\n")
                    lines.clear()
            helper.stdin.write("".join(line + "\n" for line in lines))
            helper.stdin.close()
            if helper.wait() != 0:
                raise RuntimeError(f"{self.program} failed")
        return RequestFile(path, count)


class Client:
    """Signed calls through one kept plain connection."""

    def __init__(self, server):
        self.server = server
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.signer = SigV4Auth(Credentials(ACCESS_KEY_ID, SECRET_ACCESS_KEY), "secretsmanager",
                                REGION)

    def send(self, operation, body):
        """The reply's bytes and how many seconds it took."""
        headers = {"Host": self.server.host, "Content-Type": "application/x-amz-json-1.1",
                   "X-Amz-Target": f"secretsmanager.{operation}"}
        request = AWSRequest("POST", f"http://{self.server.host}/", headers, json.dumps(body))
        self.signer.add_auth(request)
        begin = time.perf_counter()
        self.connection.request("POST", "/", request.data, dict(request.headers))
        response = self.connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - begin
        if response.status != 200:
            raise RuntimeError(f"{operation}: {response.status} {content!r}")
        return content, seconds

    def call(self, operation, body):
        content, seconds = self.send(operation, body)
        return json.loads(content), seconds
