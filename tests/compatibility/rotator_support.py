"""Runs coffer-rotator as the server does: one process for each step, one document in, one out."""

import json
import os
import pathlib
import subprocess
import time
import uuid

from support import BINARY, REGION

ROTATOR = pathlib.Path(os.environ.get("E2E_ROTATOR", BINARY.parent / "coffer-rotator"))
STEPS = ("createSecret", "setSecret", "testSecret", "finishSecret")
PUNCTUATION = r"""!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~"""


class Answer:
    def __init__(self, done, seconds):
        self.status = done.returncode
        self.text = done.stdout.decode()
        self.errors = done.stderr.decode()
        self.seconds = seconds
        self.document = json.loads(done.stdout) if done.stdout else None

    @property
    def ok(self):
        return self.status == 0 and "ErrorType" not in self.document

    @property
    def type(self):
        return self.document.get("ErrorType")

    @property
    def message(self):
        return self.document.get("ErrorMessage", "")


def run_rotator(document, step=None, environment=None):
    """Runs one step with this document, a dict or bytes."""
    if not isinstance(document, bytes):
        step = step or document["Step"]
        document = json.dumps(document).encode()
    started = time.monotonic()
    done = subprocess.run([ROTATOR, step], input=document, capture_output=True, timeout=60,
                          env=environment if environment is not None else dict(os.environ))
    return Answer(done, time.monotonic() - started)


class Rotation:
    """A secret whose versions this class keeps, and the rotator's settings."""

    def __init__(self, rotator, value, related=None, **settings):
        self.settings = {"ROTATOR": rotator, **settings}
        self.related = related or {}
        self.versions = {"Current": self._version(value), "Pending": None, "Previous": None}

    @staticmethod
    def _version(value, token=None):
        text = value if isinstance(value, str) else json.dumps(value)
        return {"VersionId": token or str(uuid.uuid4()), "SecretString": text}

    def value(self, label):
        return json.loads(self.versions[label]["SecretString"])

    def put(self, label, value):
        self.versions[label] = self._version(value)

    def step(self, step, new_password=None, environment=None, **settings):
        """Runs one step; what createSecret answers becomes the pending value."""
        token = (self.versions["Pending"] or {}).get("VersionId") or str(uuid.uuid4())
        document = {"Step": step, "ClientRequestToken": token,
                    "SecretId": f"arn:aws:secretsmanager:{REGION}:000000000000:secret:db-AbCdEf",
                    **self.versions, "Related": self.related,
                    "Settings": {**self.settings, **settings}}
        if step == "createSecret":
            document["NewPassword"] = new_password or f"New-{uuid.uuid4()}"
        answer = run_rotator(document, environment=environment)
        if answer.ok and "SecretString" in answer.document:
            self.versions["Pending"] = self._version(answer.document["SecretString"], token)
        return answer

    def create(self, new_password=None):
        answer = self.step("createSecret", new_password)
        assert answer.ok, answer.text
        return self.value("Pending")

    def promote(self):
        """What the server does after finishSecret."""
        self.versions = {"Current": self.versions["Pending"], "Pending": None,
                         "Previous": self.versions["Current"]}

    def rotate(self, new_password=None, **settings):
        """All four steps, each of which must succeed; answers the new value."""
        for step in STEPS:
            answer = self.step(step, new_password, **settings)
            assert answer.ok, (step, answer.text, answer.errors)
        self.promote()
        return self.value("Current")
