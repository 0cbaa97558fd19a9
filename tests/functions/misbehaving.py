"""A function behind the Runtime API, without any library of AWS. What it does is its argument; `next`
answers the event, `post` sends an answer."""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time

HOST = os.environ["AWS_LAMBDA_RUNTIME_API"]
PREFIX = "/2018-06-01/runtime"
connection = http.client.HTTPConnection(HOST)


def call(method, path, body=None, headers={}):
    connection.request(method, PREFIX + path, body, headers)
    reply = connection.getresponse()
    text = reply.read()
    print(method, path.split("/")[-1], reply.status, flush=True)
    return reply, text


def next_event():
    reply, text = call("GET", "/invocation/next")
    assert reply.getheader("Content-Type") == "application/json"
    assert int(reply.getheader("Lambda-Runtime-Deadline-Ms")) > time.time() * 1000
    assert reply.getheader("Lambda-Runtime-Invoked-Function-Arn").startswith("arn:aws:lambda:")
    return reply.getheader("Lambda-Runtime-Aws-Request-Id"), json.loads(text)


def post(request_id, what="response", body="null", headers={}):
    return call("POST", "/invocation/" + request_id + "/" + what, body, headers)[0].status


def fail(request_id, headers={}):
    body = json.dumps({"errorType": "ValueError", "errorMessage": "no", "stackTrace": []})
    return post(request_id, "error", body, headers)


behaviour = sys.argv[1]
if behaviour == "init-error":
    call("POST", "/init/error", json.dumps({"errorType": "Runtime.ImportModuleError", "errorMessage": "no x"}))
    sys.exit(1)
if behaviour == "exit-before-next":
    sys.exit(4)
if behaviour == "never-next":
    time.sleep(100)
if behaviour == "ignore-term":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

while True:
    request_id, event = next_event()
    if behaviour == "record":
        print(json.dumps(event), os.getpid(), flush=True)
        post(request_id)
    elif behaviour == "error":
        fail(request_id)
    elif behaviour == "long-header":
        fail(request_id, {"Lambda-Runtime-Function-XRay-Error-Cause": "x" * int(sys.argv[2])})
    elif behaviour == "exit":
        os._exit(int(sys.argv[2]))
    elif behaviour == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif behaviour == "last-words":
        call("POST", "/init/error", json.dumps({"errorType": "UncaughtException", "errorMessage": "oops"}))
        os._exit(129)
    elif behaviour in ("sleep", "ignore-term"):
        child = subprocess.Popen(["sleep", "100"])
        print("child", child.pid, flush=True)
        while True:
            time.sleep(0.1)
    elif behaviour == "twice":
        assert post(request_id) == 202
        assert fail(request_id) == 403
    elif behaviour == "wrong-id":
        assert post("00000000-0000-4000-8000-000000000000") == 400
        assert call("GET", "/invocation/next")[0].status == 403
        assert call("GET", "/no/such/path")[0].status == 404
        assert post(request_id) == 202
    elif behaviour == "too-large":
        assert post(request_id, body="x" * (6291556 + 1)) == 413
        connection.close()
    elif behaviour == "largest":
        assert post(request_id, body="x" * 6291556) == 202
    elif behaviour == "exit-after":
        post(request_id)
        os._exit(0)
    elif behaviour == "flood":
        for _ in range(100):
            sys.stdout.write("y" * 1000000 + "\n")
        sys.stdout.flush()
        post(request_id)
    elif behaviour == "memory":
        try:
            bytearray(4 << 30)
        except MemoryError:
            post(request_id, "error", json.dumps({"errorType": "MemoryError", "errorMessage": ""}))
    elif behaviour == "new-connections":
        post(request_id)
        connection.close()
