#!/usr/bin/env python3
"""Includes go only to lower levels, and never in a circle.

The levels stand in one place, the table of src/README.md. A file may include its own folder and folders
of strictly lower levels, never another folder of its own level. Exit status 1 and one line per fault.
"""
import re
import sys
from pathlib import Path

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
ROW = re.compile(r"^\|\s*L(\d+)\s*\|([^|]*)\|", re.MULTILINE)
SUFFIXES = {".h", ".cpp", ".inc"}


def read_levels(readme):
    """The table's rows `| L1 | \\`units/\\` \\`text/\\` | ..|` as {"units": 1, "text": 1}."""
    levels = {}
    for level, folders in ROW.findall(readme):
        for folder in re.findall(r"`([^`]+?)/?`", folders):
            if folder in levels:
                raise ValueError(f"src/README.md: `{folder}/` stands on two levels")
            levels[folder] = int(level)
    if not levels:
        raise ValueError("src/README.md: no table of levels found")
    return levels


def folder_of(path, levels):
    """The folder of the table that holds `path` (relative to the repository)."""
    path = path.removeprefix("src/")
    return next((f for f in levels if path.startswith(f + "/")), None)


def read_includes(root):
    """{file: [(line, file included)]} over src/ and apps/, all paths relative to `root`."""
    graph = {}
    for top in ("src", "apps"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in SUFFIXES:
                continue
            text = file.read_text(encoding="utf-8")
            includes = []
            for match in INCLUDE.finditer(text):
                name = match.group(1)
                beside = file.parent / name
                target = beside if top == "apps" and beside.exists() else root / "src" / name
                includes.append((text.count("\n", 0, match.start(1)) + 1, target.relative_to(root).as_posix()))
            graph[file.relative_to(root).as_posix()] = includes
    return graph


def layer_faults(graph, levels):
    for file, includes in graph.items():
        here = folder_of(file, levels)
        if here is None:
            yield f"{file}:1: this folder has no level in src/README.md"
            continue
        for line, target in includes:
            if target not in graph:
                yield f"{file}:{line}: no such file: {target}"
                continue
            there = folder_of(target, levels)
            if there is not None and there != here and levels[there] >= levels[here]:
                relation = "the same" if levels[there] == levels[here] else "a higher"
                yield (f"{file}:{line}: {here}/ (L{levels[here]}) includes {target} "
                       f"of {relation} level (L{levels[there]})")


def cycles(graph):
    """Every include cycle once, as the list of its files."""
    state, path = {}, []

    def visit(file):
        state[file] = "open"
        path.append(file)
        for _, target in graph.get(file, ()):
            if state.get(target) == "open":
                yield path[path.index(target):] + [target]
            elif target not in state:
                yield from visit(target)
        path.pop()
        state[file] = "done"

    for file in graph:
        if file not in state:
            yield from visit(file)


def faults(root):
    levels = read_levels((root / "src/README.md").read_text(encoding="utf-8"))
    graph = read_includes(root)
    found = list(layer_faults(graph, levels))
    found += ["include cycle: " + " -> ".join(cycle) for cycle in cycles(graph)]
    for folder in sorted({folder_of(f, levels) for f in graph if f.startswith("src/")} - {None}):
        if not (root / "src" / folder / "README.md").exists():
            found.append(f"src/{folder}: no README.md")
    return found, len(graph)


def main():
    found, n_files = faults(Path(__file__).resolve().parent.parent)
    print("\n".join(found) if found else f"layers: {n_files} files, no include upwards or sideways, no cycle")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
