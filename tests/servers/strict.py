"""A mail server that refuses every message and every command that breaks a rule of RFC 5321 or 5322.

/etc/strict.txt holds its two ports (STARTTLS, implicit TLS), the user and the password, each on a line. What it takes
lies in /var/mail/new as it came.
"""

import os
import re
import ssl
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

TO = "oncall@example.jp"
MAX_LINE = 998

FIELD = re.compile(rb"[!-9;-~]+:[ \t].*", re.DOTALL)


def complaint(content):
    """What is wrong with this message, or None."""
    if not content.endswith(b"\r\n"):
        return "the last line has no end"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        return "a bare CR or LF"
    if b"\0" in content:
        return "a NUL"
    if not content.isascii():
        return "8 bits without BODY=8BITMIME"
    lines = content.split(b"\r\n")
    if any(len(line) > MAX_LINE for line in lines):
        return "a line longer than 998 octets"
    head = content.split(b"\r\n\r\n", 1)[0]
    fields = re.split(rb"\r\n(?![ \t])", head)
    if any(not FIELD.fullmatch(field) for field in fields):
        return "a line in the header that is no field"
    if any(len(line) > 78 for line in head.split(b"\r\n")):
        return "a line in the header longer than 78"
    names = [field.split(b":", 1)[0].lower() for field in fields]
    if len(names) != len(set(names)):
        return "a field that occurs twice"
    for name in (b"from", b"to", b"date", b"message-id", b"subject", b"mime-version"):
        if name not in names:
            return f"no field {name.decode()}"
    return None


class Judge:
    number = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address != TO:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        why = complaint(envelope.content)
        if why:
            return f"554 5.6.0 {why}"
        Judge.number += 1
        temporary = f"/var/mail/tmp/{Judge.number}"
        with open(temporary, "wb") as file:
            file.write(envelope.content)
        os.rename(temporary, f"/var/mail/new/{Judge.number}")
        return "250 2.0.0 taken"


def main():
    submission, submissions, user, password = open("/etc/strict.txt").read().splitlines()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain("/etc/cert.pem", "/etc/key.pem")

    def authenticator(server, session, envelope, mechanism, data):
        expected = LoginPassword(user.encode(), password.encode())
        return AuthResult(success=isinstance(data, LoginPassword) and data == expected, handled=False)

    common = dict(hostname="127.0.0.1", server_hostname="mail.example.jp", authenticator=authenticator, auth_required=True, enable_SMTPUTF8=False)
    starttls = Controller(Judge(), port=int(submission), tls_context=context, require_starttls=True, **common)
    implicit = Controller(Judge(), port=int(submissions), ssl_context=context, auth_require_tls=False, **common)
    starttls.start()
    implicit.start()
    threading.Event().wait()


main()
