"""The two evaluators, each a program that reads a file of cases and writes one of decisions."""

import json
import os
import pathlib
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
OLDEST_NODE = 20


def node_is_missing():
    """Why the simulator cannot run here; empty when it can."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return f"needs Node {OLDEST_NODE} or newer with npm, this machine has none"
    version = subprocess.run(["node", "--version"], check=True, capture_output=True,
                             text=True).stdout.strip().removeprefix("v")
    if int(version.split(".")[0]) < OLDEST_NODE:
        return f"needs Node {OLDEST_NODE} or newer, this machine has {version}"
    return ""


def install_simulator(folder):
    """Into the folder, the versions of package.json; nothing when they are there."""
    wanted, stamp = HERE / "package.json", folder / ".installed"
    if stamp.exists() and stamp.read_bytes() == wanted.read_bytes():
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.copy(wanted, folder)
    subprocess.run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts",
                    "--no-package-lock", "--prefix", folder], check=True)
    shutil.copy(wanted, stamp)


def outcome(decision):
    """`Implicit session` without the layer, which the simulator does not name."""
    return decision.split()[0]


class Deciders:
    def __init__(self, program, folder):
        self._program = program
        self._folder = folder

    def coffer(self, cases, name="coffer"):
        return self._run(name, [self._program], cases)

    def simulator(self, cases, name="simulator"):
        return self._run(name, ["node", HERE / "simulate.mjs", self._folder], cases)

    def disagree(self, cases):
        """For each case, whether they do. An error of one is no decision."""
        pairs = zip(self.coffer(cases, "ours"), self.simulator(cases, "theirs"), strict=True)
        return [outcome(our) != outcome(their) and "Error" not in (outcome(our), outcome(their))
                for our, their in pairs]

    def _run(self, name, command, cases):
        given, decided = self._folder / f"{name}.jsonl", self._folder / f"{name}.decisions"
        with given.open("w") as file:
            file.writelines(json.dumps(case) + "\n" for case in cases)
        # A time without a zone is one of UTC.
        subprocess.run([*command, given, decided], check=True, env=os.environ | {"TZ": "UTC"})
        return decided.read_text().splitlines()
