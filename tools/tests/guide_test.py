"""What the user guide shows is true: its commands print what the pages say, and both languages show the same.

Blocks ```console: `$ viresco ..` is run in a folder that holds the examples and the guide; the lines below it occur in what
is printed, in this order; `..` stands for lines that are left out, `..` at the end of a line for the rest of it. A comment
`<!-- with FILE: OLD => NEW -->` before a block changes a file of docs/guide/lysine first.
"""
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path
from unittest import mock

import cli

GUIDE = cli.ROOT / "docs/guide"
PAGES = sorted(p.name for p in GUIDE.glob("0*.md") if not p.name.endswith(".zh-CN.md"))
CONSOLE = re.compile(r"(?:<!-- with (\S+): (.*?) => ?(.*?) ?-->\n)?```console\n(.*?)```", re.DOTALL)


def read(name):
    return (GUIDE / name).read_text(encoding="utf-8")


def chinese(name):
    return name.removesuffix(".md") + ".zh-CN.md"


def commands(text):
    """What is run, without the choice of the language."""
    return [re.sub(r" --lang zh$", "", c) for c in re.findall(r"^\$ (.*)", text, re.MULTILINE)]


def missing(expected, printed):
    """The first line of `expected` that does not occur in `printed` after the one before it; None when all do."""
    position = 0
    for line in expected:
        if line.strip() == "..":
            continue
        begin = line.removesuffix(" ..")
        found = [i for i in range(position, len(printed))
                 if printed[i].rstrip() == line or (begin != line and printed[i].startswith(begin))]
        if not found:
            return line
        position = found[0] + 1
    return None


class Pages(unittest.TestCase):
    def test_both_languages_show_the_same(self):
        self.assertGreaterEqual(len(PAGES), 1)
        for page in PAGES:
            self.assertTrue((GUIDE / chinese(page)).exists(), chinese(page))
            one, other = read(page), read(chinese(page))
            self.assertEqual(commands(one), commands(other), page)
            self.assertEqual(one.count("\n## "), other.count("\n## "), page)
            self.assertEqual(re.findall(r"```yaml\n(.*?)```", one, re.DOTALL), re.findall(r"```yaml\n(.*?)```", other, re.DOTALL), page)

    def test_yaml_that_is_shown_is_in_the_files(self):
        """Every line of a yaml block under `lysine/FILE` stands in that file."""
        for page in PAGES:
            for name, block in re.findall(r"`lysine/([\w.]+)`[^`]*\n```yaml\n(.*?)```", read(page), re.DOTALL):
                have = [line.strip() for line in read(f"lysine/{name}").splitlines()]
                for line in block.splitlines():
                    if line.strip() not in ("..", ""):
                        self.assertIn(line.strip(), have, f"{page}: lysine/{name}")


@unittest.skipUnless(cli.available("the user guide"), "no viresco")
class Runs(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        (self.folder / "docs/guide").mkdir(parents=True)
        for name in ("examples", "models"):
            (self.folder / name).symlink_to(cli.ROOT / name)
        environment = mock.patch.dict(os.environ, {"VIRESCO_MODELS": "models"})
        environment.start()
        self.addCleanup(environment.stop)

    def fresh(self):
        for made in ("docs/guide/lysine", "mycase", "out"):
            shutil.rmtree(self.folder / made, ignore_errors=True)
        shutil.copytree(GUIDE / "lysine", self.folder / "docs/guide/lysine")

    def run_page(self, page, known=()):
        for name, old, new, block in CONSOLE.findall(read(page)):
            if (name, old, new, block) in known:
                continue
            self.fresh()
            if name:
                file = self.folder / "docs/guide/lysine" / name
                text = file.read_text(encoding="utf-8")
                self.assertIn(old, text, page)
                file.write_text(text.replace(old, new), encoding="utf-8")
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *expected = part.splitlines()
                program, *arguments = shlex.split(command)
                if program == "viresco":
                    run = cli.viresco(arguments, self.folder)
                else:  # a command of the shell, such as cmp
                    run = subprocess.run(["sh", "-c", command], cwd=self.folder, capture_output=True, encoding="utf-8", check=False)
                printed = run.stdout.splitlines() + run.stderr.splitlines()
                text = "\n".join(printed)
                wrong = re.search("error:|错误:", "\n".join(expected))
                self.assertEqual(run.returncode, 2 if wrong else 0, f"{page}: {command}\n{text}")
                self.assertIsNone(missing(expected, printed), f"{page}: {command}\n{text}")

    def test_commands_print_what_the_pages_say(self):
        for page in PAGES:
            with self.subTest(page):
                self.run_page(page)
            with self.subTest(chinese(page)):
                self.run_page(chinese(page), known=CONSOLE.findall(read(page)))


if __name__ == "__main__":
    unittest.main()
