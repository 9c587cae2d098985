"""A mail server that speaks TLS 1.0 and nothing newer, as machines of 2005 do. Says its port on stdout.

old_tls.py CERT KEY implicit|starttls
"""

import socket
import ssl
import sys
import threading
import warnings

cert, key, mode = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
# Today's OpenSSL speaks TLS 1.0 only where security is switched off.
context.set_ciphers("ALL:@SECLEVEL=0")
warnings.simplefilter("ignore", DeprecationWarning)
context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1
context.load_cert_chain(cert, key)


def talk(stream, says_hello):
    """SMTP as far as it takes to see that somebody speaks it; the word that ended it."""
    heard = stream.makefile("rb")
    if says_hello:
        stream.sendall(b"220 old.example.jp ESMTP\r\n")
    for line in heard:
        word = line.split()[0].upper() if line.split() else b""
        if word == b"STARTTLS":
            stream.sendall(b"220 go ahead\r\n")
            return word
        if word == b"QUIT":
            stream.sendall(b"221 bye\r\n")
            return word
        stream.sendall(b"250-old.example.jp\r\n250 STARTTLS\r\n" if word == b"EHLO" else b"250 ok\r\n")
    return b""


def serve(client):
    try:
        if mode == "implicit" or talk(client, True) == b"STARTTLS":
            talk(context.wrap_socket(client, server_side=True), mode == "implicit")
    except OSError:
        pass
    finally:
        client.close()


listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
