"""The program under test: $VIRESCO_CLI, or the release build. Not a test itself."""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CLI = Path(os.environ.get("VIRESCO_CLI", ROOT / "build/release/apps/cli/viresco")).resolve()


def available(what):
    """Whether the program is there; says loudly what is not tested without it."""
    if CLI.exists():
        return True
    print(f"\nNOT TESTED: {what}, because there is no {CLI} (./dev build, or set VIRESCO_CLI)\n", file=sys.stderr)
    return False


def viresco(arguments, folder=ROOT):
    """Runs `viresco ARGUMENTS..` in `folder`; the finished process with its texts."""
    return subprocess.run([str(CLI), *arguments], cwd=folder, capture_output=True, encoding="utf-8", timeout=60, check=False)
