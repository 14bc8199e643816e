"""Single malformed calls, each on a connection of its own, and what must come of them."""
import gzip
import struct

from . import h2, hpack, oip
from .host import FORBIDDEN, SERVED

OK, INVALID, DENIED, TOO_LARGE, UNKNOWN, INTERNAL = "grpc 0", "grpc 3", "grpc 7", "grpc 8", "grpc 12", "grpc 13"
UNAUTHENTICATED, LATE = "grpc 16", "grpc 4"
PROTOCOL = ("rst PROTOCOL_ERROR", "http 400", "goaway PROTOCOL_ERROR")
FRAMING = (INTERNAL, INVALID)
# Of trailers: by then there is a call that can be told.
MALFORMED = (INVALID, *PROTOCOL)
BIG = b"\0" * 100_000


class Case:
    def __init__(self, name, expected, act):
        self.name, self.act = name, act
        self.expected = (expected,) if isinstance(expected, str) else tuple(expected)

    def run(self, address, key, source):
        """The outcome, in one or two words, for a caller at this address."""
        connection = h2.Connection(address, source=source)
        try:
            connection.wait(lambda: connection.settings)
            stream = self.act(connection, key)
            done = lambda: [s for n, s in connection.streams.items() if s.done() and stream in (n, None)]
            connection.wait(lambda: connection.goaway or done(), 5)
            if connection.goaway and connection.goaway != "NO_ERROR":
                return "goaway " + connection.goaway
            if done():
                return done()[0].outcome()
            return "closed" if connection.closed else "open"
        finally:
            connection.close()


def _message(name, expected, message, **changed):
    def act(connection, key):
        stream = connection.open(oip.headers(key, **changed))
        connection.data(stream, oip.framed(message))
        return stream
    return Case(name, expected, act)


def _body(name, expected, body, **changed):
    def act(connection, key):
        stream = connection.open(oip.headers(key, **changed), end=not body)
        if body:
            connection.data(stream, body)
        return stream
    return Case(name, expected, act)


def _fields(name, expected, change):
    """``change`` gets the good header list and returns another."""
    def act(connection, key):
        stream = connection.open(change(oip.headers(key)))
        connection.data(stream, oip.framed(oip.request(SERVED)))
        return stream
    return Case(name, expected, act)


def _header(name, expected, **changed):
    return _message(name, expected, oip.request(SERVED), **changed)


def _extra(name, expected, field, value):
    return _fields(name, expected, lambda fields: fields + [(field, value)])


def _raw(name, expected, data):
    """Bytes on an idle connection; ``data`` may be made from the key."""
    def act(connection, key):
        connection.send(data(key) if callable(data) else data)
        return None
    return Case(name, expected, act)


def _messages():
    good, name = oip.request(SERVED), oip.field(1, SERVED)
    other = oip.field(1, FORBIDDEN)
    label = oip.parameter("weighbridge_label", "stable")
    raw = oip.field(7, b"x" * 100)
    return [
        _message("good call", OK, good),
        _message("good call of 1 MiB", OK, oip.request(SERVED, b"\0" * (1 << 20))),
        _message("fields in any order", OK, raw + name),
        _message("unknown field", OK, good + oip.field(99, "x")),
        _message("padded length", OK, b"\x0a\x81\x80\x80\x00" + SERVED.encode()),
        _message("another name after the tensors", INVALID, good + other),
        _message("another name after big tensors", INVALID, oip.request(SERVED, BIG) + other),
        _message("forbidden name first, own name last", INVALID, other + raw + name),
        _message("label after big tensors", INVALID, oip.request(SERVED, BIG) + label),
        _message("version after big tensors", INVALID, oip.request(SERVED, BIG) + oip.field(2, "9")),
        _message("two versions", INVALID, name + oip.field(2, "1") + oip.field(2, "2") + raw),
        _message("two labels", INVALID, name + label + label + raw),
        _message("padded tag", INVALID, good + b"\x8a\x00" + bytes([len(FORBIDDEN)]) + FORBIDDEN.encode()),
        _message("group as decoy", INVALID, name + oip.tag(99, 3) + other + oip.tag(99, 4) + raw),
        _message("name as a number", INVALID, oip.tag(1, 0) + b"\x01" + good),
        _message("tensor as a number", INVALID, name + oip.tag(7, 0) + b"\x01"),
        _message("field zero", INVALID, good + b"\x00\x00"),
        _message("length over the end", INVALID, name + oip.tag(7, 2) + oip.varint(1000) + b"x"),
        _message("length modulo 2^32", INVALID, name + oip.tag(7, 2) + oip.varint((1 << 32) + 1) + b"x"),
        _message("varint of 11 bytes", INVALID, name + oip.tag(99, 0) + b"\x80" * 10 + b"\0"),
        _message("ends in a tag", INVALID, good + b"\xba"),
        _message("no name", INVALID, raw),
        _message("empty message", FRAMING, b""),
        _message("name behind 100 kB", INVALID, oip.field(7, BIG) + name),
        _message("name of 257 bytes", INVALID, oip.field(1, "n" * 257) + raw),
        _message("name with a line end", INVALID, oip.field(1, SERVED + "\n") + raw),
        _message("forbidden model", DENIED, oip.request(FORBIDDEN)),
        _message("unknown model", DENIED, oip.request("unknown")),
        _message("unknown version", ("grpc 5",), oip.request(SERVED, version="77")),
    ]


def _framings():
    good = oip.request(SERVED)
    zipped = gzip.compress(good)
    bomb = gzip.compress(oip.request(SERVED, b"\0" * (64 << 20)), 9)
    return [
        _body("no body", FRAMING, b""),
        _body("prefix cut short", FRAMING, oip.framed(good)[:3]),
        _body("body shorter than its prefix", FRAMING, oip.framed(good, length=len(good) + 1)),
        _body("body longer than its prefix", (*FRAMING, UNKNOWN), oip.framed(good) + b"\0\0"),
        _body("two messages", (*FRAMING, UNKNOWN), oip.framed(good) * 2),
        _body("two messages, the second forbidden", (*FRAMING, UNKNOWN),
              oip.framed(good) + oip.framed(oip.request(FORBIDDEN))),
        _body("flag 2", INTERNAL, oip.framed(good, flag=2)),
        _body("compressed without an encoding", INTERNAL, oip.framed(zipped, flag=1)),
        _body("unknown encoding", UNKNOWN, oip.framed(zipped, flag=1), grpc_encoding="zip"),
        _body("gzip", (OK, UNKNOWN), oip.framed(zipped, flag=1), grpc_encoding="gzip"),
        _body("gzip with a forbidden name", (DENIED, UNKNOWN),
              oip.framed(gzip.compress(oip.request(FORBIDDEN)), flag=1), grpc_encoding="gzip"),
        _body("gzip that is none", (*FRAMING, UNKNOWN), oip.framed(good, flag=1), grpc_encoding="gzip"),
        _body("gzip bomb of 64 MiB", (TOO_LARGE, UNKNOWN), oip.framed(bomb, flag=1), grpc_encoding="gzip"),
        _body("prefix of 300 MB", TOO_LARGE, oip.framed(good, length=300_000_000)),
        _body("prefix of 4 GiB", TOO_LARGE, oip.framed(good, length=0xFFFFFFFF)),
    ]


def _headers():
    def twice(field):
        return lambda fields: [f for f in fields for _ in range(2 if f[0] == field else 1)]

    def late(fields):
        return [f for f in fields if f[0] != ":path"] + [f for f in fields if f[0] == ":path"]

    bad_timeout = (INTERNAL, *PROTOCOL)
    path = oip.INFER
    return [
        _header("no key", UNAUTHENTICATED, authorization=None),
        _header("wrong key", UNAUTHENTICATED, authorization="Bearer wb_trial_" + "A" * 43),
        _fields("two keys", (UNAUTHENTICATED, *PROTOCOL), lambda f: f + [("authorization", "Bearer wb_x_y")]),
        _header("te: gzip", PROTOCOL, te="gzip"),
        _header("content-type json", "http 415", content_type="application/json"),
        _header("content-type grpcevil", "http 415", content_type="application/grpcevil"),
        _header("content-type grpc-web", "http 415", content_type="application/grpc-web"),
        _header("content-type +proto", OK, content_type="application/grpc+proto"),
        _header("no content-type", "http 415", content_type=None),
        _header("GET", "http 405", pseudo_method="GET"),
        _header("unknown method", UNKNOWN, path="/inference.GRPCInferenceService/Nothing"),
        _header("path with //", UNKNOWN, path="/" + path),
        _header("path with a query", UNKNOWN, path=path + "?x=1"),
        _header("path with an escape", UNKNOWN, path=path.replace("M", "%4d", 1)),
        _header("path with ..", UNKNOWN, path="/x/.." + path),
        _header("path with a space", PROTOCOL, path=path + " x"),
        _header("path without a slash", (UNKNOWN, *PROTOCOL), path=path[1:]),
        _extra("LF in a value", PROTOCOL, "x", "a\nb"),
        _extra("CR LF in a value", PROTOCOL, "x", "a\r\nevil: 1"),
        _extra("NUL in a value", PROTOCOL, "x", "a\0b"),
        _extra("upper case in a name", PROTOCOL, "X-User", "a"),
        _extra("space in a name", PROTOCOL, "x y", "a"),
        _extra("empty name", PROTOCOL, "", "a"),
        _extra("connection", PROTOCOL, "connection", "close"),
        _extra("transfer-encoding", PROTOCOL, "transfer-encoding", "chunked"),
        _extra("upgrade", PROTOCOL, "upgrade", "h2c"),
        _extra("unknown pseudo-header", PROTOCOL, ":evil", "a"),
        _extra("status in a request", PROTOCOL, ":status", "200"),
        _fields("two paths", PROTOCOL, twice(":path")),
        _fields("late path", PROTOCOL, late),
        _fields("no path", PROTOCOL, lambda fields: [f for f in fields if f[0] != ":path"]),
        _fields("no scheme", PROTOCOL, lambda fields: [f for f in fields if f[0] != ":scheme"]),
        _header("authority with a user", PROTOCOL, pseudo_authority="user@localhost"),
        _header("authority with LF", PROTOCOL, pseudo_authority="localhost\nx"),
        _extra("host that is not the authority", PROTOCOL, "host", "elsewhere"),
        _extra("content-length too small", PROTOCOL, "content-length", "3"),
        _extra("content-length too large", PROTOCOL, "content-length", "999999"),
        _extra("content-length signed", PROTOCOL, "content-length", "+5"),
        *[_header("grpc-timeout %r" % bad, bad_timeout, grpc_timeout=bad)
          for bad in ("", "S", "-1S", "1.5S", "1x", "100000000S", "1S ")],
        _fields("two timeouts", bad_timeout, lambda f: f + [("grpc-timeout", "9S"), ("grpc-timeout", "9S")]),
        _header("grpc-timeout 0n", LATE, grpc_timeout="0n"),
        _header("grpc-timeout 1n", LATE, grpc_timeout="1n"),
        _header("grpc-timeout 99999999H", OK, grpc_timeout="99999999H"),
        _extra("forged status", OK, "grpc-status", "0"),
        _extra("forged record", OK, "weighbridge-record-id", "forged"),
        Case("header list of 1 MB", ("http 431", "rst PROTOCOL_ERROR", "rst ENHANCE_YOUR_CALM", "goaway PROTOCOL_ERROR",
                                     "goaway ENHANCE_YOUR_CALM", "goaway COMPRESSION_ERROR"), _huge_headers),
    ]


def _trailers(name, expected, fields, flags):
    def act(connection, key):
        stream = connection.open(oip.headers(key))
        connection.data(stream, oip.framed(oip.request(SERVED)), end=False)
        connection.send(h2.frame(h2.HEADERS, h2.END_HEADERS | flags, stream, hpack.encode(fields)))
        return stream
    return Case(name, expected, act)


def _frames():
    def head(key, stream=1, flags=h2.END_HEADERS):
        return h2.frame(h2.HEADERS, flags, stream, hpack.encode(oip.headers(key)))

    protocol, size, flow = "goaway PROTOCOL_ERROR", "goaway FRAME_SIZE_ERROR", "goaway FLOW_CONTROL_ERROR"
    return [
        _trailers("trailers that do not end", PROTOCOL, [("x", "y")], 0),
        _trailers("pseudo-header in trailers", MALFORMED, [(":path", "/x")], h2.END_STREAM),
        _trailers("LF in trailers", MALFORMED, [("x", "a\nb")], h2.END_STREAM),
        _trailers("NUL in trailers", MALFORMED, [("x", "a\0b")], h2.END_STREAM),
        _trailers("upper case in trailers", MALFORMED, [("X-User", "y")], h2.END_STREAM),
        _trailers("connection in trailers", MALFORMED, [("connection", "close")], h2.END_STREAM),
        _trailers("good trailers", OK, [("x", "y")], h2.END_STREAM),
        _trailers("another key in trailers", OK, [("authorization", "Bearer wb_x_y")], h2.END_STREAM),
        _trailers("status in trailers", OK, [("grpc-status", "13"), ("grpc-timeout", "0n")], h2.END_STREAM),
        _raw("frame over 16 KiB", size, h2.frame(h2.DATA, 0, 1, b"\0" * 16385)),
        _raw("data on stream 0", protocol, h2.frame(h2.DATA, 0, 0, b"x")),
        _raw("data on an idle stream", protocol, h2.frame(h2.DATA, 0, 1, b"x")),
        _raw("headers on an even stream", protocol, lambda key: head(key, 2)),
        _raw("headers on a lower stream", (protocol, "goaway STREAM_CLOSED"), lambda key: head(key, 5) + head(key, 3)),
        _raw("continuation out of nowhere", protocol, h2.frame(h2.CONTINUATION, 4, 1, b"")),
        _raw("ping inside a header block", protocol,
             lambda key: head(key, flags=0) + h2.frame(h2.PING, 0, 0, b"\0" * 8)),
        _raw("push promise", protocol, h2.frame(h2.PUSH, 4, 1, b"\0\0\0\2")),
        _raw("unknown HPACK index", "goaway COMPRESSION_ERROR", h2.frame(h2.HEADERS, 5, 1, b"\xff\xff\xff\x7f")),
        _raw("HPACK block cut short", "goaway COMPRESSION_ERROR", h2.frame(h2.HEADERS, 5, 1, b"\0\5ab")),
        _raw("padding over the frame", protocol, h2.frame(h2.HEADERS, 4 | 8, 1, b"\xff\x82")),
        _raw("settings of 5 bytes", size, h2.frame(h2.SETTINGS, 0, 0, b"\0" * 5)),
        _raw("settings ack with content", size, h2.frame(h2.SETTINGS, 1, 0, b"\0" * 6)),
        _raw("settings on a stream", protocol, h2.frame(h2.SETTINGS, 0, 1, b"")),
        _raw("initial window over 2^31", flow, h2.settings(window=1 << 31)),
        _raw("ping of 7 bytes", size, h2.frame(h2.PING, 0, 0, b"\0" * 7)),
        _raw("reset of an idle stream", protocol, h2.frame(h2.RST, 0, 1, b"\0\0\0\0")),
        _raw("window update of 0", protocol, h2.frame(h2.WINDOW, 0, 0, b"\0\0\0\0")),
        _raw("window over 2^31", flow, h2.frame(h2.WINDOW, 0, 0, struct.pack(">I", 0x7FFFFFFF)) * 2),
        _raw("unknown frame type", "open", h2.frame(200, 0, 0, b"x")),
        Case("data over the window", (flow, "rst FLOW_CONTROL_ERROR"), _over_window),
    ]


def _huge_headers(connection, key):
    stream = connection.open(oip.headers(key), flags=0)
    piece = hpack.encode([("x", "v" * 16_000)])
    for last in [0] * 63 + [h2.END_HEADERS]:
        connection.send(h2.frame(h2.CONTINUATION, last, stream, piece), 2)
    return stream


def _over_window(connection, key):
    stream = connection.open(oip.headers(key))
    body = oip.framed(oip.request(SERVED, b"\0" * (40 << 20)))
    for at in range(0, len(body), 16384):
        if connection.goaway or connection.streams[stream].done():
            break
        connection.send(h2.frame(h2.DATA, 0, stream, body[at:at + 16384]), 2)
    return stream


def all_cases():
    return _messages() + _framings() + _headers() + _frames()
