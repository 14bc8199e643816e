"""Attacks that last: each runs until told to stop and returns what it got through, as words and counts."""
import contextlib
import os
import random
import socket
import struct
import time

from . import h2, hpack, oip
from .host import SERVED


class Flood:
    """The rest of the seconds, and a count of what happened.

    Attackers come from addresses of their own, as they would: limits per peer must not hit the honest caller. An attack
    that is ``spread`` comes from another address with each connection; one that is ``brief`` ends when the seconds are
    over, whatever it was to get through.
    """

    def __init__(self, gateway, seconds, number, spread=False, brief=False):
        self.address, self.key, self.counts, self.number = gateway.address, gateway.key, {}, number
        self.spread, self.brief, self.until, self.opened = spread, brief, time.monotonic() + seconds, 0

    def on(self):
        return time.monotonic() < self.until

    def count(self, word, by=1):
        self.counts[word] = self.counts.get(word, 0) + by

    def connect(self, **how):
        return self.tried(lambda: h2.Connection(self.address, source=self.source(), **how))

    def dial(self):
        """A socket that says nothing of itself: no preface, no TLS."""
        return self.tried(lambda: h2.dial(self.address, self.source()))

    def source(self):
        self.opened += self.spread
        return "127.%d.%d.%d" % (10 + self.number, self.opened >> 8 & 255, 1 + self.opened % 254)

    def tried(self, connect):
        try:
            connection = connect()
            self.count("connections")
            return connection
        except OSError as e:
            self.count("connect " + type(e).__name__)
            time.sleep(0.01)
            return None

    def ended(self, connection):
        """Notes how the connection ended; closes it."""
        connection.read(0)
        self.count("goaway " + connection.goaway if connection.goaway else
                   "closed" if connection.closed else "left open")
        connection.close()


def garbage(flood):
    """Random bytes, with and without the preface."""
    dice = random.Random(7)
    while flood.on():
        connection = flood.connect(preface=dice.random() < 0.7)
        if connection:
            connection.send(os.urandom(dice.randrange(1, 60_000)), 1)
            connection.read(0.05)
            flood.ended(connection)


def truncated(flood):
    """Good frames cut anywhere, then silence or a hard close."""
    dice, held = random.Random(8), []
    message = oip.framed(oip.request(SERVED))
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        bytes_ = (h2.frame(h2.HEADERS, 4, 1, hpack.encode(oip.headers(flood.key)))
                  + h2.frame(h2.DATA, 1, 1, message))
        connection.send(bytes_[:dice.randrange(1, len(bytes_))], 1)
        held.append(connection)
        if len(held) > 200:
            held.pop(0).close(abort=dice.random() < 0.5)
    for connection in held:
        flood.ended(connection)


def continuation(flood):
    """A header block that never ends."""
    piece = hpack.encode([("x-%d" % i, "v" * 1000) for i in range(15)])
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        connection.send(h2.frame(h2.HEADERS, 0, 1, hpack.encode(oip.headers(flood.key))))
        while flood.on() and not connection.closed and not connection.goaway:
            if connection.send(h2.frame(h2.CONTINUATION, 0, 1, piece), 1):
                flood.count("continuations")
            connection.read(0)
        flood.ended(connection)


def empty_continuation(flood):
    """A header block that never ends and never grows."""
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        connection.send(h2.frame(h2.HEADERS, 0, 1, hpack.encode(oip.headers(flood.key))))
        while flood.on() and not connection.closed and not connection.goaway:
            if connection.send(h2.frame(h2.CONTINUATION, 0, 1, b"") * 500, 1):
                flood.count("continuations", 500)
            connection.read(0)
        flood.ended(connection)


RESETS = 1_000_000
RESETS_SECONDS_MAX = 90


def resets(flood):
    """A million streams opened and reset at once, however many connections and addresses that takes."""
    head = hpack.encode(oip.headers(flood.key))
    cancel = struct.pack(">I", 8)
    batches = [
        b"".join(h2.frame(h2.HEADERS, 4, number, head) + h2.frame(h2.RST, 0, number, cancel)
                 for number in range(first, first + 200, 2))
        for first in range(1, 20_000, 200)]
    flood.spread, patience = True, time.monotonic() + RESETS_SECONDS_MAX

    def short():
        return not flood.brief and flood.counts.get("resets", 0) < RESETS and time.monotonic() < patience

    while flood.on() or short():
        connection = flood.connect()
        if not connection:
            continue
        for batch in batches:
            if connection.closed or connection.goaway or not (flood.on() or short()):
                break
            if connection.send(batch, 1):
                flood.count("resets", 100)
            connection.read(0)
        connection.wait(lambda: connection.goaway, 0.5)
        flood.ended(connection)


def _repeat(flood, word, frames, at_once):
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        while flood.on() and not connection.closed and not connection.goaway:
            if connection.send(frames, 1):
                flood.count(word, at_once)
        flood.ended(connection)


def pings(flood):
    _repeat(flood, "pings", h2.frame(h2.PING, 0, 0, b"\0" * 8) * 500, 500)


def settings(flood):
    _repeat(flood, "settings", h2.settings(window=65535) * 500, 500)


def window_updates(flood):
    _repeat(flood, "window updates", h2.frame(h2.WINDOW, 0, 0, b"\0\0\0\1") * 500, 500)


def empty_data(flood):
    """Empty DATA frames on a stream that stays open."""
    head = h2.frame(h2.HEADERS, 4, 1, hpack.encode(oip.headers(flood.key)))
    empty = h2.frame(h2.DATA, 0, 1) * 500
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        connection.send(head)
        while flood.on() and not connection.closed and not connection.goaway:
            if connection.send(empty, 1):
                flood.count("empty frames", 500)
            connection.read(0)
        flood.ended(connection)


def huge_stream(flood):
    """300 MB announced and sent, as far as the gateway lets it."""
    body = oip.request(SERVED, b"")
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        stream = connection.open(oip.headers(flood.key))
        connection.data(stream, oip.framed(body, length=300_000_000), end=False)
        sent = 0
        while flood.on() and not connection.streams[stream].done() and not connection.goaway and sent < 300_000_000:
            if not connection.data(stream, b"\0" * 65536, end=False):
                break
            sent += 65536
        flood.count("bytes", sent)
        flood.count(connection.streams[stream].outcome())
        connection.close()


def huge_allowed(flood):
    """Messages just under the limit that stop one byte before their end and stay."""
    held = []
    body = oip.field(1, SERVED) + oip.tag(7, 2) + oip.varint(60_000_000)
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        stream = connection.open(oip.headers(flood.key))
        connection.data(stream, oip.framed(body, length=len(body) + 60_000_000), end=False)
        for _ in range(200):
            if not flood.on() or not connection.data(stream, b"\0" * 65536, end=False):
                break
            flood.count("bytes", 65536)
        flood.count(connection.streams[stream].outcome())
        held.append(connection)
        if len(held) > 20:
            held.pop(0).close()
    for connection in held:
        flood.ended(connection)


def zero_window(flood):
    """200 streams that ask for 1 MiB each and never read a byte of it."""
    connection = flood.connect(window=0)
    if not connection:
        return
    message = oip.framed(oip.request(SERVED, b"\0" * 64, call_id="respond-1048576"))
    connection.wait(lambda: connection.settings)
    for _ in range(200):
        stream = connection.open(oip.headers(flood.key))
        if connection.data(stream, message):
            flood.count("streams")
    while flood.on() and not connection.closed:
        connection.read(0.2)
    for stream in connection.streams.values():
        flood.count(stream.outcome())
    flood.ended(connection)


def unread(flood):
    """Calls whose answers are never read from the socket at all."""
    message = oip.framed(oip.request(SERVED, b"\0" * 64, call_id="respond-1048576"))
    held = []
    for _ in range(20):
        connection = flood.connect(window=(1 << 31) - 1)
        if connection:
            frames = b"".join(
                h2.frame(h2.HEADERS, 4, n, hpack.encode(oip.headers(flood.key))) + h2.frame(h2.DATA, 1, n, message)
                for n in range(1, 21, 2))
            connection.send(frames)
            flood.count("streams", 10)
            held.append(connection)
    while flood.on():
        time.sleep(0.1)
    for connection in held:
        connection.close(abort=True)


def slow_headers(flood):
    """A header block that comes byte by byte, on 50 connections."""
    block = h2.frame(h2.HEADERS, 5, 1, hpack.encode(oip.headers(flood.key)))
    held = [c for c in (flood.connect() for _ in range(50)) if c]
    for connection in held:
        # Answered now, so that no answer falls between the bytes below.
        connection.wait(lambda: connection.settings)
    at = 0
    while flood.on() and at < len(block) - 1 and held:
        for connection in held:
            connection.send(block[at:at + 1], 1)
            connection.read(0)
        at += 1
        time.sleep(0.25)
    for connection in held:
        flood.ended(connection)


def slow_body(flood):
    """A message that comes a byte a second, on 50 streams."""
    connection = flood.connect()
    if not connection:
        return
    message = oip.framed(oip.request(SERVED))
    streams = [connection.open(oip.headers(flood.key)) for _ in range(50)]
    at = 0
    while flood.on() and not connection.closed:
        for stream in streams:
            if not connection.streams[stream].done():
                connection.data(stream, message[at:at + 1], end=False)
        at += 1
        connection.wait(lambda: not flood.on(), 1)
    for stream in streams:
        flood.count(connection.streams[stream].outcome())
    flood.ended(connection)


def too_many_streams(flood):
    """More open streams than allowed, and what becomes of the surplus."""
    connection = flood.connect()
    if not connection:
        return
    connection.wait(lambda: connection.settings)
    allowed = connection.settings.get(h2.MAX_CONCURRENT_STREAMS, 0)
    flood.count("allowed", allowed)
    for _ in range(allowed + 50):
        connection.open(oip.headers(flood.key))
    connection.wait(lambda: not flood.on(), 3)
    for stream in connection.streams.values():
        flood.count(stream.outcome())
    flood.ended(connection)


def unauthenticated(flood):
    """Calls with made-up keys, as fast as they go."""
    number = 0
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        while flood.on() and not connection.closed and not connection.goaway:
            key = "wb_%d_%043d" % (number % 1000, number)
            streams = [connection.open(oip.headers(key), end=True) for _ in range(20)]
            number += 20
            connection.wait(lambda: all(connection.streams[s].done() for s in streams), 2)
            for stream in streams:
                flood.count(connection.streams.pop(stream).outcome())
        flood.ended(connection)


def handshakes(flood):
    """TLS handshakes, complete and for nothing."""
    while flood.on():
        connection = flood.connect(preface=False)
        if connection:
            connection.close(abort=True)


def stalled_handshakes(flood):
    """The first bytes of a TLS handshake, on 500 connections, and no more."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
    held = [c for c in (flood.dial() for _ in range(500)) if c]
    for number, connection in enumerate(held):
        connection.sendall(hello[:number % len(hello)])
    while flood.on():
        time.sleep(0.1)
    for connection in held:
        connection.close()


def no_handshake(flood):
    """Random bytes where a TLS handshake should be."""
    dice = random.Random(9)
    while flood.on():
        connection = flood.dial()
        if connection:
            with contextlib.suppress(OSError):
                connection.sendall(os.urandom(dice.randrange(1, 20_000)))
            connection.close()


def garbage_in_tls(flood):
    """A good handshake and a good call, then random bytes in place of TLS records."""
    dice = random.Random(10)
    while flood.on():
        connection = flood.connect()
        if not connection:
            continue
        stream = connection.open(oip.headers(flood.key))
        connection.data(stream, oip.framed(oip.request(SERVED)))
        connection.wait(connection.streams[stream].done, 2)
        flood.count(connection.streams[stream].outcome())
        with socket.socket(fileno=os.dup(connection.socket.fileno())) as beneath, contextlib.suppress(OSError):
            # Half of them as what claims to be a record of data.
            beneath.send(dice.choice((b"", b"\x17\x03\x03\x10\x00")) + os.urandom(dice.randrange(1, 6_000)))
        connection.wait(lambda: False, 0.05)
        flood.ended(connection)


ALL = [
    ("garbage", garbage),
    ("truncated frames", truncated),
    ("continuation flood", continuation),
    ("empty continuation flood", empty_continuation),
    ("a million resets", resets),
    ("ping flood", pings),
    ("settings flood", settings),
    ("window update flood", window_updates),
    ("empty data flood", empty_data),
    ("300 MB message", huge_stream),
    ("messages of 60 MB held", huge_allowed),
    ("zero window", zero_window),
    ("unread answers", unread),
    ("slow headers", slow_headers),
    ("slow body", slow_body),
    ("too many streams", too_many_streams),
    ("made-up keys", unauthenticated),
]

# Attacks on a port that speaks TLS.
TLS = [
    ("handshakes for nothing", handshakes),
    ("stalled handshakes", stalled_handshakes),
    ("garbage for a handshake", no_handshake),
    ("garbage behind a handshake", garbage_in_tls),
]
