"""Holds each line of an exported audit log against its JSON Schema."""
import json, sys
import jsonschema

schema = json.load(open(sys.argv[1]))
jsonschema.Draft202012Validator.check_schema(schema)
kinds, count = set(), 0
for line in open(sys.argv[2], encoding="utf-8"):
    value = json.loads(line)
    matching = [
        kind for kind in ("header", "event", "signedCheckpoint", "end")
        if jsonschema.Draft202012Validator({"$ref": "#/$defs/" + kind, "$defs": schema["$defs"]}).is_valid(value)
    ]
    if len(matching) != 1 or not jsonschema.Draft202012Validator(schema).is_valid(value):
        sys.exit("line %d is %s" % (count + 1, matching))
    kinds.add(matching[0])
    count += 1
print("%d lines of %d kinds" % (count, len(kinds)))
