"""Judges documents by the published schemas, without any of our own code.

usage: validate.py ALERT-SCHEMA JOURNAL-SCHEMA

Each line of stdin is {"schema": "alert" or "journal", "text": the document}; each line of stdout is the answer to it:
a JSON string, empty if the document is valid, else why it is not.
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


def main():
    validators = {}
    for name, path in zip(("alert", "journal"), sys.argv[1:3], strict=True):
        with open(path, encoding="utf-8") as file:
            schema = json.load(file)
        Draft202012Validator.check_schema(schema)
        validators[name] = Draft202012Validator(schema)
    for line in sys.stdin:
        asked = json.loads(line)
        print(json.dumps(why_not(validators[asked["schema"]], asked["text"])))


main()
