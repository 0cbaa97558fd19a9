"""Database servers that the tests start themselves: PostgreSQL and MariaDB on ports of their own, with
data in a temporary folder. The fixtures `postgresql`, `postgresql_tls`, `mariadb` and `mariadb_tls`
last for the session; tests make databases and users with names of their own in them."""

import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

import psycopg2
import psycopg2.extensions
import pymysql
import pytest

HOST = "127.0.0.1"
OTHER_HOST = "127.0.0.2"  # The same servers; not in their certificates.
ADMIN_PASSWORD = "Admin-pass-0123456789"
START_SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def find_program(name, *patterns):
    """A program's path, of the newest version where several are installed; None = not installed."""
    found = sorted(path for pattern in patterns for path in glob.glob(f"{pattern}/{name}"))
    return found[-1] if found else shutil.which(name)


def unprivileged_user(*names):
    """Whom a server runs as when root runs the tests: both refuse root. None = as we are."""
    if os.geteuid() != 0:
        return None
    for name in (*names, "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    return None


class Authority:
    """A certificate authority, and one certificate for localhost and 127.0.0.1."""

    def __init__(self, folder):
        self.file = folder / "ca.pem"
        self.key = folder / "server.key"
        self.certificate = folder / "server.pem"
        ca_key, request, extensions = folder / "ca.key", folder / "server.csr", folder / "san"
        extensions.write_text(f"subjectAltName=DNS:localhost,IP:{HOST}\n")
        self._openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj",
                      "/CN=Test authority", "-keyout", ca_key, "-out", self.file)
        self._openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-keyout",
                      self.key, "-out", request)
        self._openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", ca_key,
                      "-CAcreateserial", "-days", "30", "-extfile", extensions, "-out",
                      self.certificate)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class DatabaseServer:
    """What both have in common: a folder, a port, a process that is ended with the tests."""

    admin = None
    users = ()

    def __init__(self, tls=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="coffer-database-"))
        self.port = free_port()
        self.owner = unprivileged_user(*self.users)
        self.process = None
        self.output = self.folder / "log"
        self.authority = Authority(self.folder) if tls else None
        self.own()

    def own(self):
        """Gives everything in the folder to the server's user."""
        if self.owner is None:
            return
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def run(self, *arguments):
        """Runs a program to its end as the server's user."""
        done = subprocess.run(list(map(str, arguments)), cwd=self.folder, capture_output=True,
                              text=True, **self.identity())
        assert done.returncode == 0, done.stdout + done.stderr

    def identity(self):
        if self.owner is None:
            return {}
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []}

    def spawn(self, *arguments):
        with open(self.output, "ab") as output:
            self.process = subprocess.Popen(list(map(str, arguments)), cwd=self.folder,
                                            stdout=output, stderr=output, **self.identity())
        deadline = time.monotonic() + START_SECONDS
        while True:
            assert self.process.poll() is None, self.log()
            try:
                self.connect().close()
                return self
            except (psycopg2.OperationalError, pymysql.err.OperationalError):
                assert time.monotonic() < deadline, self.log()
                time.sleep(0.1)

    def log(self):
        return self.output.read_text(errors="replace")

    def accepts(self, user, password, **options):
        """Whether somebody can log in."""
        try:
            self.connect(user, password, **options).close()
            return True
        except (psycopg2.OperationalError, pymysql.err.OperationalError):
            return False

    def secret(self, engine, user, password, **more):
        """The value of a secret, as AWS documents it."""
        return {"engine": engine, "host": HOST, "port": self.port, "username": user,
                "password": password, **more}

    def stop(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)
        shutil.rmtree(self.folder, ignore_errors=True)


class Postgresql(DatabaseServer):
    """With scram-sha-256 for everybody, and every statement in its log."""

    admin = "postgres"
    users = ("postgres",)

    def start(self):
        data = self.folder / "data"
        password = self.folder / "password"
        password.write_text(ADMIN_PASSWORD)
        self.own()
        self.run(self.program("initdb"), "-D", data, "-U", self.admin, "-A", "scram-sha-256",
                 f"--pwfile={password}", "-E", "UTF8", "--no-locale", "--no-sync")
        settings = {"port": self.port, "listen_addresses": f"{HOST},{OTHER_HOST}", "fsync": "off",
                    "unix_socket_directories": self.folder, "shared_buffers": "16MB",
                    "log_statement": "all", "max_connections": 20,
                    "password_encryption": "scram-sha-256"}
        if self.authority:
            self.authority.key.chmod(0o600)
            settings |= {"ssl": "on", "ssl_cert_file": self.authority.certificate,
                         "ssl_key_file": self.authority.key}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return self.spawn(self.program("postgres"), "-D", data, *options)

    @staticmethod
    def program(name):
        return find_program(name, "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin")

    def connect(self, user=None, password=ADMIN_PASSWORD, database="postgres", **options):
        connection = psycopg2.connect(host=HOST, port=self.port, user=user or self.admin,
                                      password=password, dbname=database, **options)
        connection.autocommit = True
        return connection

    def execute(self, statement, *arguments, **login):
        """Runs one statement, as the superuser unless told otherwise, and answers its rows."""
        connection = self.connect(**login)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, arguments or None)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()

    def quoted(self, name):
        connection = self.connect()
        try:
            return psycopg2.extensions.quote_ident(name, connection)
        finally:
            connection.close()

    def create_user(self, name, password):
        self.execute(f"CREATE ROLE {self.quoted(name)} LOGIN PASSWORD %s", password)


class Mariadb(DatabaseServer):
    admin = "admin"
    users = ("mysql",)

    def start(self):
        data = self.folder / "data"
        statements = self.folder / "init.sql"
        statements.write_text(
            f"CREATE OR REPLACE USER '{self.admin}'@'%' IDENTIFIED BY '{ADMIN_PASSWORD}';\n"
            f"GRANT ALL ON *.* TO '{self.admin}'@'%' WITH GRANT OPTION;\n")
        self.own()
        self.run(find_program("mariadb-install-db"), "--no-defaults", f"--datadir={data}",
                 "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve")
        options = [f"--datadir={data}", f"--port={self.port}", f"--bind-address={HOST},{OTHER_HOST}",
                   f"--socket={self.folder}/socket", f"--pid-file={self.folder}/pid",
                   f"--init-file={statements}", "--skip-name-resolve", "--skip-log-bin",
                   "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0",
                   "--character-set-server=utf8mb4"]
        if self.authority:
            options += [f"--ssl-ca={self.authority.file}", f"--ssl-key={self.authority.key}",
                        f"--ssl-cert={self.authority.certificate}"]
        return self.spawn(find_program("mariadbd", "/usr/sbin"), "--no-defaults", *options)

    def connect(self, user=None, password=ADMIN_PASSWORD, database=None, **options):
        # PyMySQL would take a text for Latin-1.
        return pymysql.connect(host=HOST, port=self.port, user=user or self.admin,
                               password=password.encode(), database=database, autocommit=True,
                               charset="utf8mb4", **options)

    def execute(self, statement, *arguments, **login):
        """Runs one statement, as the administrator unless told otherwise, and answers its rows."""
        connection = self.connect(**login)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement, arguments or None)
                return list(cursor.fetchall())
        finally:
            connection.close()

    def create_user(self, name, password, host="%"):
        self.execute("CREATE USER %s@%s IDENTIFIED BY %s", name, host, password)


def session_server(kind, program, **options):
    """Starts a server, or skips who needs it and says what is missing. `./dev test` installs both."""
    if program is None:
        pytest.skip(f"no {kind.__name__} server is installed: ./dev test installs it")
    server = kind(**options)
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def postgresql():
    yield from session_server(Postgresql, Postgresql.program("initdb"))


@pytest.fixture(scope="session")
def postgresql_tls():
    yield from session_server(Postgresql, Postgresql.program("initdb"), tls=True)


@pytest.fixture(scope="session")
def mariadb():
    yield from session_server(Mariadb, find_program("mariadb-install-db"))


@pytest.fixture(scope="session")
def mariadb_tls():
    yield from session_server(Mariadb, find_program("mariadb-install-db"), tls=True)
