import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import check_links  # noqa: E402


class CheckLinks(unittest.TestCase):
    def dead(self, text):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "docs").mkdir()
            (root / "docs/guide.md").write_text("# 快速 start: `now`!\n\n## Again\n\n## Again\n", encoding="utf-8")
            page = root / "page.md"
            page.write_text(text, encoding="utf-8")
            return list(check_links.dead_links(root, page))

    def test_good_links(self):
        self.assertEqual(self.dead("[a](docs/guide.md) ![b](<docs/guide.md>) [c](docs) [d](https://example.org/x)\n"
                                   "[e](docs/guide.md#快速-start-now) [f](docs/guide.md#again-1)\n[g]: docs/guide.md\n"), [])

    def test_code_is_not_a_link(self):
        self.assertEqual(self.dead("`[a](nowhere.md)`\n```\n[b](nowhere.md)\n```\n"), [])

    def test_dead_links_with_their_line(self):
        self.assertEqual(self.dead("\n```\nx\n```\n[a](nowhere.md)\n\n[b]: docs/gone.md\n"),
                         ["page.md:5: no such file: nowhere.md", "page.md:7: no such file: docs/gone.md"])

    def test_dead_heading(self):
        self.assertEqual(self.dead("[a](docs/guide.md#again-2)"), ["page.md:1: no heading for: docs/guide.md#again-2"])
        self.assertEqual(self.dead("# Here\n[a](#here) [b](#there)"), ["page.md:2: no heading for: #there"])

    def test_link_out_of_the_project(self):
        self.assertEqual(self.dead("[a](../secret.md)"), ["page.md:1: ../secret.md leaves the project"])


if __name__ == "__main__":
    unittest.main()
