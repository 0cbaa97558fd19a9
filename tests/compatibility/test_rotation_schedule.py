"""When rotations are due, by the test clock.

The rows are those of the test matrix of rotation, docs/rotation-tests.md; what AWS leaves open is
decided in docs/decisions/006-rotation-schedules.md.
"""

import datetime
import re
import time

import pytest

from rotation_support import ASKED, Functions, Rotations, expression, function
from support import UUID_PATTERN, Server


def moment(text):
    """A UTC time."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc)


def cron(fields, duration=None):
    return expression(f"cron({fields})", duration)


def set_clock(server, text):
    server.post("/_coffer/clock", {"now": moment(text).timestamp()})


def next_date(secret):
    return secret.describe()["NextRotationDate"].astimezone(datetime.timezone.utc)


def configured(rotations, at, rules, **members):
    """A secret that is configured, and rotated unless RotateImmediately says otherwise, then."""
    set_clock(rotations.server, at)
    secret = rotations.created()
    token = secret.configure(rules=rules, **members)
    if members.get("RotateImmediately", True):
        secret.await_success(token)
    else:
        secret.await_event("TestRotationSucceeded")
    return secret


def only_configured(rotations, at, rules):
    return configured(rotations, at, rules, RotateImmediately=False)


def check_nothing_starts(secret, seconds=0.15):
    before = secret.steps
    secret.stays(lambda: secret.steps == before, seconds)


@pytest.fixture(scope="module")
def clocked_server(tmp_path_factory):
    functions = Functions(tmp_path_factory.mktemp("schedule"))
    server = Server(functions.folder / "server", ephemeral=True,
                    arguments=functions.arguments()).start()
    yield server, functions
    server.stop()


@pytest.fixture
def clocked(clocked_server):
    """Makes secrets on a server whose clock a test may set; they end with it."""
    rotations = Rotations(*clocked_server)
    yield rotations
    rotations.clean_up()
    rotations.server.post("/_coffer/clock", {"reset": True})


# --- Dates ---

GOLDEN = [
    ({"AutomaticallyAfterDays": 30}, "2026-01-22T06:42:22.340", "2026-02-21T23:59:59", 30),
    ({"AutomaticallyAfterDays": 30}, "2024-02-22T07:16:15.807", "2024-03-23T23:59:59", 30),
    (cron("0 0 ? * 2 *"), "2023-10-16T07:18:02.417", "2023-10-23T23:59:59", 7),
    (expression("rate(10 hours)"), "2026-01-22T06:42:22", "2026-01-22T10:59:59", 1),
]


@pytest.mark.parametrize("rules, rotated, due, days", GOLDEN,
                         ids=[f"row 90 {rotated}" for _, rotated, *_ in GOLDEN])
def test_dates_that_are_recorded_of_aws(clocked, rules, rotated, due, days):
    """row 90"""
    secret = configured(clocked, rotated, rules)

    described = secret.describe()

    assert next_date(secret) == moment(due)
    assert described["RotationRules"] == {**rules, "AutomaticallyAfterDays": days}
    since = described["LastRotatedDate"].timestamp() - moment(rotated).timestamp()
    assert 0 <= since < 10


@pytest.mark.parametrize("rotated", ["2026-05-10T23:59:57", "2026-05-10T00:00:01"],
                         ids=["row 91 before midnight", "row 91 after midnight"])
def test_a_day_is_one_of_the_calendar(clocked, rotated):
    """row 91"""
    secret = configured(clocked, rotated, {"AutomaticallyAfterDays": 1})

    assert next_date(secret) == moment("2026-05-11T23:59:59")


def test_a_change_by_hand_counts_as_a_rotation(clocked):
    """row 92"""
    secret = configured(clocked, "2026-01-01T12:00:00", {"AutomaticallyAfterDays": 30})
    assert next_date(secret) == moment("2026-01-31T23:59:59")
    last = secret.describe()["LastRotatedDate"]

    set_clock(clocked.server, "2026-01-21T12:00:00")
    secret.client.update_secret(SecretId=secret.name, SecretString="by hand")

    assert next_date(secret) == moment("2026-02-20T23:59:59")
    assert secret.describe()["LastRotatedDate"] == last
    set_clock(clocked.server, "2026-01-31T12:00:00")
    check_nothing_starts(secret)


@pytest.mark.parametrize("make", [configured, only_configured],
                         ids=["row 93 rotated", "row 93 configured"])
def test_an_open_window_is_used_up(clocked, make):
    """row 93"""
    secret = make(clocked, "2026-05-10T09:00:00", cron("0 8 * * ? *", "4h"))

    assert next_date(secret) == moment("2026-05-11T11:59:59")
    set_clock(clocked.server, "2026-05-10T11:59:00")
    check_nothing_starts(secret)


MONTHS = [
    ("2026-01-15T18:30:00", cron("0 16 1,15 * ? *", "2h"), "2026-02-01T17:59:59"),
    ("2026-02-01T18:30:00", cron("0 16 1,15 * ? *", "2h"), "2026-02-15T17:59:59"),
    ("2026-12-16T00:00:00", cron("0 16 1,15 * ? *", "2h"), "2027-01-01T17:59:59"),
    ("2027-02-01T00:00:00", cron("0 0 L * ? *"), "2027-02-28T23:59:59"),
    ("2028-02-01T00:00:00", cron("0 0 L * ? *"), "2028-02-29T23:59:59"),
    ("2026-01-31T00:30:00", cron("0 0 31 * ? *"), "2026-03-31T23:59:59"),
    ("2026-02-27T12:00:00", expression("rate(3 days)"), "2026-03-02T23:59:59"),
    ("2028-02-27T12:00:00", expression("rate(3 days)"), "2028-03-01T23:59:59"),
]


@pytest.mark.parametrize("at, rules, due", MONTHS,
                         ids=[f"row 94 {at} {rules['ScheduleExpression']}"
                              for at, rules, _ in MONTHS])
def test_dates_across_months(clocked, at, rules, due):
    """row 94"""
    assert next_date(only_configured(clocked, at, rules)) == moment(due)


# A Wednesday, in windows that opened at 8 and are used up.
DAYS = [
    ("0 8 L * ? *", "2026-07-31"), ("0 8 SUNL * ? *", "2026-07-26"),
    ("0 8 ? * SUNL *", "2026-07-26"), ("0 8 ? * 1L *", "2026-07-26"),
    ("0 8 ? * TUE#3 *", "2026-07-21"), ("0 8 ? * 3#3 *", "2026-07-21"),
    ("0 8 ? * MON-FRI *", "2026-07-16"), ("0 8 1,15 * ? *", "2026-08-01"),
    ("0 8 1/2 * ? *", "2026-07-17"), ("0 8 1 JAN,APR ? *", "2027-01-01"),
    ("0 8 1 1/3 ? *", "2026-10-01"),
]


@pytest.mark.parametrize("fields, day", DAYS, ids=[f"row 15 {fields}" for fields, _ in DAYS])
def test_days_of_cron(clocked, fields, day):
    """row 15"""
    secret = only_configured(clocked, "2026-07-15T12:00:00", cron(fields))

    assert next_date(secret) == moment(f"{day}T23:59:59")


HOURS = [
    ("0 0/4 * * ? *", "2026-07-15T16:59:59"), ("0 /8 * * ? *", "2026-07-15T16:59:59"),
    ("0 8/8 * * ? *", "2026-07-15T16:59:59"), ("0 2/10 * * ? *", "2026-07-15T22:59:59"),
]


@pytest.mark.parametrize("fields, due", HOURS, ids=[f"row 14 {fields}" for fields, _ in HOURS])
def test_hours_of_cron(clocked, fields, due):
    """row 14: windows of an hour"""
    assert next_date(only_configured(clocked, "2026-07-15T12:30:00", cron(fields))) == moment(due)


@pytest.mark.parametrize("zone", ["America/New_York", "Pacific/Apia"],
                         ids=["row 98 America/New_York", "row 98 Pacific/Apia"])
def test_the_zone_of_the_machine(make_rotations, zone):
    """row 98"""
    rotations = make_rotations(ephemeral=True, environment={"TZ": zone})

    for at, rules, due in [
            ("2026-03-07T23:30:00", {"AutomaticallyAfterDays": 1}, "2026-03-08T23:59:59"),
            ("2026-03-08T06:30:00", expression("rate(4 hours)"), "2026-03-08T08:59:59"),
            ("2026-10-31T12:00:00", cron("0 2 * * ? *", "2h"), "2026-11-01T03:59:59")]:
        assert next_date(only_configured(rotations, at, rules)) == moment(due)


# --- Scheduled rotations ---

def test_a_rotation_starts_in_its_window(clocked):
    """row 95"""
    secret = only_configured(clocked, "2026-05-10T10:00:00", cron("0 16 * * ? *", "2h"))

    set_clock(clocked.server, "2026-05-10T15:59:50")
    check_nothing_starts(secret)
    set_clock(clocked.server, "2026-05-10T16:15:01")
    secret.await_event("RotationSucceeded")

    described = secret.describe()
    assert moment("2026-05-10T16:15:00") < described["LastRotatedDate"]
    assert described["LastRotatedDate"] < moment("2026-05-10T16:16:00")
    assert next_date(secret) == moment("2026-05-11T17:59:59")
    current, = [version for version, labels in secret.labels.items() if "AWSCURRENT" in labels]
    assert re.fullmatch(UUID_PATTERN, current)
    assert secret.labels[secret.first] == ["AWSPREVIOUS"]

    set_clock(clocked.server, "2026-05-10T17:30:00")
    check_nothing_starts(secret)
    set_clock(clocked.server, "2026-05-11T16:15:01")
    secret.await_event("RotationSucceeded", 2)


def test_a_restart_starts_no_second_rotation(make_rotations):
    """row 95: when it starts is the same after a restart"""
    rotations = make_rotations()
    # Later than any clock of a machine that runs this: a restart goes back to that.
    secret = only_configured(rotations, "2050-05-10T10:00:00", cron("0 16 * * ? *", "2h"))

    rotations.server.restart()
    set_clock(rotations.server, "2050-05-10T15:59:00")
    check_nothing_starts(secret)
    rotations.server.restart()
    set_clock(rotations.server, "2050-05-10T16:15:01")
    secret.await_event("RotationSucceeded")
    rotations.server.restart()
    set_clock(rotations.server, "2050-05-10T16:20:00")

    check_nothing_starts(secret)
    assert next_date(secret) == moment("2050-05-11T17:59:59")


def test_a_missed_day_is_made_up_for(make_rotations):
    """row 96: the server was down over the window"""
    rotations = make_rotations()
    secret = configured(rotations, "2050-05-10T10:00:00", {"AutomaticallyAfterDays": 1})

    rotations.server.restart()
    set_clock(rotations.server, "2050-05-13T12:00:00")
    secret.await_event("RotationSucceeded")

    assert next_date(secret) == moment("2050-05-14T23:59:59")
    check_nothing_starts(secret)
    assert secret.steps == 2 * ASKED


def test_missed_hours_are_waited_for(clocked):
    """row 96: what was asked for at certain hours is not done at others"""
    secret = only_configured(clocked, "2026-05-10T10:00:00", cron("0 16 * * ? *", "2h"))

    set_clock(clocked.server, "2026-05-11T10:00:00")
    check_nothing_starts(secret)
    assert "rotation.overdue" in [event for event, _ in secret.lines]
    # AWS: the date may lie in the past.
    assert next_date(secret) == moment("2026-05-10T17:59:59")

    set_clock(clocked.server, "2026-05-11T16:15:01")
    secret.await_event("RotationSucceeded")
    assert next_date(secret) == moment("2026-05-12T17:59:59")


def test_a_clock_that_goes_back(clocked):
    """row 97"""
    secret = only_configured(clocked, "2026-05-10T10:00:00", cron("0 16 * * ? *", "2h"))
    set_clock(clocked.server, "2026-05-10T16:20:00")
    secret.await_event("RotationSucceeded")

    for again in ("2026-05-10T14:20:00", "2026-05-10T16:10:00", "2026-05-10T17:00:00"):
        set_clock(clocked.server, again)
        check_nothing_starts(secret)

    set_clock(clocked.server, "2026-05-11T16:20:00")
    secret.await_event("RotationSucceeded", 2)


def test_a_clock_that_leaps(clocked):
    """row 97"""
    secret = configured(clocked, "2026-05-10T10:00:00", {"AutomaticallyAfterDays": 1})

    clocked.server.advance(days=3)

    secret.await_event("RotationSucceeded", 2)
    check_nothing_starts(secret)
    assert next_date(secret) == moment("2026-05-14T23:59:59")


def test_a_new_schedule_drops_the_old_date(clocked):
    """row 47"""
    secret = only_configured(clocked, "2026-05-10T10:00:00", cron("0 16 * * ? *", "2h"))
    set_clock(clocked.server, "2026-05-10T15:59:00")

    secret.rotate(RotationRules=cron("0 20 * * ? *", "2h"), RotateImmediately=False)
    secret.await_event("TestRotationSucceeded", 2)

    assert next_date(secret) == moment("2026-05-10T21:59:59")
    set_clock(clocked.server, "2026-05-10T16:30:00")
    check_nothing_starts(secret)
    set_clock(clocked.server, "2026-05-10T20:16:00")
    secret.await_event("RotationSucceeded")


def test_a_stuck_rotation_in_the_next_window(clocked):
    """row 53: with the same token"""
    set_clock(clocked.server, "2026-05-10T10:00:00")
    secret = clocked.created()
    secret.on("setSecret", "fail('no')")
    token = secret.configure(rules=cron("0 16 * * ? *", "2h"))
    secret.await_event("RotationFailed")
    set_clock(clocked.server, "2026-05-10T10:59:59")
    secret.await_event("RotationFailed", 2)
    assert "state=stuck" in secret.line("RotationFailed")
    secret.forget("setSecret")

    set_clock(clocked.server, "2026-05-10T15:59:00")
    check_nothing_starts(secret)
    set_clock(clocked.server, "2026-05-10T16:16:00")

    secret.await_success(token)
    assert secret.tokens == {token}


def test_attempts_of_a_schedule_stay_in_their_window(clocked):
    """row 53"""
    secret = only_configured(clocked, "2026-05-10T10:00:00", cron("0 16 * * ? *", "1h"))
    secret.on("setSecret", "fail('no')")
    set_clock(clocked.server, "2026-05-10T16:59:30")
    secret.await_event("RotationFailed")

    set_clock(clocked.server, "2026-05-10T17:10:00")
    check_nothing_starts(secret)
    secret.forget("setSecret")
    set_clock(clocked.server, "2026-05-11T16:16:00")
    secret.await_event("RotationSucceeded")
    assert len(secret.tokens - {secret.calls[0]["event"]["ClientRequestToken"]}) == 1


def test_a_pending_version_from_outside_blocks_the_schedule(clocked):
    """row 84: the schedule does not take a label away that it did not set"""
    secret = configured(clocked, "2026-05-10T10:00:00", {"AutomaticallyAfterDays": 1})
    other = secret.client.put_secret_value(SecretId=secret.name, SecretString="other",
                                           VersionStages=["AWSPENDING"])["VersionId"]

    set_clock(clocked.server, "2026-05-11T00:16:00")

    check_nothing_starts(secret)
    assert secret.labels[other] == ["AWSPENDING"]
    assert "rotation.blocked" in [event for event, _ in secret.lines]


def test_without_rules_nothing_is_due(clocked):
    """row 90: RotationRules are optional"""
    set_clock(clocked.server, "2026-05-10T10:00:00")
    secret = clocked.created()
    token = secret.rotate(RotationLambdaARN=function())
    secret.await_success(token)

    described = secret.describe()
    assert described["RotationEnabled"] is True
    assert "NextRotationDate" not in described
    clocked.server.advance(days=1001)
    check_nothing_starts(secret)


def test_many_that_are_due_at_midnight(clocked):
    """row 99, on a small scale"""
    count = 24
    set_clock(clocked.server, "2026-05-10T10:00:00")
    secrets = [clocked.created() for _ in range(count)]
    for secret in secrets:
        secret.configure(rules={"AutomaticallyAfterDays": 1}, RotateImmediately=False)
    for secret in secrets:
        secret.await_event("TestRotationSucceeded")

    def started():
        log = clocked.server.log
        return sum(len(re.findall(f" RotationStarted .*{secret.arn}", log)) for secret in secrets)

    set_clock(clocked.server, "2026-05-11T00:07:30")
    time.sleep(0.3)
    assert 0 < started() < count
    begun = time.monotonic()
    secrets[0].describe()
    assert time.monotonic() - begun < 1

    set_clock(clocked.server, "2026-05-11T00:15:01")
    for secret in secrets:
        secret.await_event("RotationSucceeded", seconds=20)
    assert started() == count
