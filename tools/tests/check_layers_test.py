import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import check_layers  # noqa: E402

README = """
| level | folders | holds |
|---|---|---|
| L0 | `base/` | errors |
| L1 | `units/` `text/` | readers |
| L12 | `apps/cli/` | the program |
"""


class CheckLayers(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("src/README.md", README)
        for name in ("base", "units", "text"):
            self.write(f"src/{name}/README.md", "")
        self.write("src/base/source.h", "")
        self.write("src/units/unit.h", '#include "base/source.h"\n#include <vector>\n')

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def faults(self):
        return check_layers.faults(self.root)[0]

    def test_downwards_and_own_folder_are_allowed(self):
        self.write("src/units/unit.cpp", '#include "units/unit.h"\n')
        self.write("apps/cli/main.cpp", '#include "command.h"\n#include "units/unit.h"\n')
        self.write("apps/cli/command.h", "")
        self.assertEqual(self.faults(), [])

    def test_upwards_is_a_fault_at_its_line(self):
        self.write("src/base/hash.h", '#include <string>\n#include "units/unit.h"\n')
        self.assertEqual(self.faults(),
                         ["src/base/hash.h:2: base/ (L0) includes src/units/unit.h of a higher level (L1)"])

    def test_sideways_is_a_fault(self):
        self.write("src/text/csv.h", '# include "units/unit.h"\n')
        self.assertEqual(self.faults(),
                         ["src/text/csv.h:1: text/ (L1) includes src/units/unit.h of the same level (L1)"])

    def test_missing_file_and_unknown_folder(self):
        self.write("src/text/csv.h", '#include "base/sauce.h"\n')
        self.write("src/magic/wand.h", "")
        self.assertEqual(self.faults(), ["src/magic/wand.h:1: this folder has no level in src/README.md",
                                         "src/text/csv.h:1: no such file: src/base/sauce.h"])

    def test_cycle_is_printed(self):
        self.write("src/text/a.h", '#include "text/b.h"\n')
        self.write("src/text/b.h", '#include "text/a.h"\n')
        self.assertEqual(self.faults(), ["include cycle: src/text/a.h -> src/text/b.h -> src/text/a.h"])

    def test_folder_without_readme(self):
        (self.root / "src/units/README.md").unlink()
        self.assertEqual(self.faults(), ["src/units: no README.md"])

    def test_no_table_and_folder_twice(self):
        with self.assertRaises(ValueError):
            check_layers.read_levels("# nothing here\n")
        with self.assertRaises(ValueError):
            check_layers.read_levels("| L0 | `base/` | |\n| L1 | `base/` | |\n")


if __name__ == "__main__":
    unittest.main()
