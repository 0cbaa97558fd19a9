"""The servers that are measured: in directories of their own, all on the one server core."""

import contextlib
import os
import pathlib
import pwd
import signal
import socket
import ssl
import subprocess
import time

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
READY_WITHIN_SECONDS = 60

NGINX_CONFIGURATION = """
daemon off;
user {user};
worker_processes {workers};
pid {directory}/nginx.pid;
error_log {directory}/error.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {directory}/client_body;
  proxy_temp_path {directory}/proxy;
  fastcgi_temp_path {directory}/fastcgi;
  uwsgi_temp_path {directory}/uwsgi;
  scgi_temp_path {directory}/scgi;
  default_type application/x-amz-json-1.1;
  sendfile on;
  open_file_cache max=16;
  open_file_cache_valid 1h;
  keepalive_requests 1000000000;
  keepalive_timeout 1h;
  server {{
    listen 127.0.0.1:{port} ssl;
    listen 127.0.0.1:{plain_port};
    ssl_certificate {certificate};
    ssl_certificate_key {private_key};
    ssl_protocols TLSv1.2 TLSv1.3;
    location = /file {{ alias {directory}/body; }}
    location = /return {{ return 200 '{body}'; }}
    location = / {{ return 200 '{body}'; }}
  }}
}}
"""


def cores():
    """The core of the load generator and the core of the servers."""
    available = sorted(os.sched_getaffinity(0))
    if len(available) < 2:
        raise SystemExit("the benchmark needs two cores: one for the server, one for the load")
    return available[0], available[1]


LOAD_CORE, SERVER_CORE = ALL_CORES = cores()


@contextlib.contextmanager
def pinned(*only):
    """Programs started in here, and only these, run on these cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, only)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Server:
    """A server process and what it costs. Subclasses say how it is started."""

    cores = (SERVER_CORE,)

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.port = free_port()
        self.process = None

    @property
    def host(self):
        return f"127.0.0.1:{self.port}"

    def url(self, path="/"):
        return f"https://{self.host}{path}"

    def command(self):
        raise NotImplementedError

    def spawn(self):
        """Starts the process and does not wait for it."""
        with pinned(*self.cores), open(self.directory / "server.log", "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)

    def connect(self, pause=0.0005):
        """A plain connection, as soon as the server takes one."""
        give_up = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < give_up:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended: see {self.directory / 'server.log'}")
            try:
                return socket.create_connection(("127.0.0.1", self.port), timeout=10)
            except ConnectionRefusedError:
                time.sleep(pause)
        raise RuntimeError(f"the server does not listen: see {self.directory / 'server.log'}")

    def stop(self):
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def __enter__(self):
        self.spawn()
        try:
            self.connect(pause=0.01).close()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def _processes(self):
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text()
        return [pid, *map(int, children.split())]

    def cpu_seconds(self):
        """User and system time of the process and its workers so far."""
        ticks = 0
        for pid in self._processes():
            # The name in parentheses may hold blanks; the fields after it do not.
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS_A_SECOND

    def resident_kib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines()
                    if line.startswith("VmRSS:"))

    def cipher(self):
        """Protocol and cipher that this machine's OpenSSL and the server agree on."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        with context.wrap_socket(self.connect()) as connection:
            return f"{connection.version()} {connection.cipher()[0]}"


class Coffer(Server):
    """`coffer dev` with one thread unless told otherwise, its data below `directory`."""

    threads = 1

    def __init__(self, binary, directory, *arguments):
        super().__init__(directory)
        self.binary = binary
        self.arguments = arguments
        self.directory.mkdir(parents=True, exist_ok=True)
        self.data = self.directory / "data"

    @property
    def authority(self):
        return self.data / "tls" / "ca.pem"

    def command(self):
        return [self.binary, "dev", "--listen", self.host, "--data", self.data,
                "--threads", str(self.threads), *self.arguments]


class Nginx(Server):
    """Answers `body` over TLS, with the certificate of a Coffer, and without; with one worker unless
    told otherwise."""

    def __init__(self, directory, coffer, body, workers=1):
        super().__init__(directory)
        self.plain_port = free_port()
        self.directory.mkdir(parents=True)
        (self.directory / "body").write_bytes(body)
        text = body.decode().replace("\\", "\\\\").replace("'", "\\'")
        if "$" in text:
            raise RuntimeError("nginx would take a $ in the body for a variable")
        (self.directory / "nginx.conf").write_text(NGINX_CONFIGURATION.format(
            user=pwd.getpwuid(os.geteuid()).pw_name, workers=workers, directory=self.directory,
            port=self.port, plain_port=self.plain_port,
            certificate=(coffer.data / "tls" / "server.pem").resolve(),
            private_key=(coffer.data / "tls" / "server.key").resolve(), body=text))

    def command(self):
        return ["nginx", "-p", self.directory, "-c", self.directory / "nginx.conf"]
