"""The LCA tutorial is true: its commands run, and its tables hold what they give."""
import csv
import json
import re
import shlex
import tempfile
import unittest
from pathlib import Path

import cli

PAGES = ["docs/tutorials/lca.md", "docs/tutorials/lca.zh-CN.md"]
EXAMPLE = "examples/lca/lactic-acid"


def read(path):
    return (cli.ROOT / path).read_text(encoding="utf-8")


def commands(page):
    return re.findall(r"^\$ viresco (.*)", read(page), re.MULTILINE)


def engine():
    return cli.available("the LCA tutorial") and "lca" in cli.viresco(["--help"]).stdout.split()


class Pages(unittest.TestCase):
    def test_both_languages_show_the_same(self):
        """Commands, rows of figures (a leading name may be translated) and number of headings."""
        def essence(page):
            text = read(page)
            rows = re.findall(r"^\|.*\d.*\|$", text, re.MULTILINE)
            return commands(page), [re.findall(r"[-+]?\d+\.?\d*|`\w+`", r) for r in rows if "`" in r], text.count("\n## "), text.count("\n### ")
        self.assertEqual(essence(PAGES[0]), essence(PAGES[1]))

    def test_the_rows_shown_are_rows_of_the_inventory(self):
        with open(cli.ROOT / EXAMPLE / "inventory.csv", encoding="utf-8") as file:
            rows = {(r["process"], r["flow"], r["kind"], r["amount"], r["unit"], r["compartment"], r["allocation"],
                     r["uncertainty"], r["spread"]) for r in csv.DictReader(file)}
        for page in PAGES:
            shown = [tuple(c.strip() for c in line.split("|")[1:-1])
                     for line in re.findall(r"^\| (?:\w+_\w+) \|.*", read(page), re.MULTILINE)]
            self.assertEqual(len(shown), 8, page)
            for row in shown:
                self.assertIn(row, rows, page)


@unittest.skipUnless(engine(), "no viresco lca")
class Runs(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        folder = Path(temporary.name)
        for name in ("examples", "models"):
            (folder / name).symlink_to(cli.ROOT / name)
        cls.done = [(c, cli.viresco(shlex.split(c), folder)) for c in commands(PAGES[0])]

    def results(self, verb):
        """(arguments, result) of every command `lca VERB .. --json`."""
        for command, run in self.done:
            words = shlex.split(command)
            if words[1] == verb and "--json" in words:
                yield words, json.loads(run.stdout)

    def test_every_command_succeeds(self):
        self.assertGreaterEqual(len(self.done), 14)
        for command, run in self.done:
            self.assertEqual(run.returncode, 0, f"{command}\n{run.stdout}\n{run.stderr}")

    def test_the_cut_off_is_reported(self):
        text = self.done[0][1].stdout + self.done[0][1].stderr
        self.assertIn("pesticide", text)

    def test_scores_are_those_of_the_independent_program(self):
        with open(cli.ROOT / EXAMPLE / "scores.csv", encoding="utf-8") as file:
            expected = {(r["inventory"], r["demand"], r["category"]): float(r["score"]) for r in csv.DictReader(file)}
        n = 0
        for words, result in self.results("solve"):
            inventory = "mass" if "mass.db" in words else "price"
            self.assertLess(result["residual"], 1e-14)
            for category, score in result["scores"].items():
                key = (inventory, words[words.index("--demand") + 1], category)
                if key in expected:
                    self.assertAlmostEqual(score["value"], expected[key], delta=1e-10 * max(1, abs(expected[key])), msg=key)
                    n += 1
        self.assertEqual(n, 9 + 9 + 1 + 1)

    def test_tables_of_scores(self):
        with open(cli.ROOT / EXAMPLE / "scores.csv", encoding="utf-8") as file:
            expected = {(r["inventory"], r["demand"], r["category"]): float(r["score"]) for r in csv.DictReader(file)}
        for page in PAGES:
            rows = re.findall(r"^\|[^|]*\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|", read(page), re.MULTILINE)
            self.assertEqual(len(rows), 9, page)
            for category, *shown in rows:
                for demand, value in zip(("acid_coal", "acid_gas"), shown):
                    digits = len(value.partition(".")[2])
                    self.assertAlmostEqual(expected["price", demand, category], float(value), delta=0.5 * 10**-digits, msg=(page, category))

    def test_table_of_samples(self):
        """Mean, deviation and quantiles as shown, within what 10,000 draws allow."""
        coal, gas = (next(iter(r["scores"].values())) for _, r in self.results("sample"))
        difference = coal["difference"]
        self.assertAlmostEqual(difference["share_first_larger"], 0.94, delta=0.01)
        own = [[s["deterministic"], s["mean"], s["sd"], s["quantiles"]["0.025"], s["quantiles"]["0.975"]] for s in (coal, gas)]
        own.append([difference["deterministic"], difference["mean"], difference["sd"]])
        for page in PAGES:
            section = read(page).split("--versus")[1]
            rows = [re.findall(r"\| (\d\.\d+) ", r) for r in re.findall(r"^\|.*\| \d\.\d\d .*", section, re.MULTILINE)[:3]]
            self.assertEqual([len(r) for r in rows], [5, 5, 3], page)
            for row, values in zip(rows, own):
                for shown, value in zip(row, values):
                    self.assertAlmostEqual(value, float(shown), delta=0.03, msg=page)


if __name__ == "__main__":
    unittest.main()
