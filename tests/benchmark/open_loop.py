"""Sends requests at a fixed rate, whatever the server does, and says how long each took.

    open_loop.py REQUESTS COUNT PORT CA_FILE RATE SECONDS

The time of a request runs from when it was due, so that one that waited for a slow one before it
counts as slow too. A program of its own: what else the benchmark does must not delay it. It ends
early with SIGINT. The last line is JSON.
"""

import asyncio
import json
import pathlib
import random
import signal
import ssl
import statistics
import sys
import time

CONNECTIONS = 16
PERCENTILES = 1000


class Requests:
    """Signed requests, all equally long, one behind the other in a file."""

    def __init__(self, path, count):
        self.content = pathlib.Path(path).read_bytes()
        self.count = count
        self.size = len(self.content) // count

    def any(self):
        start = random.randrange(self.count) * self.size
        return self.content[start:start + self.size]


class OpenLoop:
    def __init__(self, requests, port, authority):
        self.requests = requests
        self.port = port
        self.context = ssl.create_default_context(cafile=authority)
        self.due = asyncio.Queue()
        self.milliseconds = []
        self.refused = 0

    async def run(self, rate, seconds):
        workers = [asyncio.create_task(self._work(await asyncio.open_connection(
            "localhost", self.port, ssl=self.context))) for _ in range(CONNECTIONS)]
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, asyncio.current_task().cancel)
        begun = time.perf_counter()
        try:
            for number in range(int(rate * seconds)):
                moment = begun + number / rate
                await asyncio.sleep(moment - time.perf_counter())
                self.due.put_nowait(moment)
        except asyncio.CancelledError:
            pass
        for _ in workers:
            self.due.put_nowait(None)
        await asyncio.gather(*workers)

    async def _work(self, connection):
        reader, writer = connection
        while moment := await self.due.get():
            writer.write(self.requests.any())
            head = await reader.readuntil(b"\r\n\r\n")
            length = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length))
            self.milliseconds.append((time.perf_counter() - moment) * 1000)
            self.refused += not head.startswith(b"HTTP/1.1 200")
        writer.close()

    def facts(self, rate):
        cuts = statistics.quantiles(self.milliseconds, n=PERCENTILES)
        return {"requests": len(self.milliseconds), "refused": self.refused, "rate": rate,
                "p50_ms": cuts[PERCENTILES // 2 - 1], "p99_ms": cuts[PERCENTILES * 99 // 100 - 1],
                "p999_ms": cuts[-1], "most_ms": max(self.milliseconds)}


def main():
    path, count, port, authority, rate, seconds = sys.argv[1:]
    loop = OpenLoop(Requests(path, int(count)), int(port), authority)
    asyncio.run(loop.run(int(rate), int(seconds)))
    print(json.dumps(loop.facts(int(rate))))


if __name__ == "__main__":
    main()
