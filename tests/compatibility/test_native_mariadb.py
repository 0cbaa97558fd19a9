"""coffer-rotator against MariaDB: what AWS's functions RDS{MariaDB,MySQL}Rotation{Single,Multi}User do."""

import json
import re

import pytest

from databases import ADMIN_PASSWORD, OTHER_HOST, Authority, free_port
from rotator_support import PUNCTUATION, Rotation

NAMES = ["app", "App Upper", 'quo"ted', "it's", "back\\slash", "semi;colon -- ", "`tick`",
         "größe_数据"]
OLD = "Old-pass-9876543210"


@pytest.fixture
def user(mariadb, name):
    mariadb.create_user(name, OLD)
    return name


def single(server, user, password=OLD, engine="mariadb", **more):
    return Rotation("mysql", server.secret(engine, user, password, ssl=False, **more))


def alternating(server, user, password=OLD, master=None, **settings):
    value = server.secret("mariadb", user, password, ssl=False, masterarn="the-master")
    master = master or server.secret("mariadb", server.admin, ADMIN_PASSWORD, ssl=False)
    related = {"the-master": {"SecretString": json.dumps(master)}}
    return Rotation("mysql", value, related, **settings)


def grants(server, user, host="%"):
    """What SHOW GRANTS says, with the account's name and its password's hash taken out."""
    rows = [row[0] for row in server.execute("SHOW GRANTS FOR %s@%s", user, host)]
    return sorted(re.sub(r" IDENTIFIED BY PASSWORD '[^']*'", "", row.replace(f"`{user}`", "`-`"))
                  for row in rows)


class TestSingleUser:
    @pytest.mark.parametrize("engine", ["mariadb", "mysql", "aurora-mysql"])
    def test_the_new_password_works_and_the_old_one_does_not(self, mariadb, user, engine):
        value = single(mariadb, user, engine=engine).rotate()

        assert mariadb.accepts(user, value["password"])
        assert not mariadb.accepts(user, OLD)

    def test_each_step_may_be_repeated(self, mariadb, user):
        rotation = single(mariadb, user)
        for step in ("createSecret", "setSecret", "testSecret", "finishSecret"):
            assert rotation.step(step).ok
            assert rotation.step(step).ok
        assert mariadb.accepts(user, rotation.value("Pending")["password"])

    def test_the_previous_password_heals(self, mariadb, user):
        rotation = single(mariadb, user, "Zk4-never-set-1")
        rotation.put("Previous", mariadb.secret("mysql", user, OLD))

        value = rotation.rotate()

        assert mariadb.accepts(user, value["password"])

    def test_all_passwords_wrong(self, mariadb, user):
        rotation = single(mariadb, user, "Zk4-wrong-1")
        rotation.put("Previous", mariadb.secret("mysql", user, "Zk4-wrong-2"))
        rotation.create("Zk4-wrong-3")

        answer = rotation.step("setSecret")

        assert (answer.status, answer.type) == (0, "LoginFailed")
        assert "1045" in answer.message and user in answer.message
        assert "Zk4-" not in answer.text
        assert rotation.step("testSecret").type == "LoginFailed"

    def test_an_account_of_one_host_only(self, mariadb, name):
        mariadb.create_user(name, OLD, host="127.0.0.1")

        value = single(mariadb, name).rotate()

        assert mariadb.accepts(name, value["password"])

    def test_users_of_any_name_with_any_password(self, mariadb):
        for mode in ("", "NO_BACKSLASH_ESCAPES", "ANSI_QUOTES"):
            before = mariadb.execute("SELECT @@GLOBAL.sql_mode")[0][0]
            mariadb.execute("SET GLOBAL sql_mode = %s", mode)
            try:
                self.rotate_all_names(mariadb, mode)
            finally:
                mariadb.execute("SET GLOBAL sql_mode = %s", before)

    @staticmethod
    def rotate_all_names(mariadb, mode):
        for number, name in enumerate(NAMES):
            name = f"{name} {number}{mode[:1]}"
            mariadb.create_user(name, OLD)
            value = single(mariadb, name).rotate(f"2{PUNCTUATION}数\n")
            assert mariadb.accepts(name, value["password"]), name
            clone = alternating(mariadb, name, value["password"]).rotate(f"3{PUNCTUATION}ä")
            assert mariadb.accepts(clone["username"], clone["password"]), name

    def test_two_passwords_at_once_are_of_mysql_alone(self, mariadb, user):
        rotation = single(mariadb, user)
        rotation.create()

        answer = rotation.step("setSecret", DUAL_PASSWORD="true")

        assert answer.type == "InvalidSettings" and "8.0.14" in answer.message


class TestAlternatingUsers:
    def test_two_users_take_turns(self, mariadb, user):
        mariadb.execute("CREATE DATABASE IF NOT EXISTS `shop TO you`")
        mariadb.execute("CREATE TABLE IF NOT EXISTS `shop TO you`.t (x int)")
        mariadb.execute("CREATE ROLE %s", f"role-{user}")
        for grant in ("SELECT, INSERT ON `shop TO you`.* TO %s", "UPDATE (x) ON `shop TO you`.t TO %s",
                      "PROCESS ON *.* TO %s", f"`role-{user}` TO %s"):
            mariadb.execute("GRANT " + grant, user)
        mariadb.execute("SET DEFAULT ROLE %s FOR %s@'%%'", f"role-{user}", user)
        rotation = alternating(mariadb, user)
        for expected in (f"{user}_clone", user, f"{user}_clone"):
            value = rotation.rotate()
            previous = rotation.value("Previous")
            assert value["username"] == expected
            for one in (value, previous):
                login = {"user": one["username"], "password": one["password"]}
                assert mariadb.execute("SELECT count(*) FROM `shop TO you`.t", **login) == [(0,)]
                assert mariadb.execute("SELECT CURRENT_ROLE()", **login) == [(f"role-{user}",)]
        assert grants(mariadb, user) == grants(mariadb, f"{user}_clone")
        assert not mariadb.accepts(user, OLD)

    @pytest.mark.parametrize("copies", [False, True])
    def test_the_right_to_grant_is_copied_when_asked(self, mariadb, user, copies):
        mariadb.execute("GRANT SELECT ON *.* TO %s WITH GRANT OPTION", user)
        settings = {"COPY_GRANT_OPTION": "true"} if copies else {}

        clone = alternating(mariadb, user, **settings).rotate()

        has_it = any("WITH GRANT OPTION" in row for row in grants(mariadb, clone["username"]))
        assert has_it == copies

    @pytest.mark.parametrize("demand", [
        "SSL", "X509", "ISSUER '/CN=it''s AND x' AND CIPHER 'ECDHE-RSA-AES256-GCM-SHA384'"])
    def test_what_an_account_demands_of_tls_is_copied(self, mariadb, user, demand):
        rotation = alternating(mariadb, user)
        clone = rotation.rotate()
        rotation.rotate()  # The user itself is current again.
        mariadb.execute(f"ALTER USER %s@'%%' REQUIRE {demand}", user)
        # Its login cannot be tried without TLS, so the check of the current password is: the clone
        # is current, the user pending.
        mariadb.execute(f"ALTER USER %s@'%%' REQUIRE {demand}", clone["username"])
        mariadb.execute("ALTER USER %s@'%%' REQUIRE NONE", user)

        def demands(name):
            return mariadb.execute("SELECT ssl_type, ssl_cipher, x509_issuer, x509_subject "
                                   "FROM mysql.user WHERE User = %s", name)

        assert demands(user) != demands(clone["username"])
        rotation.create()
        assert rotation.step("setSecret").ok
        assert demands(user) == demands(clone["username"])

    def test_a_user_that_was_left_half_made_is_finished(self, mariadb, user):
        mariadb.execute("GRANT PROCESS ON *.* TO %s", user)
        rotation = alternating(mariadb, user)
        pending = rotation.create()
        password = pending["password"]
        # As after a crash between CREATE USER and the rest.
        mariadb.create_user(pending["username"], f"{password}~{password}")

        assert rotation.step("setSecret").ok
        assert rotation.step("setSecret").ok

        assert grants(mariadb, user) == grants(mariadb, pending["username"])
        assert mariadb.accepts(pending["username"], password)

    def test_accounts_of_other_hosts(self, mariadb, name):
        for host in ("127.0.0.1", "10.%"):
            mariadb.create_user(name, OLD, host=host)
            mariadb.execute("GRANT PROCESS ON *.* TO %s@%s", name, host)
        rotation = alternating(mariadb, name)
        rotation.create()

        answer = rotation.step("setSecret")
        assert answer.type == "DatabaseError" and "HOST_PARTS=all" in answer.message

        assert rotation.step("setSecret", HOST_PARTS="all").ok
        assert rotation.step("testSecret", HOST_PARTS="all").ok
        hosts = mariadb.execute("SELECT Host FROM mysql.user WHERE User = %s ORDER BY 1",
                                f"{name}_clone")
        assert hosts == [("10.%",), ("127.0.0.1",)]
        for host in ("127.0.0.1", "10.%"):
            assert grants(mariadb, name, host) == grants(mariadb, f"{name}_clone", host)

    def test_the_current_password_must_be_right(self, mariadb, user):
        rotation = alternating(mariadb, user, "Zk4-wrong-1")
        rotation.create()

        answer = rotation.step("setSecret")

        assert answer.type == "LoginFailed" and "with the current password" in answer.message
        assert mariadb.execute("SELECT 1 FROM mysql.user WHERE User = %s", f"{user}_clone") == []

    def test_a_master_without_the_right_says_so(self, mariadb, user):
        weak = f"weak-{user}"
        mariadb.create_user(weak, "Weak-pass-1")
        master = mariadb.secret("mariadb", weak, "Weak-pass-1", ssl=False)
        rotation = alternating(mariadb, user, master=master)
        rotation.create()

        answer = rotation.step("setSecret")

        assert answer.type == "PermissionDenied" and "1142" in answer.message

    def test_names_that_are_too_long(self, mariadb):
        for name, settings, fits in (("u" * 74, {}, True), ("u" * 75, {}, False),
                                     ("u" * 30, {"USERNAME_CHARACTER_LIMIT": "32"}, False)):
            answer = alternating(mariadb, name, **settings).step("createSecret")
            assert answer.ok == fits and (fits or answer.type == "UserNameTooLong")


class TestErrors:
    def test_a_server_that_takes_no_changes(self, mariadb, user):
        rotation = single(mariadb, user)
        rotation.create("Unmistakable-pass-1")
        mariadb.execute("SET GLOBAL read_only = 1")
        try:
            answer = rotation.step("setSecret")
        finally:
            mariadb.execute("SET GLOBAL read_only = 0")

        assert (answer.status, answer.type) == (0, "DatabaseError") and "1290" in answer.message
        assert "Unmistakable" not in answer.text
        assert rotation.step("setSecret").ok

    def test_nobody_listens(self, mariadb, user):
        rotation = single(mariadb, user)
        rotation.put("Current", rotation.value("Current") | {"port": free_port()})
        rotation.create()

        answer = rotation.step("setSecret")

        assert (answer.status, answer.type) == (75, "ServerUnreachable")
        assert answer.seconds < 2

    def test_localhost_is_not_a_socket_file(self, mariadb, user):
        rotation = single(mariadb, user)
        rotation.put("Current", rotation.value("Current") | {"host": "localhost"})

        assert rotation.rotate()

    def test_an_unknown_database(self, mariadb, user):
        mariadb.execute("GRANT SELECT ON *.* TO %s", user)
        rotation = single(mariadb, user, dbname="no-such-database")
        rotation.put("Pending", rotation.value("Current"))

        answer = rotation.step("testSecret")

        assert (answer.status, answer.type) == (0, "LoginFailed") and "1049" in answer.message


class TestTls:
    @pytest.mark.parametrize("ssl, fallback, expected", [
        (None, None, ""), (None, "any", ""), (None, "never", "TlsFailed"), (True, None, "TlsFailed"),
        ("TRUE", "any", "TlsFailed"), (False, None, ""), ("false", "never", "")])
    def test_a_server_without_tls(self, mariadb, user, ssl, fallback, expected):
        assert self.attempt(mariadb, user, ssl, fallback, "/nonexistent/ca.pem").type == (
            expected or None)

    @pytest.mark.parametrize("ssl, fallback, authority, expected", [
        (None, None, "ours", ""), (True, None, "ours", ""), (False, None, "ours", ""),
        (None, None, "foreign", "TlsFailed"), (True, None, "foreign", "TlsFailed"),
        (None, "any", "foreign", ""), (True, "any", "foreign", "TlsFailed"),
        (None, "never", "ours", "")])
    def test_a_server_with_tls(self, mariadb_tls, name, tmp_path, ssl, fallback, authority,
                               expected):
        mariadb_tls.create_user(name, OLD)
        file = (mariadb_tls.authority if authority == "ours" else Authority(tmp_path)).file
        assert self.attempt(mariadb_tls, name, ssl, fallback, file).type == (expected or None)

    def test_tls_is_really_used(self, mariadb_tls, name):
        mariadb_tls.create_user(name, OLD)
        mariadb_tls.execute("ALTER USER %s@'%%' REQUIRE SSL", name)
        file = mariadb_tls.authority.file
        assert self.attempt(mariadb_tls, name, None, None, file).ok
        answer = self.attempt(mariadb_tls, name, False, None, file)
        assert answer.type == "LoginFailed"

    @pytest.mark.parametrize("ssl", [None, True])
    def test_a_missing_file_is_named(self, mariadb_tls, name, ssl):
        mariadb_tls.create_user(name, OLD)
        answer = self.attempt(mariadb_tls, name, ssl, None, "/nonexistent/ca.pem")
        assert answer.type == "TlsFailed" and "/nonexistent/ca.pem" in answer.message

    def test_the_name_in_the_certificate_counts(self, mariadb_tls, name):
        mariadb_tls.create_user(name, OLD)
        value = mariadb_tls.secret("mariadb", name, OLD, ssl=True) | {"host": OTHER_HOST}
        rotation = Rotation("mysql", value, CA_FILE=str(mariadb_tls.authority.file))
        rotation.create()
        assert rotation.step("setSecret").type == "TlsFailed"

    @staticmethod
    def attempt(server, user, ssl, fallback, ca_file):
        more = {} if ssl is None else {"ssl": ssl}
        rotation = Rotation("mysql", server.secret("mariadb", user, OLD, **more),
                            CA_FILE=str(ca_file),
                            **({"TLS_FALLBACK": fallback} if fallback else {}))
        rotation.create()
        return rotation.step("setSecret")
