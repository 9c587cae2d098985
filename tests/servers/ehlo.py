"""Asks a mail server what it offers, without any of our own code.

usage: ehlo.py PORT starttls|implicit|none

Prints the lines of the reply to EHLO on 127.0.0.1, behind TLS if there is any.
"""

import smtplib
import ssl
import sys

PATIENCE_S = 20


def main():
    port, tls = int(sys.argv[1]), sys.argv[2]
    # What is trusted is the business of the program that is tested.
    context = ssl._create_unverified_context()
    if tls == "implicit":
        server = smtplib.SMTP_SSL("127.0.0.1", port, timeout=PATIENCE_S, context=context)
    else:
        server = smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE_S)
    if tls == "starttls":
        server.starttls(context=context)
    code, text = server.ehlo("[127.0.0.1]")
    assert code == 250, (code, text)
    print(text.decode())
    server.quit()


main()
