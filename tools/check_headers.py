#!/usr/bin/env python3
"""Every header of src/ and apps/ compiles alone: it includes what it uses.

Compiles one file per header that includes nothing but it (twice, so a missing #pragma once shows).
Exit status 1 and the compiler's words for those that do not.
"""
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

FLAGS = ["-std=c++20", "-O0", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow", "-Werror",
         "-Wno-unused-function"]  # a header may define what only its includer uses


def compile_alone(root, work, header):
    """The compiler's output, empty when the header is fine."""
    top = "apps" if header.is_relative_to(root / "apps") else "src"
    name = header.relative_to(root / top).as_posix()
    source = work / (top + "." + name.replace("/", ".") + ".cpp")
    text = f'#include "{name}"\n#include "{name}"\n'
    if not source.exists() or source.read_text() != text:
        source.write_text(text)
    # ccache caches only real compilations, hence an object file instead of -fsyntax-only.
    launcher = [shutil.which("ccache")] if shutil.which("ccache") else []
    command = launcher + [os.environ.get("CXX", "g++"), *FLAGS, f"-I{root / 'src'}", f"-I{root / top}",
                          "-isystem", "/usr/include/suitesparse", "-c", str(source), "-o", str(source) + ".o"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if run.returncode == 0 else run.stderr


def main():
    root = Path(__file__).resolve().parent.parent
    work = root / "build/headers"
    work.mkdir(parents=True, exist_ok=True)
    headers = sorted([*(root / "src").rglob("*.h"), *(root / "apps").rglob("*.h")])
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda header: compile_alone(root, work, header), headers))
    bad = [(h, r) for h, r in zip(headers, results) if r]
    for header, output in bad:
        print(f"{header.relative_to(root)}: does not compile alone\n{output}")
    if not bad:
        print(f"headers: each of {len(headers)} compiles alone")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
