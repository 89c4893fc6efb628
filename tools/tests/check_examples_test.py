import json
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import check_examples  # noqa: E402

RESULTS = {"routes": {"a": {"indicators": {"pmi": {"value": 23.66}, "voc": {"value": None}},
                            "steps": {"s": {"indicators": {"pmi": {"value": 5.915}}}}}}}


class CheckExamples(unittest.TestCase):
    def found(self, text, status=0, messages=""):
        block = check_examples.read(text)[-1]
        return list(check_examples.faults(block, status, json.dumps(RESULTS), messages, "expected.txt"))

    def test_met(self):
        self.assertEqual(self.found("# comment\npmi a 23.67 0.01\npmi a 23.5 1%\nshare(pmi,s) a 25 0\n"), [])

    def test_not_met(self):
        self.assertEqual(self.found("\npmi a 23.68 0.01"),
                         ["expected.txt:2 (no options): pmi of a is 23.66, expected 23.68 +- 0.01"])
        self.assertEqual(len(self.found("pmi a 24 1%")), 1)
        self.assertEqual(len(self.found("share(pmi,s) a 26 0.5")), 1)

    def test_absent(self):
        for line in ("pmj a 1 1", "voc a 1 1", "pmi b 1 1", "share(pmi,t) a 1 1", "share(voc,s) a 1 1"):
            self.assertIn("has no value", self.found(line)[0], line)

    def test_exit_status_and_words(self):
        text = "pmi a 1 1\n--set x='1 kg'\nexit 2\nsays make-up\n"
        self.assertEqual([b.options for b in check_examples.read(text)], [[], ["--set", "x=1 kg"]])
        self.assertEqual(self.found(text, 2, "the make-up of"), [])
        self.assertEqual(len(self.found(text, 2, "nothing")), 1)
        self.assertIn("exit status 1, expected 2", self.found(text, 1, "make-up")[0])
        self.assertIn("exit status 2, expected 0", self.found("pmi a 23.66 1", 2, "error")[0])

    def test_other_lines_are_refused(self):
        for line in ("pmi a 1", "pmi a one 1", "exit two", "pmi a 1 1 1"):
            with self.assertRaisesRegex(ValueError, "expected.txt:1"):
                check_examples.read(line)

    def test_scenarios_of_a_case(self):
        self.assertEqual(check_examples.scenarios("viresco: 1\nscenarios:\n  # c\n  cn-sc:\n    title: x\n  two: {}\nroutes:\n  a: b\n"),
                         ["cn-sc", "two"])
        self.assertEqual(check_examples.scenarios("viresco: 1\n"), [])


if __name__ == "__main__":
    unittest.main()
