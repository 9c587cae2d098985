"""Decodes texts with the strict codec `iso2022_jp`, and says at last which characters beyond ASCII it can hold.

In: lines of `subject` and a header block, or `body` and a body, in base64. Out: the text of each, and the characters, in
base64 of UTF-8.
"""

import base64
import re
import sys

WORD = re.compile(rb"=\?ISO-2022-JP\?B\?([^?]*)\?=")


def subject(block):
    value = re.search(rb"^Subject: ?(.*(?:\r\n .*)*)", block, re.MULTILINE)[1].rstrip(b"\r").replace(b"\r\n", b"")
    # Blanks between two words are no text. The parts with odd numbers are what is in the words.
    parts = WORD.split(re.sub(rb"\?= +=\?", b"?==?", value))
    words = [base64.b64decode(part, validate=True).decode("iso2022_jp") for part in parts[1::2]]
    return "".join(plain.decode("ascii") + word for plain, word in zip(parts[::2], words + [""]))


def holds(character):
    try:
        return bool(character.encode("iso2022_jp"))
    except UnicodeEncodeError:
        return False


def say(text):
    print(base64.b64encode(text.encode()).decode())


for line in sys.stdin.buffer:
    key, octets = line.split()
    octets = base64.b64decode(octets)
    say(subject(octets) if key == b"subject" else octets.decode("iso2022_jp"))
every = (chr(n) for n in range(0x80, 0x110000) if not 0xD800 <= n < 0xE000)
say("".join(filter(holds, every)))
