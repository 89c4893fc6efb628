"""What the documentation shows is true: its files are the files, its commands print what the page says."""
import json
import re
import shlex
import shutil
import tempfile
import unittest
from pathlib import Path

import cli

TUTORIALS = cli.ROOT / "docs/tutorials"
PAGES = ["add-a-unit.md", "add-a-unit.zh-CN.md"]
FILE = re.compile(r"`(add-a-unit/[\w.-]+)`[^\n]*(?:\n(?!```)[^\n]*)*\n```yaml\n(.*?)```", re.DOTALL)
CONSOLE = re.compile(r"(?:<!-- with (\S+): (.*?) => ?(.*?) ?-->\n)?```console\n(.*?)```", re.DOTALL)


def read(path):
    return (cli.ROOT / path).read_text(encoding="utf-8")


def yaml_blocks(text):
    return re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)


class Pages(unittest.TestCase):
    def test_code_blocks_are_the_files(self):
        for page in PAGES:
            text = read(TUTORIALS / page)
            shown = dict(FILE.findall(text))
            self.assertEqual(sorted(shown), sorted(f"add-a-unit/{p.name}" for p in (TUTORIALS / "add-a-unit").iterdir()), page)
            self.assertEqual(len(yaml_blocks(text)), len(shown), page)
            for name, content in shown.items():
                self.assertEqual(content, read(TUTORIALS / name), f"{page}: {name}")

    def test_a_unit_operation_is_a_short_file(self):
        self.assertLessEqual(len(read(TUTORIALS / "add-a-unit/hydrocyclone.yaml").splitlines()), 25)

    def test_both_languages_show_the_same(self):
        """The Chinese page has the files, the commands (but for --lang zh) and the table of the English one."""
        def essence(page):
            text = read(TUTORIALS / page)
            commands = [re.sub(r" --lang zh$", "", c, flags=re.MULTILINE) for c in re.findall(r"^\$ .*", text, re.MULTILINE)]
            return yaml_blocks(text), commands, re.findall(r"^\| `.*", text, re.MULTILINE), text.count("\n## ")
        self.assertEqual(essence(PAGES[0]), essence(PAGES[1]))


@unittest.skipUnless(cli.available("the tutorials"), "no viresco")
class Runs(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)

    def fresh(self):
        shutil.rmtree(self.folder / "add-a-unit", ignore_errors=True)
        shutil.copytree(TUTORIALS / "add-a-unit", self.folder / "add-a-unit")

    def evaluate(self, *arguments):
        run = cli.viresco(["evaluate", "add-a-unit", *arguments], self.folder)
        self.assertEqual((run.returncode, run.stderr), (0, ""), arguments)
        return run.stdout

    def test_commands_print_what_the_page_says(self):
        for page in PAGES:
            n = 0
            for name, old, new, block in CONSOLE.findall(read(TUTORIALS / page)):
                self.fresh()
                if name:
                    file = self.folder / "add-a-unit" / name
                    text = file.read_text(encoding="utf-8")
                    self.assertIn(old, text, page)
                    file.write_text(text.replace(old, new), encoding="utf-8")
                for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                    command, *expected = part.splitlines()
                    program, *arguments = shlex.split(command)
                    self.assertEqual(program, "viresco", command)
                    run = cli.viresco(arguments, self.folder)
                    printed = run.stdout.splitlines() + run.stderr.splitlines()
                    self.assertEqual(run.returncode, 2 if run.stderr else 0, command)
                    position = 0
                    for line in expected:
                        if line == "..":
                            continue
                        self.assertIn(line, printed[position:], f"{page}: {command}\n" + "\n".join(printed))
                        position = printed.index(line, position) + 1
                    n += 1
            self.assertGreaterEqual(n, 7, page)

    def test_numbers_in_the_text(self):
        self.fresh()
        results = json.loads(self.evaluate("--json"))["routes"]["cyclone"]
        streams = {s["name"]: s for s in results["streams"]}
        power = results["units"]["cyclone"]["variables"]["power"]
        self.assertEqual(power["unit"], "kW")
        # By hand: 1.5 bar x volume / 0.6; the water of the mixer has 997.0 kg/m3 here, the powder 2200.
        self.assertAlmostEqual(power["value"] * 1000, 1.5e5 * (950 / 997.05 + 50 / 2200) / 3600 / 0.6, delta=0.01)
        for page in PAGES:
            text = read(TUTORIALS / page)
            rows = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", text, re.MULTILINE)
            self.assertEqual(len(rows), 2, page)
            for name, mass, aid, water, temperature in rows:
                s = streams[name]
                for shown, value in [(mass, s["mass"]), (aid, s["components"]["filter_aid"]), (water, s["components"]["water"]),
                                     (temperature, s["T"])]:
                    digits = len(shown.partition(".")[2])
                    self.assertAlmostEqual(float(shown), value["value"], delta=0.5 * 10**-digits, msg=f"{page}: {name}")
            watt = re.search(r"([\d.]+) W\b", text).group(1)
            self.assertAlmostEqual(float(watt), power["value"] * 1000, delta=0.05, msg=page)

    def test_readme(self):
        """Its commands run, and its table of figures is what they give."""
        for page in ("README.md", "README.zh-CN.md"):
            text = read(page)
            commands = re.findall(r"^build/release/apps/cli/viresco (.*)", text, re.MULTILINE)
            self.assertGreaterEqual(len(commands), 2, page)
            for command in commands:
                run = cli.viresco(shlex.split(command))
                self.assertEqual(run.returncode, 0, command + "\n" + run.stderr)
            results = json.loads(cli.viresco(["evaluate", "examples/6-apa/literature-table", "--json"]).stdout)["routes"]
            rows = re.findall(r"^\|[^|`]*\(?`(\w+)`[)）] \| ([\d.]+) \| ([\d.]+) \|", text, re.MULTILINE)
            self.assertEqual(len(rows), 2, page)
            for name, *shown in rows:
                for route, value in zip(("chemical", "enzymatic"), shown):
                    self.assertEqual(f"{results[route]['indicators'][name]['value']:.2f}", value, page)
        # Named in running text.
        for arguments in (["evaluate", "examples/6-apa/literature-table", "--scenario", "recycle"],
                          ["list", "units"], ["check", "models/units/mixer.yaml"],
                          ["new", str(self.folder / "mine")], ["evaluate", str(self.folder / "mine")]):
            run = cli.viresco(arguments)
            self.assertEqual(run.returncode, 0, run.stderr)

    def test_hydrocyclones_elsewhere_work_too(self):
        """The README and the page on the language show a unit file; it runs in the plant of the tutorial."""
        for page in ("README.md", "README.zh-CN.md", "docs/language.md"):
            found = [b for b in yaml_blocks(read(page)) if "unit: hydrocyclone" in b]
            self.assertEqual(len(found), 1, page)
            self.fresh()
            (self.folder / "add-a-unit/hydrocyclone.yaml").write_text(found[0], encoding="utf-8")
            self.assertIn("\npmi_dry                                   1.0526  kg/kg\n", self.evaluate(), page)


if __name__ == "__main__":
    unittest.main()
