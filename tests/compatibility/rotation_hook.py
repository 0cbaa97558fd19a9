"""A rotation function of kind `exec` that does what a test tells it to.

It gets a folder and the step as arguments. The folder has one folder for each secret, by its name:
in it, `STEP.py` is what a test wants to be done in this step, and calls.jsonl what has been done.
Without a file createSecret answers a value with the new password, and all other steps succeed.
"""

import json
import os
import pathlib
import sys
import time

folder, step = pathlib.Path(sys.argv[1]), sys.argv[2]
text = sys.stdin.read()
event = json.loads(text)
name = event["SecretId"].split(":")[6][:-7]  # Without the six random characters of the ARN.
home = folder / name
password = event.get("NewPassword")


def answer(**members):
    """Ends the step: this is the answer."""
    print(json.dumps(members))
    sys.exit(0)


def fail(message, status=1):
    """Ends the step with an error."""
    print(message, file=sys.stderr)
    sys.exit(status)


def times():
    """How often this step has been run before."""
    calls = [json.loads(line) for line in (home / "calls.jsonl").read_text().splitlines()]
    return sum(call["step"] == step for call in calls) - 1


def wait():
    """Says that this step has begun, and goes on when the test says so."""
    (home / f"reached-{step}").touch()
    while not (home / f"go-{step}").exists():
        time.sleep(0.005)


def changed(value):
    """The text of the current value with the new password in it."""
    try:
        members = json.loads(value)
    except ValueError:
        return password
    return json.dumps({**members, "password": password})


home.mkdir(exist_ok=True)
facts = {"step": step, "event": event, "pid": os.getpid(), "at": time.time()}
with open(home / "calls.jsonl", "a", encoding="utf-8") as calls:
    calls.write(json.dumps(facts) + "\n")
wanted = home / f"{step}.py"
if wanted.exists():
    exec(compile(wanted.read_text(), str(wanted), "exec"))  # pylint: disable=exec-used
if step == "createSecret" and event["Current"] and "SecretString" in event["Current"]:
    answer(SecretString=changed(event["Current"]["SecretString"]))
