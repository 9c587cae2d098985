"""Reads mails as Python's email package does: base64, one a line, in; one JSON object a line out."""

import base64
import email
import email.policy
import json
import sys


def leaves(part):
    if part.is_multipart() and part.get_content_type() != "message/delivery-status":
        for inner in part.iter_parts() if part.get_content_maintype() == "multipart" else part.get_payload():
            yield from leaves(inner)
    else:
        yield part


def content(part):
    if part.get_content_type() == "message/delivery-status":
        return ""
    octets = part.get_payload(decode=True)
    if part.get_content_maintype() == "text":
        return part.get_content().replace("\r\n", "\n")
    return octets.decode("utf-8", "replace").replace("\r\n", "\n") if part.get_content_type() != "image/png" else octets.decode("utf-8", "replace")


for line in sys.stdin:
    mail = email.message_from_bytes(base64.b64decode(line), policy=email.policy.default)
    addresses = {
        name: [[one.display_name, one.addr_spec] for value in mail.get_all(name, []) for one in value.addresses]
        for name in ("From", "Reply-To", "To", "Cc")
    }
    parts = list(leaves(mail))
    print(
        json.dumps(
            {
                "subject": str(mail.get("Subject", "")),
                "names": mail.keys(),
                "addresses": addresses,
                "message_id": str(mail.get("Message-ID", "")),
                "date": mail["Date"].datetime.timestamp() if mail["Date"] else None,
                "parts": [[part.get_content_type(), content(part), part.get_filename()] for part in parts],
                "defects": [repr(defect) for part in [mail, *parts] for defect in part.defects]
                + [repr(defect) for value in mail.values() for defect in value.defects],
            }
        )
    )
