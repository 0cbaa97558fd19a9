"""Kills a server in its very first start, when it makes its directory, keys and certificates."""

import shutil
import time

from calls import Call, Fate, Violation
from process import Server
from wire import Request, Wire

TOKEN = "1" * 32


class _Expected:
    def add(self, call):
        if call.fate is not Fate.ACKNOWLEDGED:
            raise Violation(f"after a first start that was killed: {call}", [call])


def _client(calls):
    for call in calls:
        yield Request(call, _Expected())


def check(binary, folder, rng, kills=3):
    shutil.rmtree(folder, ignore_errors=True)
    server = Server(binary, folder)
    try:
        for _ in range(kills):
            server.launch()
            time.sleep(rng.uniform(0, 0.15))
            server.kill()
            server.ended()
        for call in (Call("CreateSecret", {"Name": "first", "ClientRequestToken": TOKEN,
                                           "SecretString": "first"}),
                     Call("GetSecretValue", {"SecretId": "first"})):
            server.start()
            Wire().run(server.port, [_client([call])])
            server.kill()
            server.ended()
        status, text = server.ask("verify")
        if status != 0:
            raise Violation(f"coffer verify after a killed first start: {text}")
    except RuntimeError as error:
        raise Violation(f"after a first start that was killed: {error}") from error
    finally:
        server.end()
