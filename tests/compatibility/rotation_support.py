"""What the tests of rotation share: servers with rotation functions, and functions that obey.

The functions are hooks (`kind = "exec"`), all of them rotation_hook.py: what one does for a secret
is written by the test that made the secret.
"""

import json
import pathlib
import re
import sys
import time

from support import ACCOUNT, REGION, eventually, new_token, without_metadata

HOOK = pathlib.Path(__file__).with_name("rotation_hook.py")
LAMBDA = pathlib.Path(__file__).with_name("rotation_lambda.py")
STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"]
# The server itself moves AWSCURRENT, and asks most hooks nothing.
ASKED = STEPS[:3]

NO_FUNCTION = "No Lambda rotation function ARN is associated with this secret."
CANNOT_INVOKE = (
    "Secrets Manager cannot invoke the specified Lambda function. Ensure that the function policy "
    "grants access to the principal secretsmanager.amazonaws.com."
)
BOTH_RULES = "You cannot specify both rotation frequency and schedule expression together."
INCOMPLETE = "A previous rotation isn't complete. That rotation will be reattempted."

# Attempts are tried again by the test clock: a minute never passes in a test.
RETRY_DELAY = 60
ATTEMPTS_WITHIN = 3600
MONTH = {"AutomaticallyAfterDays": 30}
VALUE = json.dumps({"username": "app", "password": "old-password", "host": "db", "port": 5432})


def function(name="hook", region=REGION, account=ACCOUNT):
    """The ARN of a function."""
    return f"arn:aws:lambda:{region}:{account}:function:{name}"


def expression(text, duration=None):
    """RotationRules with an expression."""
    return {"ScheduleExpression": text, **({"Duration": duration} if duration else {})}


def constraint(value, member, rule):
    """AWS's text about a member that breaks the model's rules."""
    return (f"1 validation error detected: Value '{value}' at '{member}' failed to satisfy "
            f"constraint: Member must {rule}")


def is_alive(pid):
    """Whether a process runs; one that has ended may wait for somebody to ask how."""
    try:
        status = pathlib.Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return not re.search(r"^State:\s+[ZX]", status, re.MULTILINE)


def assert_error(line, error_type, text):
    """What is said of a failure. The text may be kept back, as it can hold a password."""
    assert f"error_type={error_type} " in line, line
    assert text in line or "(not shown)" in line, line


def toml(value):
    """What TOML and JSON write alike, and tables."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value)


class Functions:
    """The file of settings of a server, and the folder that its hooks work in."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.homes = self.folder / "secrets"
        self.homes.mkdir(parents=True)
        self.file = self.folder / "functions.toml"
        self.file.write_text("")
        self.add("hook")

    def add(self, name, **members):
        """Adds a function that is the hook, except for what `members` say."""
        command = [sys.executable, "-IS", str(HOOK), str(self.homes)]
        members = {"match": f"function:{name}", "kind": "exec", "command": command, **members}
        with open(self.file, "a", encoding="utf-8") as file:
            print("[[rotation_functions]]", file=file)
            for key, value in members.items():
                if value is not None:
                    print(f"{key} = {toml(value)}", file=file)
        return self

    def add_lambda(self, name, **members):
        """Adds a function of the kind `runtime`: rotation_lambda.py."""
        command = [sys.executable, str(LAMBDA), str(self.homes)]
        return self.add(name, kind="runtime", command=command, **members)

    def arguments(self, *more):
        return ["--config", str(self.file), "--rotation-retry-delays-seconds",
                f"{RETRY_DELAY},{RETRY_DELAY},{RETRY_DELAY}", "--rotation-give-up-seconds",
                str(ATTEMPTS_WITHIN), *more]


class Rotated:
    """One secret that is rotated, what its function is to do, and what has become of both."""

    def __init__(self, rotations, name, client=None):
        self.rotations = rotations
        self.server = rotations.server
        self.name = name
        self.home = rotations.functions.homes / name
        self.home.mkdir()
        self._client = client
        # What was logged before cannot be about this secret.
        self._begin = (self.server.starts, self.server.log_file.stat().st_size)

    @property
    def client(self):
        return self._client or self.rotations.client

    def create(self, **members):
        """Creates the secret; answers the id of its version."""
        members = members or {"SecretString": VALUE}
        created = self.client.create_secret(Name=self.name, **members)
        self.arn = created["ARN"]
        return created.get("VersionId")

    # --- What the function is to do ---

    def on(self, step, code):
        """In this step the hook runs this Python text; see rotation_hook.py for its words."""
        (self.home / f"{step}.py").write_text(code)

    def forget(self, *steps):
        """These steps do again what they do by themselves."""
        for step in steps:
            (self.home / f"{step}.py").unlink()

    def fail_in(self, step):
        """This step fails until it is forgotten."""
        self.on(step, "fail('it does not work')")

    def hold(self, *steps):
        """These steps begin and wait for release()."""
        for step in steps:
            self.on(step, "wait()")

    def await_step(self, step, seconds=10):
        """Waits until a held step has begun."""
        eventually(lambda: (self.home / f"reached-{step}").exists(), seconds, pause=0.005)

    def release(self, *steps):
        for step in steps or STEPS:
            (self.home / f"go-{step}").touch()

    # --- What has been done ---

    @property
    def calls(self):
        """All calls of the hook, in their order."""
        record = self.home / "calls.jsonl"
        if not record.exists():
            return []
        return [json.loads(line) for line in record.read_text().splitlines()]

    @property
    def steps(self):
        return [call["step"] for call in self.calls]

    @property
    def tokens(self):
        return {call["event"]["ClientRequestToken"] for call in self.calls}

    @property
    def events(self):
        """The server's events about this secret's rotations, since its last start."""
        return [event for event, _ in self.lines if event.endswith(EVENT_ENDINGS)]

    @property
    def lines(self):
        """The server's log lines about this secret: the event, and all that follows it."""
        starts, size = self._begin
        with open(self.server.log_file, encoding="utf-8", errors="replace") as log:
            log.seek(size if starts == self.server.starts else 0)
            found = re.findall(r"^\S+ \w+ (\S+) (.*)$", log.read(), re.MULTILINE)
        return [(event, rest) for event, rest in found if self.arn in rest]

    def line(self, event):
        """The last log line of this event."""
        return [rest for name, rest in self.lines if name == event][-1]

    # --- Calls ---

    def rotate(self, **members):
        """RotateSecret, by default with the hook and every 30 days; answers the token."""
        token = members.setdefault("ClientRequestToken", new_token())
        self.client.rotate_secret(SecretId=self.name, **members)
        return token

    def configure(self, name="hook", rules=None, **members):
        """The first RotateSecret."""
        return self.rotate(RotationLambdaARN=function(name), RotationRules=rules or MONTH,
                           **members)

    def describe(self):
        return without_metadata(self.client.describe_secret(SecretId=self.name))

    @property
    def labels(self):
        """Version id → sorted labels."""
        return self.describe()["VersionIdsToStages"]

    def value(self, **which):
        return self.client.get_secret_value(SecretId=self.name, **which)["SecretString"]

    # --- Waiting ---

    def await_events(self, *events, seconds=10):
        """Waits until exactly these events have happened, in this order."""
        wanted = list(events)
        try:
            eventually(lambda: self.events == wanted, seconds, pause=0.01)
        except AssertionError:
            assert self.events == wanted  # pylint: disable=raise-missing-from
            raise

    def await_event(self, event, times=1, seconds=10, or_more=False):
        """Waits until this event has happened so often. It may be more where the next try follows
        within seconds, test clock or not: what could not be run at all."""
        eventually(lambda: self.events.count(event) >= times, seconds, pause=0.01)
        assert or_more or self.events.count(event) == times, self.events

    def await_success(self, token, times=1):
        """Waits until the rotation has succeeded."""
        self.await_event("RotationSucceeded", times)
        assert "AWSCURRENT" in self.labels[token]

    def stays(self, condition, seconds=0.15):
        """Looks for a while that nothing happens which must not."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            assert condition(), (self.steps, self.events)
            time.sleep(0.02)

    def try_again(self):
        """Makes the next attempt due."""
        self.server.advance(seconds=RETRY_DELAY * 2)

    def exhaust(self):
        """Lets attempts fail until the rotation is stuck."""
        failed = self.events.count("RotationFailed")
        while "state=stuck" not in self.line("RotationFailed"):
            self.server.advance(seconds=ATTEMPTS_WITHIN)
            failed += 1
            self.await_event("RotationFailed", failed)


EVENT_ENDINGS = ("RotationStarted", "RotationSucceeded", "RotationFailed", "RotationAbandoned",
                 "RotationCancelled")


def unlabelled(client, name):
    """Ids of versions without labels."""
    versions = client.list_secret_version_ids(SecretId=name, IncludeDeprecated=True)["Versions"]
    return {version["VersionId"] for version in versions if not version.get("VersionStages")}


class Rotations:
    """Makes secrets on one server, and removes them after a test."""

    def __init__(self, server, functions):
        self.server = server
        self.functions = functions
        self.made = []
        self._client = server.client()
        self._starts = server.starts

    @property
    def client(self):
        """A client of the server as it runs now: after a start it listens elsewhere."""
        if self._starts != self.server.starts:
            self._client, self._starts = self.server.client(), self.server.starts
        return self._client

    def new(self, name=None, client=None):
        """A secret that is not created yet."""
        name = name or f"rotated-{new_token()[:12]}"
        secret = Rotated(self, name, client)
        self.made.append(secret)
        return secret

    def created(self, **members):
        """A secret with a value: its version is `first`."""
        secret = self.new()
        secret.first = secret.create(**members)
        return secret

    def clean_up(self):
        for secret in self.made:
            secret.release()
            try:
                self.client.delete_secret(SecretId=secret.name, ForceDeleteWithoutRecovery=True)
            except self.client.exceptions.ResourceNotFoundException:
                pass
        self.made.clear()
