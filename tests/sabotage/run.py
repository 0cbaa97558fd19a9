"""Breaks one property after the other and demands that a test notices: ./dev sabotage.

A patch begins with what it breaks and with what has to go red, each in one line:

    Breaks: An edited row is noticed.
    Red: unit store_conformance_test *AnEditedSecretIsNoticed*
    Red: e2e test_labels.py -k moves
    Red: compiler coffer_keyring use of deleted function

Each line must go red by itself. `compiler` means that the target must not compile, with that text in the
message; anywhere else a failing build is an error of the patch.
"""

import argparse
import filecmp
import os
import pathlib
import re
import shutil
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PATCHES = pathlib.Path(__file__).resolve().parent
WORK = REPOSITORY / "build/sabotage"
TREE = WORK / "tree"
BUILD = TREE / "build/release"
TEST_TIMEOUT = 600
SHOWN_TESTS = 2


class Wrong(Exception):
    """Something about a patch, or the machine, that is not what is being tested."""


class Catcher:
    """What must go red: some tests of one program or file, or the compiler."""

    def __init__(self, line):
        kind, target, argument = (line.split(None, 2) + ["", ""])[:3]
        if kind not in ("unit", "e2e", "compiler") or not target or (kind != "e2e" and not argument):
            raise Wrong(f"cannot be understood: Red: {line}")
        self.kind, self.target, self.argument = kind, target, argument

    def __str__(self):
        return f"{self.target} {self.argument}".strip()

    @property
    def targets(self):
        return ["coffer", "coffer-rotator"] if self.kind == "e2e" else [self.target]

    def run(self):
        """The names of the tests that failed, and what was printed."""
        if self.kind == "unit":
            command = [BUILD / "tests" / self.target, f"--gtest_filter={self.argument}"]
            failed = r"^\[  FAILED  \] ([^\s,]+)(?:, where .*| \(\d+ ms\))?$"
        else:
            command = [REPOSITORY / "build/venv/bin/python", "-m", "pytest", "-q", "-p",
                       "no:cacheprovider", "--tb=line", f"tests/compatibility/{self.target}",
                       *self.argument_words()]
            failed = r"^(?:FAILED|ERROR) [^:]*::(.+?)(?: - .*)?$"
        try:
            done = subprocess.run(command, cwd=TREE, env=environment(), text=True, errors="replace",
                                  capture_output=True, timeout=TEST_TIMEOUT, check=False)
        except subprocess.TimeoutExpired:
            return ["(did not end)"], ""
        printed = done.stdout + done.stderr
        nothing_ran = 5  # Of pytest.
        if done.returncode == nothing_ran or "Running 0 tests from" in printed:
            raise Wrong(f"{self}: there is no such test")
        if done.returncode == 0:
            return [], printed
        names = list(dict.fromkeys(re.findall(failed, printed, re.MULTILINE)))
        return names or [f"(ended with {done.returncode})"], printed

    def argument_words(self):
        words = self.argument.split(None, 1)
        return words if words[:1] in (["-k"], ["-m"]) else self.argument.split()


class Patch:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        text = path.read_text(encoding="utf-8")
        header = text[:text.index("diff --git")] if "diff --git" in text else ""
        self.breaks = " ".join(re.findall(r"^Breaks: (.+)$", header, re.MULTILINE))
        try:
            self.catchers = [Catcher(line) for line in re.findall(r"^Red: (.+)$", header, re.MULTILINE)]
        except Wrong as wrong:
            raise Wrong(f"{self.name}: {wrong}") from None
        if not self.breaks or not self.catchers:
            raise Wrong(f"{self.name}: no line says what it breaks, or what must go red")

    def apply(self, tree, *options):
        # Without the ceiling, git would find the repository around the tree and skip every file.
        ceiling = dict(os.environ, GIT_CEILING_DIRECTORIES=str(tree.parent))
        done = subprocess.run(["git", "apply", *options, self.path], cwd=tree, env=ceiling, text=True,
                              capture_output=True, check=False)
        if done.returncode != 0:
            raise Wrong(f"{self.name}: patch no longer applies\n{done.stderr}")


def environment():
    """The copy compiles to what the tree compiles to: the compiler cache may know that."""
    return dict(os.environ, CCACHE_BASEDIR=str(TREE), CCACHE_NOHASHDIR="1",
                E2E_BINARY=str(BUILD / "coffer"))


def copy_tree():
    """What git knows of, and what is new; untouched files keep their times, and their objects."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                            cwd=REPOSITORY, capture_output=True, check=True).stdout.decode()
    names = {name for name in listed.split("\0") if name and (REPOSITORY / name).is_file()}
    for name in sorted(names):
        source, copy = REPOSITORY / name, TREE / name
        if copy.is_file() and filecmp.cmp(source, copy, shallow=False):
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, copy)
    for folder, subfolders, files in os.walk(TREE):
        subfolders[:] = [one for one in subfolders if one not in ("build", "__pycache__")]
        for file in files:
            path = pathlib.Path(folder, file)
            if str(path.relative_to(TREE)) not in names:
                path.unlink()


def build(targets, jobs):
    """None, or what the compiler said."""
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["cmake", "--preset", "release", "-DCOFFER_TESTS=ON"], cwd=TREE,
                       env=environment(), stdout=subprocess.DEVNULL, check=True)
    done = subprocess.run(["cmake", "--build", BUILD, "-j", str(jobs), "--target", *sorted(targets)],
                          cwd=TREE, env=environment(), text=True, errors="replace",
                          capture_output=True, check=False)
    return None if done.returncode == 0 else done.stdout + done.stderr


def require_green(patches, jobs):
    """Whatever is red without a patch would prove nothing."""
    catchers = {str(one): one for patch in patches for one in patch.catchers}
    targets = {target for one in catchers.values() for target in one.targets}
    print(f"== building {len(targets)} targets without any patch", flush=True)
    if said := build(targets, jobs):
        raise Wrong(f"the tree does not build\n{said[-4000:]}")
    print("== their tests without any patch", flush=True)
    for one in catchers.values():
        if one.kind == "compiler":
            continue
        failed, printed = one.run()
        if failed:
            raise Wrong(f"{one} is red without a patch: {failed}\n{printed[-4000:]}")


def caught_by(catcher, jobs):
    """The names of what went red; empty when nothing did."""
    said = build(catcher.targets, jobs)
    if catcher.kind == "compiler":
        return ["the compiler"] if said and catcher.argument in said else []
    if said:
        raise Wrong(f"does not build\n{said[-4000:]}")
    return catcher.run()[0]


def try_patch(patch, jobs):
    """How it was caught, or None when it survived."""
    patch.apply(TREE)
    try:
        found = []
        for catcher in patch.catchers:
            names = caught_by(catcher, jobs)
            if not names:
                return None
            more = f" and {len(names) - SHOWN_TESTS} more" if len(names) > SHOWN_TESTS else ""
            found.append(f"{catcher.target}: " + ", ".join(names[:SHOWN_TESTS]) + more)
        return "; ".join(found)
    finally:
        patch.apply(TREE, "--reverse")


def load(names):
    known = {path.stem: path for path in sorted(PATCHES.glob("*.patch"))}
    if unknown := [name for name in names if name not in known]:
        raise Wrong(f"there is no sabotage {', '.join(unknown)}")
    return [Patch(known[name]) for name in (names or known)]


def check(patches):
    """Whether all still apply; names every one that does not."""
    stale = []
    for patch in patches:
        try:
            patch.apply(REPOSITORY, "--check")
        except Wrong as wrong:
            stale.append(patch.name)
            print(f"sabotage: {wrong}", file=sys.stderr)
    return not stale


def run(arguments):
    patches = load(arguments.names)
    if arguments.check:
        return check(patches)
    copy_tree()
    require_green(patches, arguments.jobs)
    count = 0
    print("\nNAME | PROPERTY | CAUGHT BY", flush=True)
    for patch in patches:
        try:
            caught = try_patch(patch, arguments.jobs)
        except Wrong as wrong:
            print(f"{patch.name} | {patch.breaks} | cannot be tried: {wrong}", flush=True)
            continue
        count += caught is not None
        print(f"{patch.name} | {patch.breaks} | {caught or 'NOTHING'}", flush=True)
    print(f"\n{count} of {len(patches)} were caught", flush=True)
    return count == len(patches)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="patches, without .patch; all when none is named")
    parser.add_argument("--check", action="store_true", help="only whether every patch still applies")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    try:
        sys.exit(0 if run(parser.parse_args()) else 1)
    except Wrong as wrong:
        sys.exit(f"sabotage: {wrong}")


if __name__ == "__main__":
    main()
