"""coffer-rotator against PostgreSQL: what AWS's functions RDSPostgreSQLRotation{Single,Multi}User do."""

import json
import os

import psycopg2
import pytest

from databases import ADMIN_PASSWORD, HOST, OTHER_HOST, Authority, free_port
from rotator_support import PUNCTUATION, Rotation

# What people call users; each is also a reason for quoting.
NAMES = ["app", "App Upper", 'quo"ted', "it's", "back\\slash", "semi;colon --", "größe_数据"]
OLD = "Old-pass-9876543210"


@pytest.fixture
def user(postgresql, name):
    postgresql.create_user(name, OLD)
    return name


def single(server, user, password=OLD, **more):
    return Rotation("postgresql", server.secret("postgres", user, password, ssl=False, **more))


def alternating(server, user, password=OLD, master=None, **settings):
    value = server.secret("postgres", user, password, ssl=False, masterarn="the-master")
    master = master or server.secret("postgres", server.admin, ADMIN_PASSWORD, ssl=False)
    related = {"the-master": {"SecretString": json.dumps(master)}}
    return Rotation("postgresql", value, related, **settings)


class TestSingleUser:
    def test_the_new_password_works_and_the_old_one_does_not(self, postgresql, user):
        value = single(postgresql, user).rotate()

        assert postgresql.accepts(user, value["password"])
        assert not postgresql.accepts(user, OLD)

    def test_what_else_is_in_the_secret_stays_as_it_is(self, postgresql, user):
        text = ('{ "engine":"postgres","host":"%s",\n "port": "%d","username":"%s","password" : '
                '"%s","ssl":"FALSE","dbname":null,"n":1.50E+2,"list":[{"password":"x"}]}')
        rotation = Rotation("postgresql", text % (HOST, postgresql.port, user, OLD))

        rotation.rotate("a-New-pass-1")

        assert (rotation.versions["Current"]["SecretString"]
                == text % (HOST, postgresql.port, user, "a-New-pass-1"))

    def test_each_step_may_be_repeated(self, postgresql, user):
        rotation = single(postgresql, user)
        for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
            first = rotation.step(step)
            pending = rotation.versions["Pending"]
            assert first.ok, first.text
            again = rotation.step(step)
            assert again.status == 0 and again.document == {}
            assert rotation.versions["Pending"] == pending
        assert postgresql.accepts(user, rotation.value("Pending")["password"])

    def test_a_rotation_that_broke_off_after_the_change_goes_on(self, postgresql, user):
        rotation = single(postgresql, user)
        rotation.create()
        assert rotation.step("setSecret").ok
        # The current password is no longer valid: only the pending one is.
        assert rotation.step("setSecret").ok
        assert rotation.step("testSecret").ok

    def test_the_previous_password_heals(self, postgresql, user):
        rotation = single(postgresql, user, "Zk4-never-set-1")
        rotation.put("Previous", postgresql.secret("postgres", user, OLD))

        value = rotation.rotate()

        assert postgresql.accepts(user, value["password"])

    @pytest.mark.parametrize("change", [{"username": "postgres"}, {"host": "db.invalid"},
                                        {"engine": "mysql"}])
    def test_a_previous_value_of_something_else_is_not_used(self, postgresql, user, change):
        rotation = single(postgresql, user, "Zk4-never-set-1")
        rotation.put("Previous", postgresql.secret("postgres", user, OLD) | change)
        rotation.create()

        answer = rotation.step("setSecret")

        assert (answer.status, answer.type) == (0, "LoginFailed")
        assert "pending or current password" in answer.message

    def test_all_passwords_wrong(self, postgresql, user):
        rotation = single(postgresql, user, "Zk4-wrong-2")
        rotation.put("Previous",
                     postgresql.secret("postgres", user, "Zk4-previous-1"))
        rotation.create("Zk4-pending-1")

        answer = rotation.step("setSecret")

        assert (answer.status, answer.type) == (0, "LoginFailed")
        assert "28P01" in answer.message and user in answer.message
        assert "Zk4-" not in answer.text
        assert postgresql.accepts(user, OLD)

    def test_a_test_of_a_password_that_was_not_set_fails(self, postgresql, user):
        rotation = single(postgresql, user)
        rotation.create()

        assert rotation.step("testSecret").type == "LoginFailed"

    def test_a_copy_of_the_current_value_passes_the_test(self, postgresql, user):
        rotation = single(postgresql, user)
        rotation.put("Pending", rotation.value("Current"))

        assert rotation.step("testSecret").ok

    @pytest.mark.parametrize("change", [{"host": "elsewhere.invalid"}, {"username": "postgres"},
                                        {"port": 1}])
    @pytest.mark.parametrize("step", ["setSecret", "testSecret"])
    def test_a_pending_value_for_something_else_is_refused_unsent(self, postgresql, user, change,
                                                                 step):
        rotation = single(postgresql, user)
        rotation.put("Pending", rotation.value("Current") | {"password": "P-123456"} | change)

        answer = rotation.step(step)

        assert (answer.status, answer.type) == (0, "PendingMismatch")
        assert answer.seconds < 2

    def test_users_of_any_name_with_any_password(self, postgresql):
        for number, name in enumerate(NAMES):
            name = f"{name} {number}"
            password = f"1{PUNCTUATION}ä"
            postgresql.create_user(name, password)
            value = single(postgresql, name, password).rotate(f"2{PUNCTUATION}数")
            assert postgresql.accepts(name, value["password"]), name
            assert value["password"] == f"2{PUNCTUATION}数"

    def test_no_password_reaches_the_servers_log(self, postgresql, user):
        rotation = single(postgresql, user)
        value = rotation.rotate("Unmistakable-pass-1")

        log = postgresql.log()
        assert f'ALTER ROLE "{user}" PASSWORD \'SCRAM-SHA-256$' in log
        assert value["password"] not in log
        rotation.rotate("Unmistakable-pass-2", PASSWORD_TRANSPORT="plaintext")
        assert "Unmistakable-pass-2" in postgresql.log()

    def test_environment_and_home_have_no_say(self, postgresql, user, tmp_path):
        (tmp_path / ".pgpass").write_text(f"*:*:*:{user}:{OLD}\n")
        (tmp_path / ".pgpass").chmod(0o600)
        (tmp_path / ".pg_service.conf").write_text(f"[x]\npassword={OLD}\nhost={HOST}\n")
        interference = {"PGPASSWORD": OLD, "PGHOST": HOST, "PGSSLMODE": "require",
                        "PGSERVICE": "x", "PGUSER": "postgres", "PGOPTIONS": "-c role=postgres",
                        "PGPORT": "1", "PGDATABASE": "none", "HOME": str(tmp_path)}
        rotation = single(postgresql, user, "Zk4-wrong-2")
        rotation.create()

        answer = rotation.step("setSecret", environment={**os.environ, **interference})

        assert answer.type == "LoginFailed"
        assert single(postgresql, user).rotate(environment={**os.environ, **interference})

    def test_a_server_that_trusts_everybody_is_noticed(self, postgresql, user):
        rules = postgresql.folder / "data" / "pg_hba.conf"
        before = rules.read_text()
        try:
            rules.write_text(f'host all "{user}" all trust\n{before}')
            postgresql.execute("SELECT pg_reload_conf()")
            rotation = single(postgresql, user)
            rotation.create()
            answer = rotation.step("setSecret")
        finally:
            rules.write_text(before)
            postgresql.execute("SELECT pg_reload_conf()")

        assert answer.type == "LoginFailed" and "did not ask for a password" in answer.message


class TestAlternatingUsers:
    def test_two_users_take_turns(self, postgresql, user):
        postgresql.execute(f'CREATE TABLE "t-{user}" (x int)')
        postgresql.execute(f'GRANT SELECT ON "t-{user}" TO "{user}"')
        rotation = alternating(postgresql, user)
        for expected in (f"{user}_clone", user, f"{user}_clone"):
            value = rotation.rotate()
            previous = rotation.value("Previous")
            assert value["username"] == expected
            for one in (value, previous):
                rows = postgresql.execute(f'SELECT count(*) FROM "t-{user}"',
                                          user=one["username"], password=one["password"])
                assert rows == [(0,)]
        assert not postgresql.accepts(user, OLD)

    def test_set_up_may_be_repeated(self, postgresql, user):
        rotation = alternating(postgresql, user)
        pending = rotation.create()
        assert rotation.step("setSecret").ok
        assert rotation.step("setSecret").ok
        postgresql.execute(f'ALTER ROLE "{user}_clone" PASSWORD \'somebody-elses\'')
        assert rotation.step("setSecret").ok
        assert postgresql.accepts(pending["username"], pending["password"])

    def test_users_of_any_name_with_any_password(self, postgresql):
        for number, name in enumerate(NAMES):
            name = f"{name} {number}b"
            password = f"1{PUNCTUATION}"
            postgresql.create_user(name, password)
            rotation = alternating(postgresql, name, password)
            for _ in range(2):
                value = rotation.rotate(f"2{PUNCTUATION}")
                assert postgresql.accepts(value["username"], value["password"]), name

    def test_the_current_password_must_be_right(self, postgresql, user):
        rotation = alternating(postgresql, user, "Zk4-wrong-2")
        rotation.create()

        answer = rotation.step("setSecret")

        assert answer.type == "LoginFailed" and "with the current password" in answer.message
        assert postgresql.execute("SELECT 1 FROM pg_roles WHERE rolname = %s",
                                  f"{user}_clone") == []

    def test_what_can_be_wrong_with_the_master_secret(self, postgresql, user):
        admin = postgresql.secret("postgres", postgresql.admin, ADMIN_PASSWORD, ssl=False)

        def failure(related, value=None):
            rotation = alternating(postgresql, user)
            rotation.create()
            if value:
                rotation.put("Current", value)
            rotation.related = related
            answer = rotation.step("setSecret")
            assert answer.status == 0
            return answer.type, answer.message

        def given(**changes):
            return {"the-master": {"SecretString": json.dumps(admin | changes)}}

        no_master = postgresql.secret("postgres", user, OLD, ssl=False)
        rotation = Rotation("postgresql", no_master, STRATEGY="alternating-users")
        assert rotation.step("createSecret").type == "MasterSecretMissing"
        assert failure({})[0] == "MasterSecretUnavailable"
        refused = {"the-master": {"ErrorMessage": "not on the list of related secrets"}}
        kind, message = failure(refused)
        assert kind == "MasterSecretUnavailable" and "not on the list" in message
        assert failure({"the-master": {"SecretString": "{}"}})[0] == "MasterSecretInvalid"
        assert failure(given(host="localhost"))[0] == "MasterSecretOtherHost"
        kind, message = failure(given(password="Zk4-master-1"))
        assert kind == "MasterLoginFailed" and "Zk4-" not in message

    def test_a_master_without_the_right_says_so(self, postgresql, user):
        weak = f"weak-{user}"
        postgresql.create_user(weak, "Weak-pass-1")
        master = postgresql.secret("postgres", weak, "Weak-pass-1", ssl=False)
        rotation = alternating(postgresql, user, master=master)
        rotation.create()

        answer = rotation.step("setSecret")

        assert answer.type == "PermissionDenied" and "42501" in answer.message

    def test_names_that_would_be_cut(self, postgresql):
        # 63 bytes with the suffix fit, 64 do not.
        for name, fits in (("u" * 57, True), ("u" * 58, False), ("é" * 29, False)):
            answer = alternating(postgresql, name).step("createSecret")
            assert answer.ok == fits and (fits or answer.type == "UserNameTooLong")

    def test_whoever_owns_the_database_runs_nothing_as_the_master(self, postgresql, user):
        database = f"db-{user}"
        postgresql.execute(f'CREATE DATABASE "{database}" OWNER "{user}"')
        owner = {"user": user, "password": OLD, "database": database}
        for statement in (
                "CREATE SCHEMA trap",
                "CREATE FUNCTION trap.equal(name, name) RETURNS boolean LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'trapped as %', current_user; END $$",
                "CREATE OPERATOR trap.= (LEFTARG = name, RIGHTARG = name, FUNCTION = trap.equal)",
                f'ALTER DATABASE "{database}" SET search_path = trap, pg_catalog'):
            postgresql.execute(statement, **owner)
        with pytest.raises(psycopg2.errors.RaiseException, match="trapped as postgres"):
            postgresql.execute("SELECT 1 FROM pg_catalog.pg_roles WHERE rolname = 'x'",
                               database=database)
        master = postgresql.secret("postgres", postgresql.admin, ADMIN_PASSWORD, ssl=False,
                                   dbname=database)

        rotation = alternating(postgresql, user, master=master)

        assert rotation.rotate()["username"] == f"{user}_clone"


class TestTls:
    """`secret` None is a secret without the key."""

    @pytest.mark.parametrize("ssl, fallback, ok", [
        (None, None, True), (None, "any", True), (None, "never", False),
        (True, None, False), ("TRUE", "any", False), (False, None, True), ("false", "never", True),
        ("perhaps", None, True)])
    def test_a_server_without_tls(self, postgresql, user, ssl, fallback, ok):
        assert self.attempt(postgresql, user, ssl, fallback, "/etc/ssl/certs") == (
            "" if ok else "TlsFailed")

    @pytest.mark.parametrize("ssl, fallback, authority, expected", [
        (None, None, "ours", ""), (True, None, "ours", ""), (False, None, "ours", ""),
        (None, None, "foreign", "TlsFailed"), (True, None, "foreign", "TlsFailed"),
        (None, "any", "foreign", ""), (True, "any", "foreign", "TlsFailed"),
        (None, "never", "ours", "")])
    def test_a_server_with_tls(self, postgresql_tls, name, tmp_path, ssl, fallback, authority,
                               expected):
        postgresql_tls.create_user(name, OLD)
        file = (postgresql_tls.authority if authority == "ours" else Authority(tmp_path)).file
        assert self.attempt(postgresql_tls, name, ssl, fallback, file) == expected

    @staticmethod
    def attempt(server, user, ssl, fallback, ca_file):
        more = {} if ssl is None else {"ssl": ssl}
        rotation = Rotation("postgresql", server.secret("postgres", user, OLD, **more),
                            CA_FILE=str(ca_file),
                            **({"TLS_FALLBACK": fallback} if fallback else {}))
        rotation.create()
        answer = rotation.step("setSecret")
        return "" if answer.ok else answer.type

    def test_the_name_in_the_certificate_counts(self, postgresql_tls, name):
        postgresql_tls.create_user(name, OLD)
        value = postgresql_tls.secret("postgres", name, OLD) | {"host": OTHER_HOST}
        rotation = Rotation("postgresql", value, CA_FILE=str(postgresql_tls.authority.file))
        rotation.create()

        assert rotation.step("setSecret").type == "TlsFailed"

    @pytest.mark.parametrize("ssl", [None, True])
    def test_a_missing_file_is_named(self, postgresql_tls, name, ssl):
        postgresql_tls.create_user(name, OLD)
        more = {} if ssl is None else {"ssl": ssl}
        rotation = Rotation("postgresql", postgresql_tls.secret("postgres", name, OLD, **more),
                            CA_FILE="/nonexistent/ca.pem")
        rotation.create()

        answer = rotation.step("setSecret")

        assert answer.type == "TlsFailed" and "/nonexistent/ca.pem" in answer.message

    def test_no_way_back_to_plain_text_after_a_wrong_password(self, postgresql_tls, name):
        postgresql_tls.create_user(name, OLD)
        rotation = Rotation("postgresql",
                            postgresql_tls.secret("postgres", name, "Zk4-wrong-1"),
                            CA_FILE=str(postgresql_tls.authority.file))
        rotation.create()
        before = postgresql_tls.log().count("password authentication failed")

        assert rotation.step("setSecret").type == "LoginFailed"

        # One for the pending password, one for the current one.
        assert postgresql_tls.log().count("password authentication failed") == before + 2


class TestUnreachable:
    def test_nobody_listens(self, postgresql, user):
        rotation = single(postgresql, user)
        rotation.put("Current", rotation.value("Current") | {"port": free_port()})
        rotation.create()

        answer = rotation.step("setSecret")

        assert (answer.status, answer.type) == (75, "ServerUnreachable")
        assert answer.seconds < 2

    def test_too_many_connections(self, postgresql, user):
        postgresql.execute(f'ALTER ROLE "{user}" CONNECTION LIMIT 0')
        rotation = single(postgresql, user)
        rotation.put("Pending", rotation.value("Current"))

        answer = rotation.step("testSecret")

        assert (answer.status, answer.type) == (75, "ServerUnreachable")

    def test_the_deadline(self, postgresql, user):
        blocker = postgresql.connect()
        try:
            blocker.autocommit = False
            with blocker.cursor() as cursor:
                cursor.execute("LOCK TABLE pg_authid IN ACCESS EXCLUSIVE MODE")
            rotation = single(postgresql, user)
            rotation.create()
            answer = rotation.step("setSecret", TIMEOUT_SECONDS="2")
        finally:
            blocker.close()

        assert (answer.status, answer.type) == (75, "TimedOut")
        assert 1 < answer.seconds < 3
