"""Looks at `alertmail list --watch` through a terminal of its own.

usage: watch.py ALERTMAIL SPOOL ENQUEUE

Prints one JSON object: what stood on the terminal at first, after an alert came, after the terminal had become small, and
the exit status after `q` and after Ctrl-C; and whether the terminal echoes again afterwards.
"""

import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import time

ALERTMAIL, SPOOL, ENQUEUE = sys.argv[1:4]
ENVIRONMENT = dict(os.environ, ALERTMAIL_SPOOL=SPOOL, TERM="xterm")
for name in ("ALERTMAIL_CONFIG", "LC_ALL", "LC_MESSAGES", "LANG"):
    ENVIRONMENT.pop(name, None)
PATIENCE = 20


def resize(terminal, rows, columns):
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def start(rows, columns):
    """The program on a terminal; the other side of it is kept open, so that its modes can be read afterwards."""
    ours, theirs = pty.openpty()
    resize(ours, rows, columns)
    program = subprocess.Popen([ALERTMAIL, "list", "--watch"], env=ENVIRONMENT, stdin=theirs, stdout=theirs, stderr=theirs,
                               start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
    return ours, theirs, program


def screen_when(terminal, is_there):
    """The newest whole screen of which something is true."""
    octets = b""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            octets += os.read(terminal, 65536)
        for screen in octets.decode(errors="replace").split("\x1b[H")[1:]:
            if screen.endswith("\x1b[J") and is_there(screen):
                return screen
    sys.exit(f"not seen in {PATIENCE} s: {octets[-2000:]!r}")


ours, theirs, program = start(24, 100)
seen = {"first": screen_when(ours, lambda screen: "nothing waits" in screen)}
for n in range(8):
    subprocess.run([ENQUEUE, "-t", "ops@example.jp", "-s", f"alert {n}", "text"], env=ENVIRONMENT, check=True, stdout=subprocess.DEVNULL)
seen["alerts"] = screen_when(ours, lambda screen: "8 incoming" in screen)
resize(ours, 6, 60)
seen["small"] = screen_when(ours, lambda screen: "more lines" in screen)
os.write(ours, b"q")
seen["q"] = program.wait(PATIENCE)
seen["echoes"] = bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
ours, theirs, program = start(24, 100)
screen_when(ours, lambda screen: "8 incoming" in screen)
os.write(ours, b"\x03")
seen["ctrl_c"] = program.wait(PATIENCE)
seen["echoes"] &= bool(termios.tcgetattr(theirs)[3] & termios.ECHO)
print(json.dumps(seen))
