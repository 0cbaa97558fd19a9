"""A server process on a data directory that outlives it."""

import os
import pathlib
import re
import signal
import subprocess
import time

HOOK = pathlib.Path(__file__).with_name("rotate.sh")
PATIENCE_SECONDS = 60
FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:torture"
TROUBLE = re.compile(r"^\S+ (error|critical) .*$", re.MULTILINE)

# A minute's wait before a second attempt would be longer than a whole round.
SETTINGS = """
log_level = "warning"
anchor_file = "{anchor}"
rotation_retry_delays_seconds = "1"
[[rotation_functions]]
match = "function:torture"
kind = "exec"
command = ["/bin/sh", "{hook}", "{folder}"]
concurrency = 8
"""


class Server:
    def __init__(self, binary, folder):
        self.binary = pathlib.Path(binary).resolve()
        self.folder = pathlib.Path(folder).resolve()
        self.data = self.folder / "data"
        self.process = None
        self.port = None
        self.starts = []             # Seconds from the process's start to its first words.
        (self.folder / "rotations").mkdir(parents=True, exist_ok=True)
        self.settings = self.folder / "settings.toml"
        self.settings.write_text(SETTINGS.format(
            hook=HOOK, folder=self.folder / "rotations", anchor=self.folder / "anchor"))

    def launch(self):
        """Starts the process and does not wait for it."""
        with open(self.folder / "output", "wb") as output, open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                [self.binary, "dev", "--listen", "127.0.0.1:0", "--data", self.data,
                 "--config", self.settings], stdin=subprocess.DEVNULL, stdout=output, stderr=log)

    def start(self):
        begin = time.monotonic()
        self.launch()
        while not self._is_ready():
            if self.process.poll() is not None:
                raise RuntimeError(f"the server did not start:\n{self.log()}")
            if time.monotonic() > begin + PATIENCE_SECONDS:
                raise RuntimeError(f"the server is not ready:\n{self.log()}")
            time.sleep(0.002)
        self.starts.append(time.monotonic() - begin)

    def _is_ready(self):
        ready = re.search(r"^coffer is ready: https://localhost:(\d+)$",
                          (self.folder / "output").read_text(), re.MULTILINE)
        if ready:
            self.port = int(ready.group(1))
        return ready is not None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)

    def functions(self):
        """How many steps of rotations are being run."""
        children = 0
        try:
            for thread in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
                children += len((thread / "children").read_text().split())
        except OSError:
            pass  # Gone while it was looked at.
        return children

    def stop(self):
        self.process.send_signal(signal.SIGTERM)

    def ended(self):
        """How the process ended, once it has."""
        return self.process.wait(PATIENCE_SECONDS)

    def lose_last_commit(self):
        """Cuts the write-ahead log of a server that was killed before the last frame that ends a
        commit (SQLite: Database File Format, 4.1 and 4.2)."""
        log = self.data / "coffer.db-wal"
        content = log.read_bytes() if log.exists() else b""
        frame, salts = 24 + int.from_bytes(content[8:12], "big"), content[16:24]
        commits = [begin for begin in range(32, len(content) - frame + 1, frame)
                   if content[begin + 8:begin + 16] == salts and any(content[begin + 4:begin + 8])]
        if commits:
            os.truncate(log, commits[-1])

    def end(self):
        if self.process and self.process.poll() is None:
            self.kill()
            self.ended()

    def log(self):
        return (self.folder / "log").read_text(errors="replace")

    def troubles(self):
        """Lines of the log that no server should ever write."""
        return [line.group(0) for line in TROUBLE.finditer(self.log())]

    def ask(self, *arguments):
        """What a command about this data directory prints; its exit status."""
        done = subprocess.run([self.binary, *arguments, "--data", self.data], capture_output=True,
                              text=True, check=False, timeout=600)
        return done.returncode, done.stdout + done.stderr


