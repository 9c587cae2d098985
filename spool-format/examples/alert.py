#!/usr/bin/env python3
"""Puts one alert into the spool, as README.md of this folder's parent describes it, and prints its id.

usage: alert.py [-t WHO]... [-l critical|warning|info] [-k KEY] SUBJECT [BODY]

Without BODY the body is read from stdin. Exit code 0: stored, it survives a power cut; anything else: not stored, or
perhaps, and stderr says which. Needs nothing but Python 3.
"""

import argparse
import contextlib
import errno
import json
import os
import signal
import sys
import time

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
ALERT_OCTETS_MAX = 8 * 1024 * 1024
ATTEMPTS_MAX = 3


class NotStored(Exception):
    """What happened, and the exit code that goes with it."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def new_id():
    """48 bits of milliseconds, 80 bits of chance, in 26 characters."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def default_spool():
    spool, state, home = (os.environ.get(name) for name in ("ALERTMAIL_SPOOL", "XDG_STATE_HOME", "HOME"))
    if spool:
        return spool
    if os.getuid() != 0 and not os.path.isdir("/var/spool/alertmail"):
        if state and os.path.isabs(state):
            return os.path.join(state, "alertmail")
        if home:
            return os.path.join(home, ".local/state/alertmail")
    return "/var/spool/alertmail"


def open_folder(path):
    """The folder, and whether it may be read: strangers may not read the one of the machine's spool."""
    try:
        return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC), True
    except PermissionError:
        return os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC), False


def write_all(fd, octets):
    while octets:
        octets = octets[os.write(fd, octets):]


def sync_name(folder, readable, fd):
    """Makes the name durable: with the folder, or, where that may not be read, with the file."""
    if not readable:
        os.fsync(fd)
        return
    try:
        os.fsync(folder)
    except OSError as error:
        # Some network file systems cannot do that and have made the change durable already.
        if error.errno != errno.EINVAL:
            raise


def take_back(folder, name, identity, cause):
    """The name is visible, perhaps not durable. If it is gone, the agent has read it, and that is success."""
    try:
        os.unlink(name, dir_fd=folder)
    except FileNotFoundError:
        return
    except OSError as error:
        text = f"perhaps not stored: {cause}; id {identity}; trying again may send it twice"
        raise NotStored(75, text) from error
    raise NotStored(75, f"not stored: {cause}; try again later") from cause


def publish(folder, readable, identity, octets):
    """Writes, syncs, names, syncs. Returns only if the alert is durable."""
    draft, name = f".{identity}.tmp", f"{identity}.json"
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(draft, flags, 0o600, dir_fd=folder)
    try:
        try:
            os.fchmod(fd, 0o640)
            write_all(fd, octets)
            os.fsync(fd)
            # Python has no rename that never replaces; with 80 bits of chance nothing is there to be replaced.
            # Not link and unlink: an agent that looks in between sees a file with two names, and sets it aside.
            os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            # A draft that cannot be removed is litter, and changes nothing for the caller.
            with contextlib.suppress(OSError):
                os.unlink(draft, dir_fd=folder)
            raise
        try:
            sync_name(folder, readable, fd)
        except OSError as error:
            take_back(folder, name, identity, error)
    finally:
        os.close(fd)


def store(alert, spool):
    """Publishes the alert under a new id, and returns that id."""
    try:
        folder, readable = open_folder(os.path.join(spool, "submit/incoming"))
    except OSError as error:
        code = 77 if isinstance(error, PermissionError) else 73
        raise NotStored(code, f"cannot open the spool {spool}: {error.strerror}") from error
    for attempt in range(1, ATTEMPTS_MAX + 1):
        alert["id"] = identity = new_id()
        octets = json.dumps(alert, ensure_ascii=False).encode() + b"\n"
        if len(octets) > ALERT_OCTETS_MAX:
            raise NotStored(65, "the alert is larger than 8 MiB; cut it")
        try:
            publish(folder, readable, identity, octets)
            return identity
        except FileExistsError as error:
            if attempt == ATTEMPTS_MAX:
                raise NotStored(75, f"not stored: {error.strerror}; try again later") from error
        except PermissionError as error:
            raise NotStored(77, f"no permission to write into the spool {spool}") from error
        except OSError as error:
            code = 73 if error.errno == errno.EROFS else 75
            raise NotStored(code, f"not stored in {spool}: {error.strerror}; try again later") from error


def text_of(octets):
    """What is not UTF-8 becomes U+FFFD: nothing else may stand in JSON."""
    return octets.decode("utf-8", "replace")


def main():
    parser = argparse.ArgumentParser(description="Put one alert into the spool, durably, and print its id.")
    parser.add_argument("-t", metavar="WHO", action="append", default=[])
    parser.add_argument("-l", metavar="SEVERITY", choices=["critical", "warning", "info"], default="warning")
    parser.add_argument("-k", metavar="KEY")
    parser.add_argument("subject", metavar="SUBJECT")
    parser.add_argument("body", metavar="BODY", nargs="?")
    try:
        said = parser.parse_args()
    except SystemExit as end:
        raise SystemExit(64 if end.code else 0) from None
    body = sys.stdin.buffer.read() if said.body is None else os.fsencode(said.body)
    alert = {
        "version": 1,
        "to": [text_of(os.fsencode(name)) for name in said.t],
        "subject": text_of(os.fsencode(said.subject)),
        "body": text_of(body),
        "severity": said.l,
    }
    if said.k is not None:
        alert["key"] = text_of(os.fsencode(said.k))
    # A file above `ulimit -f` is then an error of write, and not the end of this process.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        if not alert["subject"] and not alert["body"]:
            raise NotStored(65, "nothing to tell; give a SUBJECT or a BODY")
        print(store(alert, default_spool()))
    except NotStored as why:
        print(f"alert.py: {why}", file=sys.stderr)
        raise SystemExit(why.code) from None


main()
