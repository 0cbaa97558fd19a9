"""Tables for people and JSON for programs."""

import json
import os
import pathlib
import platform
import subprocess


class Report:
    """Collects sections and prints each when it is complete."""

    def __init__(self):
        self.facts = {"machine": machine()}

    def add(self, key, title, header, rows, facts, notes=()):
        """`rows` are printed, texts left and numbers right; `facts` go to the JSON."""
        self.facts[key] = facts
        print(f"\n{title}\n")
        print_table(header, rows)
        for note in notes:
            print(f"  {note}")
        print(flush=True)

    def write(self, path):
        pathlib.Path(path).write_text(json.dumps(self.facts, indent=2) + "\n")


def machine():
    lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in lines
                  if line.startswith("model name")), platform.machine())
    return {"processor": model, "cores": os.cpu_count(), "kernel": platform.release(),
            "nginx": _version("nginx", "-v"), "wrk": _version("wrk", "-v")}


def _version(*command):
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return (result.stdout + result.stderr).splitlines()[0]


def print_table(header, rows):
    texts = [list(map(_text, row)) for row in rows]
    widths = [max(map(len, column)) for column in zip(header, *texts)]
    numeric = [all(isinstance(cell, (int, float)) for cell in column) for column in zip(*rows)]
    for line in [list(header), ["-" * width for width in widths], *texts]:
        cells = (cell.rjust(width) if right else cell.ljust(width)
                 for cell, width, right in zip(line, widths, numeric))
        print("  " + "  ".join(cells).rstrip())


def _text(cell):
    if isinstance(cell, float):
        return f"{cell:,.0f}" if cell >= 1000 else f"{cell:.1f}" if cell >= 10 else f"{cell:.3g}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
