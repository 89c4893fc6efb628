"""Validates results files against docs/results-schema.json: check_schema.py SCHEMA RESULTS..

Also breaks each file in known ways and expects the schema to object, so that a schema that accepts
everything is found out. Exit status 77: the module jsonschema is missing.
"""
import copy
import json
import sys

try:
    import jsonschema
except ImportError:
    print("SKIPPED: the Python module jsonschema (Debian: python3-jsonschema) is not installed")
    sys.exit(77)


def breakages(results):
    def broken(change):
        other = copy.deepcopy(results)
        change(other)
        return other

    route = next(iter(results["routes"]))
    indicator = next(iter(results["routes"][route]["indicators"]))
    yield "no version", broken(lambda r: r.pop("viresco"))
    yield "no routes", broken(lambda r: r.update(routes={}))
    yield "another schema number", broken(lambda r: r.update(schema=2))
    yield "an unknown member", broken(lambda r: r.update(surprise=1))
    yield "an indicator without unit", broken(lambda r: r["routes"][route]["indicators"][indicator].pop("unit"))
    yield "a value that is text", broken(lambda r: r["routes"][route]["indicators"][indicator].update(value="12"))
    yield "an unknown boundary", broken(lambda r: r["routes"][route]["indicators"][indicator].update(boundary="gate"))
    yield "a title without Chinese", broken(lambda r: r["case"]["title"].pop("zh"))


def main(schema_file, *files):
    with open(schema_file, encoding="utf-8") as f:
        schema = json.load(f)
    validator_class = jsonschema.validators.validator_for(schema)
    validator_class.check_schema(schema)
    validator = validator_class(schema)
    failed = False
    for name in files:
        with open(name, encoding="utf-8") as f:
            results = json.load(f)
        for error in list(validator.iter_errors(results))[:10]:
            failed = True
            print(f"{name}: /{'/'.join(map(str, error.absolute_path))}: {error.message[:300]}")
        for what, other in breakages(results):
            if validator.is_valid(other):
                failed = True
                print(f"{name}: the schema accepts {what}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
