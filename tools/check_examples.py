#!/usr/bin/env python3
"""Every example gives the figures of its expected.txt.

Lines of examples/**/expected.txt:
    id route value tolerance     an indicator; tolerance absolute, or "1%" of the value. share(id,step) is the part of
                                 a step in the total, in percent.
    --scenario NAME              what follows is for `viresco evaluate` with these options (the first lines: with none)
    exit 2                       its exit status (without this line: 0)
    says TEXT                    TEXT stands in what it writes to the terminal
    # comment
Every scenario of the case has to occur. The program is $VIRESCO_CLI or the release build. Exit status 1 and one line
per fault.
"""
import json
import math
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?([eE][-+]?\d+)?")


class Block:
    """One run: its options, and what is expected of it as (line number, kind, words)."""

    def __init__(self, options):
        self.options, self.lines, self.status = options, [], 0


def read(text, name="expected.txt"):
    """The blocks of an expected.txt; ValueError at a line that is none of the forms."""
    blocks = [Block([])]
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        words = line.split()
        if not line or line.startswith("#"):
            continue
        if line.startswith("--"):
            blocks.append(Block(shlex.split(line)))
        elif words[0] == "exit" and len(words) == 2 and words[1].isdigit():
            blocks[-1].status = int(words[1])
        elif words[0] == "says" and len(words) > 1:
            blocks[-1].lines.append((number, "says", line[4:].strip()))
        elif len(words) == 4 and NUMBER.fullmatch(words[2]) and NUMBER.fullmatch(words[3].removesuffix("%")):
            blocks[-1].lines.append((number, "value", words))
        else:
            raise ValueError(f"{name}:{number}: expected 'id route value tolerance', --option, exit or says: {line}")
    return blocks


def indicator(results, name, route):
    """The number that results.json has for `name`; None when it is absent or has no value."""
    plant = results["routes"].get(route, {})
    share = re.fullmatch(r"share\((\w+),(\w+)\)", name)
    if share:
        total = plant.get("indicators", {}).get(share[1], {}).get("value")
        part = plant.get("steps", {}).get(share[2], {}).get("indicators", {}).get(share[1], {}).get("value")
        return None if part is None or not total else 100 * part / total
    return plant.get("indicators", {}).get(name, {}).get("value")


def close(value, expected, tolerance):
    """Whether value is expected within tolerance ("0.01" or "1%"), with a hair for the rounding of the doubles."""
    span = abs(expected) * float(tolerance[:-1]) / 100 if tolerance.endswith("%") else float(tolerance)
    return math.isfinite(value) and abs(value - expected) <= span * (1 + 1e-12)


def faults(block, status, output, messages, place):
    """One text per expectation of the block that the run does not meet."""
    label = " ".join(block.options) or "no options"
    if status != block.status:
        yield f"{place} ({label}): exit status {status}, expected {block.status}\n{messages.rstrip()}"
        return
    results = json.loads(output) if status == 0 else {"routes": {}}
    for number, kind, what in block.lines:
        if kind == "says":
            if what not in messages and what not in output:
                yield f"{place}:{number} ({label}): does not say '{what}'"
            continue
        name, route, expected, tolerance = what
        value = indicator(results, name, route)
        if value is None:
            yield f"{place}:{number} ({label}): {route} has no value of {name}"
        elif not close(value, float(expected), tolerance):
            yield f"{place}:{number} ({label}): {name} of {route} is {value:.6g}, expected {expected} +- {tolerance}"


def scenarios(case):
    """Names of the scenarios of a case file (keys two blanks deep below `scenarios:`)."""
    below = re.search(r"^scenarios:.*\n((?:[ #].*\n|\n)*)", case, re.MULTILINE)
    return re.findall(r"^  ([\w-]+):", below.group(1), re.MULTILINE) if below else []


def main():
    cli = Path(os.environ.get("VIRESCO_CLI", ROOT / "build/release/apps/cli/viresco")).resolve()
    if not cli.exists():
        print(f"examples: there is no {cli}: ./dev build, or set VIRESCO_CLI")
        return 1
    found, n = [], 0
    files = sorted((ROOT / "examples").rglob("expected.txt"))
    for file in files:
        place = file.relative_to(ROOT).as_posix()
        blocks = read(file.read_text(encoding="utf-8"), place)
        covered = {o for b in blocks for flag, o in zip(b.options, b.options[1:]) if flag == "--scenario"}
        for name in scenarios((file.parent / "case.yaml").read_text(encoding="utf-8")):
            if name not in covered:
                found.append(f"{place}: nothing is expected of scenario {name}")
        for block in blocks:
            run = subprocess.run([str(cli), "evaluate", str(file.parent), "--json", *block.options], cwd=ROOT,
                                 capture_output=True, encoding="utf-8", timeout=120, check=False)
            found += faults(block, run.returncode, run.stdout, run.stderr, place)
            n += len(block.lines)
    if not files:
        found.append("examples: no expected.txt")
    print("\n".join(found) if found else f"examples: {len(files)} with {n} figures and messages, all as expected")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
