"""The shipped factors and methods are consistent in themselves and with the tables they are taken from."""
import csv
import os
import re
import sys
import unittest
from pathlib import Path

try:
    import yaml
except ImportError:
    print("\nNOT TESTED: models/background and models/methods, because Python lacks yaml (./dev setup installs it)\n", file=sys.stderr)
    yaml = None

ROOT = Path(__file__).resolve().parent.parent.parent
REFERENCE = os.environ.get("VIRESCO_REFERENCE_DATA")


def load(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def number(quantity):
    """The number of `1.1 kgCO2e/kg` or of {value: .., range: ..}."""
    return float(str(quantity["value"] if isinstance(quantity, dict) else quantity).split()[0])


@unittest.skipUnless(yaml, "python3-yaml is missing")
class Background(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.items = load("models/background/viresco_base.yaml")["items"]

    def test_every_item_says_where_it_comes_from(self):
        for name, item in self.items.items():
            for key in ("title", "unit", "evidence", "source", "verified"):
                self.assertIn(key, item, name)
            self.assertEqual(set(item["title"]), {"en", "zh"}, name)
            if item["evidence"] == "estimate":
                self.assertFalse(item["verified"], f"{name}: an estimate has no text to be verified against")

    def test_values_lie_in_their_ranges(self):
        n = 0
        for name, item in self.items.items():
            for key, value in item.items():
                if isinstance(value, dict) and "range" in value:
                    low, high = map(float, value["range"])
                    self.assertLess(low, high, f"{name}.{key}")
                    self.assertTrue(low <= number(value) <= high, f"{name}.{key}")
                    n += 1
        self.assertGreater(n, 140)

    def test_parts_do_not_exceed_the_whole(self):
        for name, item in self.items.items():
            parts = [number(item[k]) for k in ("gwp100_biogenic", "gwp100_land_use") if k in item]
            if parts:
                self.assertLessEqual(sum(parts), number(item["gwp100"]) * (1 + 1e-12), name)
            if "gwp20" in item:
                self.assertGreaterEqual(number(item["gwp20"]), number(item["gwp100"]), name)

    def test_electricity(self):
        factors = self.items["electricity"]["factors"]
        keys = [(f["region"], f["type"], f["year"]) for f in factors]
        self.assertEqual(len(keys), len(set(keys)))
        for year in (2021, 2022):
            self.assertEqual(len({k[0] for k in keys if re.fullmatch("CN-[A-Z]{2}", k[0]) and k[2] == year}), 30, year)
        for region in ("CN", "EU", "US"):
            self.assertLessEqual({"emission", "footprint"}, {k[1] for k in keys if k[0] == region})
        by_key = {k: number(f["gwp100"]) for k, f in zip(keys, factors)}
        for (region, kind, year), value in by_key.items():
            if kind == "footprint" and (region, "emission", year) in by_key:
                self.assertGreater(value, by_key[region, "emission", year], (region, year))

    def test_derived_factors_follow_from_what_they_name(self):
        """Chinese electricity (footprint 2024) over the COP, or times the kWh, that the source states."""
        grid = 0.5777
        for name, factor in [("compressed_air", 0.085), ("instrument_air", 0.12), ("chilled_water", 1 / 4.5), ("glycol_cooling", 1 / 2.8),
                             ("brine", 1 / 1.3), ("deep_refrigeration", 1 / 0.6), ("ozone", 10), ("oxygen", 0.6)]:
            self.assertAlmostEqual(number(self.items[name]["gwp100"]) / (grid * factor), 1, delta=0.011, msg=name)


def letters(name):
    """Names are compared by their letters and digits; a text in brackets at the end does not count."""
    return re.sub("[^a-z0-9]", "", re.sub(r"\s*\[[^\]]*\]\s*$", "", name).lower())


def compartment(path):
    for part in path.lower().split("/"):
        if "resource" in part or "raw material" in part or part in ("in ground", "in water", "in air", "land", "biotic"):
            return "resource"
        for word, result in [("air", "air"), ("atmosphere", "air"), ("water", "water"), ("river", "water"), ("lake", "water"),
                             ("ocean", "water"), ("soil", "soil")]:
            if word in part:
                return result
    return None


def factor_of(category, name, path, unit, cas=""):
    """The factor that models/methods/README.md gives to a flow, per `unit`; None where none fits."""
    best = None
    for f in category["factors"]:
        wanted = f.get("compartment", category.get("compartment"))
        per = f.get("per", category.get("per"))
        per = per if isinstance(per, dict) else {per: 1}
        if (wanted and wanted != compartment(path)) or unit not in per:
            continue
        also = {letters(a) for a in f.get("also", [])}
        tail = letters(name.rsplit(", ", 1)[1]) if ", " in name and f.get("cas") else None
        rank = (0 if letters(f["name"]) == letters(name) else 1 if letters(name) in also or tail in also
                else 2 if f.get("cas") and f["cas"] == cas.lstrip("0") else None)
        if rank is not None and (best is None or rank < best[0]):
            best = rank, f["value"] * per[unit]
    return None if best is None else best[1]


@unittest.skipUnless(yaml, "python3-yaml is missing")
class Methods(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = {p.stem: load(p) for p in sorted((ROOT / "models/methods").glob("*.yaml"))}
        cls.categories = {k: v for f in cls.files.values() for k, v in f.get("categories", {}).items()}

    def test_references_exist_and_weights_sum_to_1(self):
        for file in self.files.values():
            for name, category in file.get("categories", {}).items():
                for part in category.get("sum", []):
                    self.assertIn("factors", file["categories"][part], name)
            for name, method in file.get("methods", {}).items():
                self.assertLessEqual(set(method["categories"]), set(self.categories), name)
                for s in method.get("sets", {}).values():
                    self.assertLessEqual(set(s["normalisation"]), set(method["categories"]), name)
                    self.assertAlmostEqual(sum(s["weight"].values()), 1, delta=1e-12, msg=name)

    def test_no_flow_has_two_factors_of_one_rank(self):
        """But for isomers of one name, which differ in their CAS number."""
        for name, category in self.categories.items():
            seen = set()
            for f in category.get("factors", []):
                for other in [f["name"], *f.get("also", [])]:
                    key = (letters(other), str(f.get("per")), f.get("cas"))
                    self.assertFalse(key in seen, f"{name}: '{other}' stands there twice")
                    seen.add(key)

    def test_origins_stand_apart(self):
        """A flow has its factor in one of fossil, biogenic and land use, whatever CAS number it carries."""
        for h, fossil, other in [("100", 29.8, 27.0), ("20", 82.5, 79.7)]:
            for name, cas, expected in [
                    ("Carbon dioxide", "124-38-9", (1, 0, 0)), ("Carbon dioxide, fossil ", "124-38-9", (1, 0, 0)),
                    ("Carbon dioxide, biogenic", "000124-38-9", (0, 0, 0)), ("Carbon dioxide (biogenic)", "124-38-9", (0, 0, 0)),
                    ("Carbon dioxide, land transformation", "124-38-9", (0, 0, 1)),
                    ("Methane, fossil", "74-82-8", (fossil, 0, 0)), ("Methane [Organic emissions to air]", "", (fossil, 0, 0)),
                    ("Methane, non-fossil", "74-82-8", (0, other, 0)), ("Methane, from soil or biomass stock", "74-82-8", (0, 0, fossil)),
                    ("Dinitrogen monoxide", "", (273, 0, 0))]:
                found = [factor_of(self.categories[f"gwp{h}_{o}"], name, "air/urban", "kg", cas) or 0
                         for o in ("fossil", "biogenic", "land_use")]
                self.assertEqual(tuple(found), expected, (name, h))

    def test_names_of_other_databases_are_found(self):
        fossil = self.categories["gwp100_fossil"]
        for name, cas, expected in [("Ethane, 1,1,1,2-tetrafluoro-, HFC-134a", "", 1530), ("Methane, dichloro-, HCC-30", "", 11.2),
                                    ("HFC 134a", "", 1530), ("Norflurane", "000811-97-2", 1530), ("Sulphur hexafluoride", "", 25200)]:
            self.assertEqual(factor_of(fossil, name, "Emission to air/unspecified", "kg", cas), expected, name)
        self.assertIsNone(factor_of(fossil, "Carbon dioxide", "water/river", "kg", "124-38-9"))
        self.assertIsNone(factor_of(fossil, "Carbon dioxide, in air", "resource/in air", "kg", "124-38-9"))
        water = self.categories["water_withdrawal"]
        self.assertEqual(factor_of(water, "Water, river", "resource/in water", "kg"), 0.001)
        self.assertIsNone(factor_of(water, "Water, salt, ocean", "resource/in water", "m3"))
        gas = self.categories["energy_fossil"]
        self.assertAlmostEqual(factor_of(gas, "Gas, natural, in ground", "resource/in ground", "m3"), 35.52, delta=1e-9)
        self.assertEqual(factor_of(gas, "Coal, unprocessed bituminous, in ground", "resource/in ground", "MJ"), 1)

    @unittest.skipUnless(REFERENCE, "VIRESCO_REFERENCE_DATA is not set: the GWP values are not compared with their table")
    def test_gwp_values_are_those_of_the_table(self):
        with open(Path(REFERENCE) / "lcia_ipcc/IPCC_GWP_values.csv", encoding="utf-8") as file:
            rows = [r for r in csv.DictReader(file) if r["AR"] == "AR6" and r["CAS"]]
        n = 0
        for h in ("100", "20"):
            ours = {f["cas"]: f["value"] for f in self.categories[f"gwp{h}_fossil"]["factors"] if "cas" in f}
            for r in rows:
                if r["Parameter"] == f"GWP{h}":
                    self.assertEqual(ours[r["CAS"]], float(r["Value"]), r["Name"])
                    n += 1
        self.assertEqual(n, 2 * 245)

    def test_scores_of_the_example(self):
        """The factors used for examples/lca/lactic-acid/scores.csv are those of the files."""
        parts = {"gwp100": ["gwp100_fossil", "gwp100_biogenic"], "energy": ["energy_fossil"], "water": ["water_withdrawal", "water_return"]}
        expected = {("carbon dioxide, fossil", "gwp100"): 1, ("methane, fossil", "gwp100"): 29.8, ("methane, biogenic", "gwp100"): 27.0,
                    ("dinitrogen monoxide", "gwp100"): 273, ("coal, hard, in ground", "energy"): 25.8,
                    ("gas, natural, in ground", "energy"): 35.52}
        with open(ROOT / "examples/lca/lactic-acid/inventory.csv", encoding="utf-8") as file:
            flows = {(r["flow"], r["compartment"], r["unit"]) for r in csv.DictReader(file) if r["kind"] in ("emission", "resource")}
        self.assertEqual(len(flows), 10)
        for name, path, unit in flows:
            for result, categories in parts.items():
                found = sum(factor_of(self.categories[c], name, path, unit) or 0 for c in categories)
                want = expected.get((name, result), 0)
                if (name, result) == ("water, river", "water"):
                    want = -1 if path == "water" else 1
                self.assertAlmostEqual(found, want, delta=1e-9, msg=(name, result))


if __name__ == "__main__":
    unittest.main()
