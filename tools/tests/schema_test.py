"""The JSON Schemas of docs/schema accept every input file of the project and refuse common mistakes."""
import copy
import json
import re
import sys
import unittest
from pathlib import Path

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"\nNOT TESTED: docs/schema, because Python lacks {missing.name} (./dev setup installs it)\n", file=sys.stderr)
    jsonschema = None

ROOT = Path(__file__).resolve().parent.parent.parent
SCHEMAS = ROOT / "docs/schema"

if jsonschema:
    class Yaml12(yaml.SafeLoader):
        """Scalars as YAML 1.2 and editors read them: no dates, no 1:30, no yes and no."""

    Yaml12.yaml_implicit_resolvers = {}
    Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))
    Yaml12.add_implicit_resolver("tag:yaml.org,2002:null", re.compile("^(null|~|)$"), ["n", "~", ""])
    Yaml12.add_implicit_resolver("tag:yaml.org,2002:int", re.compile("^[-+]?[0-9]+$"), list("-+0123456789"))
    Yaml12.add_implicit_resolver("tag:yaml.org,2002:float", re.compile(r"^[-+]?([0-9]+\.[0-9]*|\.?[0-9]+)([eE][-+]?[0-9]+)?$"),
                                 list("-+.0123456789"))


def validator(name):
    """The schema `name`, with relative references resolved inside docs/schema."""
    documents = {p.name: json.loads(p.read_text(encoding="utf-8")) for p in SCHEMAS.glob("*.json")}
    base = "file:///schema/"
    resolver = jsonschema.RefResolver(base + name, documents[name], {base + n: d for n, d in documents.items()})
    return jsonschema.Draft7Validator(documents[name], resolver=resolver)


def load(path):
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), Yaml12)


def inputs():
    for folder in ("models", "examples", "docs/tutorials", "docs/guide"):
        yield from sorted((ROOT / folder).rglob("*.yaml"))


@unittest.skipUnless(jsonschema, "python3-jsonschema or python3-yaml is missing")
class Schemas(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.any = validator("viresco.json")

    def test_each_is_a_schema_and_names_its_kind(self):
        for path in sorted(SCHEMAS.glob("*.json")):
            schema = json.loads(path.read_text(encoding="utf-8"))
            jsonschema.Draft7Validator.check_schema(schema)
            if path.stem not in ("viresco", "common"):
                self.assertEqual(schema["properties"]["kind"]["const"], path.stem)

    def test_every_kind_of_the_language_has_one(self):
        text = (ROOT / "docs/language.md").read_text(encoding="utf-8")
        kinds = re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)
        self.assertGreaterEqual(len(kinds), 9)
        enum = json.loads((SCHEMAS / "viresco.json").read_text(encoding="utf-8"))["properties"]["kind"]["enum"]
        self.assertEqual(sorted(kinds), sorted(enum))
        for kind in kinds:
            self.assertTrue((SCHEMAS / f"{kind}.json").exists(), kind)

    def test_closed_maps_have_the_keys_that_the_engine_knows(self):
        """Every literal list of check_keys(..) in src/ is the list of properties of some closed map, and is one only."""
        closed = set()

        def walk(node):
            for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
                walk(child)
            if isinstance(node, dict) and node.get("additionalProperties") is False:
                closed.add(frozenset(node.get("properties", {})))

        for path in SCHEMAS.glob("*.json"):
            walk(json.loads(path.read_text(encoding="utf-8")))
        n = 0
        for path in sorted((ROOT / "src").rglob("*.cpp")):
            for keys in re.findall(r"check_keys\([^{};]*\{([^{}]*)\}", path.read_text(encoding="utf-8")):
                known = frozenset(re.findall(r'"([^"]*)"', keys))
                self.assertIn(known, closed, f"{path.name}: no schema of docs/schema has the keys {sorted(known)}")
                n += 1
        self.assertGreater(n, 15)

    def test_every_property_is_explained(self):
        """Hover help: each property has a description, its own or that of what it refers to."""
        documents = {p.name: json.loads(p.read_text(encoding="utf-8")) for p in SCHEMAS.glob("*.json")}

        def explained(schema, home):
            if "description" in schema:
                return True
            if "$ref" in schema:
                file, pointer = schema["$ref"].split("#")
                target = documents[file or home]
                for key in pointer.strip("/").split("/"):
                    target = target[key]
                return explained(target, file or home)
            return False

        def walk(schema, home, at):
            """The unexplained properties of a schema and of the schemas inside it."""
            for name, child in schema.get("properties", {}).items():
                if not explained(child, home):
                    yield f"{home}{at}/{name}"
                yield from walk(child, home, f"{at}/{name}")
            for key in ("items", "additionalProperties", "else"):
                if isinstance(schema.get(key), dict):
                    yield from walk(schema[key], home, at)
            for key in ("anyOf", "allOf"):
                for child in schema.get(key, []):
                    yield from walk(child, home, at)
            for name, child in schema.get("definitions", {}).items():
                yield from walk(child, home, f"#{name}")

        bad = [place for name, document in documents.items() for place in walk(document, name, "")]
        self.assertEqual(bad, [])

    def test_every_file_of_the_project_is_accepted(self):
        n = 0
        for path in inputs():
            document = load(path)
            if document.get("kind") is None:
                self.fail(f"{path}: no kind")
            errors = [f"{path.relative_to(ROOT)}: {'/'.join(map(str, e.absolute_path))}: {e.message[:300]}"
                      for e in self.any.iter_errors(document)]
            self.assertEqual(errors, [])
            n += 1
        self.assertGreater(n, 40)

    def broken(self, path, change):
        document = load(path)
        self.assertTrue(self.any.is_valid(document), path)
        document = copy.deepcopy(document)
        change(document)
        self.assertFalse(self.any.is_valid(document), f"{path}: the broken variant is accepted")

    def test_broken_variants_are_refused(self):
        mixer, reactor = "models/units/mixer.yaml", "models/units/enzyme_reactor.yaml"
        case = "examples/6-apa/reference-inventory/case.yaml"
        table, steps = "examples/6-apa/literature-table/chemical.yaml", "examples/6-apa/reference-inventory/enzymatic.yaml"
        asm1, tank = "models/reactions/asm1.yaml", "models/units/activated_sludge_tank.yaml"
        bsm1, model = "examples/bsm1/plant.yaml", "examples/models/birol.yaml"
        background, prices = "models/background/viresco_base.yaml", "models/prices/cn_2024.yaml"
        variants = [
            (mixer, lambda d: d.update(viresco=2)),
            (mixer, lambda d: d.pop("viresco")),
            (mixer, lambda d: d.update(kind="units")),
            (mixer, lambda d: d.update(equation=d.pop("equations"))),
            (mixer, lambda d: d.update(title={"en": "mixer", "cn": "混合器"})),
            (mixer, lambda d: d["ports"].update(out="outlet")),
            (mixer, lambda d: d["ports"].update(out="gas")),
            (mixer, lambda d: d["ports"].update({"2nd": "in"})),
            (mixer, lambda d: d["ports"].update({"for": "in"})),
            (mixer, lambda d: d.pop("energy")),
            (mixer, lambda d: d.update(energy={"closing": "out"})),
            (mixer, lambda d: d.update(energy={"closes": "out.T"})),
            (reactor, lambda d: d["parameters"]["cycles"].update(evidence="guess")),
            (reactor, lambda d: d["parameters"]["cycles"].update(range=[1])),
            (reactor, lambda d: d["parameters"]["cycles"].update(default=3)),
            (reactor, lambda d: d["parameters"]["substrate"].update(type="substance")),
            (reactor, lambda d: d["requires"][0].pop("message")),
            (case, lambda d: d.pop("functional unit")),
            (case, lambda d: d.update(functional_unit="1 kg")),
            (case, lambda d: d["electricity"].update(type="footprnt")),
            (case, lambda d: d["scenarios"]["cn-sc"].update(sets={})),
            (case, lambda d: d["routes"].update({"a-b": "a.yaml"})),
            (table, lambda d: d["feeds"]["dcm"].pop("supply")),
            (table, lambda d: d["feeds"]["dcm"].pop("flow")),
            (table, lambda d: d["feeds"]["dcm"].update(mass="1 kg/s", composition={"water": 1})),
            (table, lambda d: d["feeds"]["dcm"].update(phase="vapour")),
            (table, lambda d: d["units"]["deacylation"].pop("is")),
            (table, lambda d: d["products"]["product"].update({"as": "prodct"})),
            (table, lambda d: d.pop("products")),
            (table, lambda d: d.update(specifications={"scale": {"vary": "deacylation.silane"}})),
            (steps, lambda d: d["units"]["deacylation"]["inventory"].pop("basis")),
            (steps, lambda d: d["units"]["deacylation"].update(volume="3 m3")),
            (background, lambda d: d["items"]["glucose"].pop("unit")),
            (background, lambda d: d["items"]["glucose"].update(category="materials")),
            (background, lambda d: d["items"]["glucose"]["gwp100"].update(title="x")),
            (background, lambda d: d["items"]["electricity"]["factors"][0].pop("year")),
            (prices, lambda d: d["items"].update(glucose={"range": [1, 2]})),
            (prices, lambda d: d.update(prices={})),
            ("models/economics/cn_2024.yaml", lambda d: d.update(rules="x = 1")),
            ("models/indicators/core.yaml", lambda d: d["indicators"]["pmi_dry"].update(boundary="gate")),
            ("models/indicators/core.yaml", lambda d: d["indicators"]["pmi_dry"].pop("formula")),
            ("models/components/common.yaml", lambda d: d["components"]["water"].pop("title")),
            ("models/components/common.yaml", lambda d: d["components"]["water"].update(contents={"H": 0.11})),
            ("models/components/common.yaml", lambda d: d["components"]["water"].update(state="fluid")),
            ("models/components/common.yaml", lambda d: d["components"].update({"6-APA": {"title": "x"}})),
            ("models/language/stream.yaml", lambda d: d.pop("gas")),
            (asm1, lambda d: d.pop("processes")),
            (asm1, lambda d: d["processes"]["ammonification"].pop("rate")),
            (asm1, lambda d: d["processes"]["ammonification"].update(coefficients={})),
            (asm1, lambda d: d["processes"]["ammonification"].update(exceptions={"oxygen": "why"})),
            (tank, lambda d: d["states"]["C"].update(starts=1)),
            (tank, lambda d: d["states"]["C"].update(per=[])),
            (tank, lambda d: d.update(tells=["aeration"])),
            (bsm1, lambda d: d["units"]["tank1"].update(kinetics={"temperature": "12 degC"})),
            (bsm1, lambda d: d["feeds"]["influent"].pop("volume")),
            (bsm1, lambda d: d["feeds"]["influent"].update(flow={"water": "1 kg/s"})),
            (model, lambda d: d.pop("states")),
            (model, lambda d: next(iter(d["states"].values())).pop("start")),
            (model, lambda d: d.update(begin="steady state")),
            (model, lambda d: d.update(series={"influent": {"file": "a.csv", "columns": {}}})),
            (model, lambda d: d.update(series={"influent": {"file": "a.csv", "time": "d", "columns": {"feed.flow": "Q"}}})),
        ]
        for path, change in variants:
            self.broken(path, change)


if __name__ == "__main__":
    unittest.main()
