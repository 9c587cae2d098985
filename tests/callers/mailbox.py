"""Reads mails as they lie in a Maildir, with Python's email package: base64 in, JSON out, one mail a line."""

import base64
import email
import email.policy
import json
import sys


def read(octets):
    mail = email.message_from_bytes(octets, policy=email.policy.default)
    addresses = lambda name: [[it.display_name, it.addr_spec] for it in mail[name].addresses] if mail[name] else []
    body = mail.get_body(("plain", "html"))
    files = [[part.get_filename(), base64.b64encode(part.get_payload(decode=True)).decode()] for part in mail.iter_attachments()]
    return {
        "id": mail["X-Alertmail-Id"],
        "delivered_to": mail["Delivered-To"],
        "return_path": mail["Return-Path"],
        "from": addresses("From"),
        "to": addresses("To"),
        "subject": mail["Subject"],
        "body": body.get_content(errors="strict").replace("\r\n", "\n") if body else "",
        "files": files,
        "defects": [repr(defect) for part in mail.walk() for defect in part.defects],
    }


for line in sys.stdin.buffer:
    try:
        print(json.dumps(read(base64.b64decode(line))))
    except Exception as error:
        print(json.dumps({"error": repr(error)}))
