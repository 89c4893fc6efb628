#!/usr/bin/env python3
"""Relative links in the project's Markdown files lead somewhere: the file exists, and so does the heading.

Links to other hosts are not followed. Exit status 1 and one line per dead link.
"""
import os
import re
import sys
import urllib.parse
from pathlib import Path

SKIP = {"build", "out", "node_modules", "third_party"}
FENCE = re.compile(r"^ *(```|~~~).*?^ *\1", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)|^ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*\s*$", re.MULTILINE)


def blank(match):
    """Same number of lines, no text: keeps line numbers."""
    return re.sub(r"[^\n]", " ", match.group(0))


def anchors(text):
    """Heading anchors as repository hosts make them: lower case, punctuation dropped, blanks to hyphens."""
    seen = {}
    for heading in HEADING.findall(FENCE.sub(blank, text)):
        heading = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        n = seen.get(slug, 0)
        seen[slug] = n + 1
        yield slug if n == 0 else f"{slug}-{n}"


def dead_links(root, file):
    text = CODE.sub(blank, FENCE.sub(blank, file.read_text(encoding="utf-8")))
    for match in LINK.finditer(text):
        target = match.group(1) or match.group(2)
        if re.match(r"[a-z][a-z0-9+.-]*:", target, re.IGNORECASE):
            continue
        path, _, anchor = urllib.parse.unquote(target).partition("#")
        place = f"{file.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
        goal = Path(os.path.normpath(file.parent / path)) if path else file
        if not goal.is_relative_to(root):
            yield f"{place}: {target} leaves the project"
        elif not goal.exists():
            yield f"{place}: no such file: {target}"
        elif anchor and goal.suffix == ".md" and anchor not in anchors(goal.read_text(encoding="utf-8")):
            yield f"{place}: no heading for: {target}"


def markdown_files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(f for f in folders if f not in SKIP and f != ".git")
        yield from (Path(folder) / name for name in sorted(names) if name.endswith(".md"))


def main():
    root = Path(__file__).resolve().parent.parent
    files = list(markdown_files(root))
    dead = [fault for file in files for fault in dead_links(root, file)]
    print("\n".join(dead) if dead else f"links: {len(files)} files, no dead link")
    return 1 if dead else 0


if __name__ == "__main__":
    sys.exit(main())
