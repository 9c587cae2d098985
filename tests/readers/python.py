"""Reads mails with Python's email package and the policy of today. Lines in, lines out: README.md."""

import base64
import email
import email.policy
import sys


def read(octets):
    mail = email.message_from_bytes(octets, policy=email.policy.default)
    yield "subject", mail["subject"]
    for field in ("from", "to"):
        for address in mail[field].addresses:
            yield field + ".name", address.display_name
            yield field + ".address", address.addr_spec
    body = mail.get_body(("plain",))
    yield "body", body.get_content(errors="strict")
    for part in mail.iter_attachments():
        yield "file", part.get_filename()


for line in sys.stdin.buffer:
    said = []
    try:
        for key, value in read(base64.b64decode(line)):
            said.append(key + "=" + base64.b64encode((value or "").encode("utf-8", "surrogatepass")).decode())
    except Exception as error:
        said.append("error=" + base64.b64encode(repr(error).encode()).decode())
    print("\t".join(said))
