"""Judges documents by the published schemas, without any of our own code.

Each line of stdin is {"schema": its path, "closed": true or false, "text": the document}; each line of stdout is the answer
to it: a JSON string, empty if the document is valid, else why it is not. Closed, keys that a schema does not describe are an
offence; as published they belong to a later version.
"""

import json
import sys

from jsonschema import Draft202012Validator


def no_such_constant(name):
    raise ValueError(f"{name} is no JSON")


def why_not(validator, text):
    try:
        document = json.loads(text, parse_constant=no_such_constant)
    except ValueError as error:
        return f"no JSON: {error}"
    errors = [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(document)]
    return "; ".join(errors)


def close(schema):
    """Forbids what is not described, in every object whose keys are required by name."""
    if isinstance(schema, list):
        return [close(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: close(part) for key, part in schema.items()}
    if schema.get("type") == "object" and "properties" in schema:
        closed.setdefault("additionalProperties", False)
    return closed


def validator_of(path, is_closed):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(close(schema) if is_closed else schema)


def main():
    validators = {}
    for line in sys.stdin:
        asked = json.loads(line)
        which = asked["schema"], asked["closed"]
        if which not in validators:
            validators[which] = validator_of(*which)
        print(json.dumps(why_not(validators[which], asked["text"])))


main()
