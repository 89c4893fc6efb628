"""Every worked case produces its report: one page that needs no network, in both languages, of a size to be sent; its
results keep the published schema. And a project begun from each template runs."""
import json
import re
import tempfile
import unittest
from pathlib import Path

import cli

try:
    import jsonschema
except ImportError:
    jsonschema = None

CASES = ["6-apa/integrated", "mab", "riboflavin", "sitagliptin", "lysine", "treatment", "sugar", "steam", "incentives", "barriers"]


@unittest.skipUnless(cli.available("reports of the worked cases"), "no viresco")
class Reports(unittest.TestCase):
    def run_in(self, folder, *arguments):
        done = cli.viresco(list(arguments), folder)
        self.assertEqual(done.returncode, 0, f"{arguments}\n{done.stderr[-2000:]}")
        return done

    def test_every_case_has_its_report(self):
        schema = json.loads((cli.ROOT / "docs/results-schema.json").read_text(encoding="utf-8"))
        for case in CASES:
            with self.subTest(case), tempfile.TemporaryDirectory() as out:
                self.run_in(cli.ROOT, "evaluate", f"examples/{case}", "--out", out)
                results = json.loads((Path(out) / "results.json").read_text(encoding="utf-8"))
                if jsonschema:
                    jsonschema.Draft202012Validator(schema).validate(results)
                page = (Path(out) / "report.html").read_text(encoding="utf-8")
                self.assertLess(len(page.encode()), 5_000_000)
                self.assertIn("default-src 'none'", page)  # what it needs it carries
                self.assertEqual(re.findall(r"<(?:script|link|img)[^>]+(?:src|href)=\"http[^\"]*", page), [])
                for language in ("en", "zh"):
                    self.assertIn(json.dumps(results["case"]["title"][language], ensure_ascii=False)[1:-1], page)
                self.assertGreater(len(list(Path(out).glob("*.csv"))), 5)
                for route in results["routes"].values():
                    for quantity, closure in route["closure"].items():
                        if closure.get("value") is not None:
                            self.assertLessEqual(abs(closure["value"]), 1e-9, f"{case} {quantity}")

    def test_a_project_from_every_template_runs(self):
        listed = json.loads(self.run_in(cli.ROOT, "list", "templates", "--json").stdout)["templates"]
        own = [t["name"] for t in listed if t["file"].startswith("templates/")]
        self.assertIn("mab-fed-batch", own)
        for name in own + ["lysine"]:
            with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                self.run_in(folder, "new", "mine", "--from", name)
                self.assertTrue((Path(folder) / "mine/README.md").exists())
                self.run_in(folder, "evaluate", "mine")
                self.run_in(folder, "check", "mine")


if __name__ == "__main__":
    unittest.main()
