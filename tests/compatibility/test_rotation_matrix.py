"""docs/rotation-tests.md says where each row of the test matrix is tested: that it is there."""

import re

import pytest

from support import REPOSITORY

PAGE = REPOSITORY / "docs/rotation-tests.md"
# These name their rows. The tests of real databases and of executors are named alone.
NAMING = re.compile(r"test_rotat\w+\.py")


def expanded(text):
    """{8, 9, 10, 12} of `8-10, 12` or `8 to 10 and 12`."""
    rows = set()
    for first, last in re.findall(r"(\d+)(?:(?:-| to )(\d+))?", text):
        rows |= set(range(int(first), int(last or first) + 1))
    return rows


def lines():
    """Rows and files of each line of the table."""
    table, _, _ = PAGE.read_text().partition("## What is left out")
    found = re.findall(r"^\| ([\d, -]+) \| .* \| (.*) \|$", table, re.MULTILINE)
    return [(expanded(rows), files.split(", ")) for rows, files in found]


def place(file):
    if file.startswith("tests/"):
        return REPOSITORY / file
    folder = "tests/compatibility" if file.endswith(".py") else "tests/unit/rotation"
    return REPOSITORY / folder / file


def test_every_row_has_a_line():
    rows = [row for rows, _ in lines() for row in rows]

    assert sorted(rows) == list(range(1, 108))


@pytest.mark.parametrize("file", sorted({file for _, files in lines() for file in files}))
def test_a_file_has_tests_of_its_rows(file):
    promised = {row for rows, files in lines() if file in files for row in rows}

    text = place(file).read_text()
    if NAMING.fullmatch(file):
        named = re.findall(r"\brows? ([\d, \-toand]+)", text)
        there = {row for rows in named for row in expanded(rows)}
        there |= {int(row) for row in re.findall(r"^    \((\d+), ", text, re.MULTILINE)}
        assert promised <= there, sorted(promised - there)
