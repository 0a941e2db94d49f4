#!/usr/bin/python3
"""What `--json` prints, against the schema in Docs/formats/output.schema.json.

  output-schema.py check SCHEMA COMMAND…    the object on standard input is what the schema says of this command
  output-schema.py list SCHEMA              the commands it knows
  output-schema.py write SCHEMA SAMPLES…    defines anew every command that has samples, each
                                            {"command": […], "output": {…}}
"""
import json
import re
import sys

GROUPS = {
    "setup": "make", "report": "make", "case": None, "item": None, "person": None, "authority": None, "key": None,
    "archive": None, "audit": None, "manifest": None, "custody": None, "disc": None, "equipment": None, "acquisition": None,
}
# What a finding may say does not show in a few samples.
FINDING = {
    "type": "object",
    "properties": {
        **{key: {"type": "string"} for key in ["code", "severity", "subject", "meaning", "expected", "observed"]},
        "sectors": {
            "type": "object",
            "properties": {key: {"type": ["integer", "string"]} for key in ["first", "count"]},
            "required": ["first", "count"],
            "additionalProperties": False,
        },
    },
    "required": ["code", "severity", "subject", "meaning"],
    "additionalProperties": False,
}
# What devices say depends on the machine.
OPEN = {"devices"}


def path(words):
    """The command that these words begin with."""
    program = words[0].rsplit("/", 1)[-1]
    if program == "exhibit-verify":
        return program
    first = words[1]
    if first not in GROUPS:
        return first
    second = words[2] if len(words) > 2 and re.fullmatch("[a-z][a-z-]*", words[2]) else GROUPS[first]
    return f"{first} {second}"


def kind(value):
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null", list: "array"}
    return names.get(type(value), "object")


def infer(values, is_open, top=False):
    if values and all(isinstance(value, dict) and {"code", "severity", "subject"} <= value.keys() for value in values):
        return FINDING
    kinds = sorted({kind(value) for value in values})
    schema = {"type": kinds[0] if len(kinds) == 1 else kinds} if kinds else {}
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        keys = sorted({key for value in objects for key in value})
        if all(re.fullmatch("[a-z][A-Za-z0-9]*", key) for key in keys):
            schema["properties"] = {
                # Samples that found nothing say nothing of findings.
                key: {"type": "array", "items": FINDING} if key == "findings"
                else infer([value[key] for value in objects if key in value], is_open) for key in keys
            }
            if top:
                schema["required"] = [key for key in keys if all(key in value for value in objects)]
            if not is_open:
                schema["additionalProperties"] = False
        else:
            schema["additionalProperties"] = infer([v for value in objects for v in value.values()], is_open)
    items = [item for value in values if isinstance(value, list) for item in value]
    if items:
        schema["items"] = infer(items, is_open)
    return schema


def main(action, schema_path, *rest):
    if action == "write":
        outputs = {}
        for name in rest:
            sample = json.load(open(name, encoding="utf-8"))
            output = sample["output"]
            command = "error" if isinstance(output.get("error"), dict) else path(sample["command"])
            outputs.setdefault(command, []).append(output)
        try:
            known = json.load(open(schema_path, encoding="utf-8"))["$defs"]
        except FileNotFoundError:
            known = {}
        definitions = {c: infer(values, c in OPEN, top=True) for c, values in outputs.items()}
        schema = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "What the commands of Exhibit print with --json",
            "description": "One definition per command; see output.md. An error has the definition `error`.",
            "$defs": dict(sorted({**known, **definitions}.items())),
        }
        with open(schema_path, "w", encoding="utf-8") as file:
            file.write(json.dumps(schema, indent=1, ensure_ascii=False) + "\n")
        return
    schema = json.load(open(schema_path, encoding="utf-8"))
    if action == "list":
        print("\n".join(schema["$defs"]))
        return
    import jsonschema

    output = json.load(sys.stdin)
    if not isinstance(output, dict):
        sys.exit("not one JSON object")
    if output.get("outputVersion") != 1:
        sys.exit("no outputVersion, or another")
    command = "error" if isinstance(output.get("error"), dict) else path(rest)
    if command not in schema["$defs"]:
        sys.exit(f"{schema_path} does not know {command}")
    validator = jsonschema.Draft202012Validator({**schema["$defs"][command], "$defs": schema["$defs"]})
    for error in sorted(validator.iter_errors(output), key=str)[:3]:
        print(f"{command}: {'/'.join(map(str, error.absolute_path))}: {error.message[:300]}", file=sys.stderr)
    sys.exit(1 if list(validator.iter_errors(output)) else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
