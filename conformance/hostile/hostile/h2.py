"""HTTP/2 by hand (RFC 9113): whatever bytes a trial wants to send, and an honest reading of the answers."""
import collections
import select
import socket
import ssl
import struct
import time

from . import hpack

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
END_STREAM = ACK = 1
END_HEADERS = 4
MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE, MAX_FRAME_SIZE = 3, 4, 5
# What a socket says that cannot go on now; TLS says it in two ways, whichever was tried.
AGAIN = (BlockingIOError, InterruptedError, ssl.SSLWantReadError, ssl.SSLWantWriteError)
ERRORS = ("NO_ERROR PROTOCOL_ERROR INTERNAL_ERROR FLOW_CONTROL_ERROR SETTINGS_TIMEOUT STREAM_CLOSED FRAME_SIZE_ERROR "
          "REFUSED_STREAM CANCEL COMPRESSION_ERROR CONNECT_ERROR ENHANCE_YOUR_CALM INADEQUATE_SECURITY "
          "HTTP_1_1_REQUIRED").split()


# Where a gateway listens, and the context to speak TLS with, if it does.
Address = collections.namedtuple("Address", "host port tls", defaults=(None,))


def dial(address, source=None):
    """A socket connected to there, from this address; without TLS yet."""
    connected = socket.create_connection(address[:2], 10, source and (source, 0))
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connected


def error(code):
    return ERRORS[code] if code < len(ERRORS) else str(code)


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def settings(**values):
    numbers = {"streams": MAX_CONCURRENT_STREAMS, "window": INITIAL_WINDOW_SIZE}
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", numbers[k], v) for k, v in values.items()))


class Stream:
    """What came back on one stream."""

    def __init__(self):
        self.headers, self.data, self.reset, self.ended, self.blocks = {}, bytearray(), None, False, 0

    def done(self):
        return self.ended or self.reset is not None

    def outcome(self):
        """One word: 'grpc 3', 'http 405', 'rst CANCEL', 'open'."""
        if "grpc-status" in self.headers:
            return "grpc " + self.headers["grpc-status"]
        if self.ended:
            return "http " + self.headers.get(":status", "none")
        return "open" if self.reset is None else "rst " + error(self.reset)


class Connection:
    """One client connection; reads only when asked to."""

    def __init__(self, address, window=None, preface=True, credit=True, source=None):
        self.socket = dial(address, source)
        if address.tls:
            self.socket = address.tls.wrap_socket(self.socket, server_hostname="localhost")
        self.socket.setblocking(False)
        self.streams, self.settings, self.goaway, self.closed = {}, {}, None, False
        self.next_stream, self.credit, self.acks, self.pings = 1, credit, 0, 0
        self._in, self._decoder, self._block, self._window = bytearray(), hpack.Decoder(), None, {0: 65535}
        if preface:
            first = settings() if window is None else settings(window=window)
            # The connection's own window is opened wide: only streams are ever held back.
            self.send(PREFACE + first + frame(WINDOW, 0, 0, struct.pack(">I", 1 << 30)))

    def send(self, data, seconds=10):
        """Whether everything was sent; reads meanwhile, so that neither side waits for the other for ever."""
        view, deadline = memoryview(data), time.monotonic() + seconds
        while view and not self.closed and time.monotonic() < deadline:
            try:
                sent = self.socket.send(view)
                view = view[sent:]
            except AGAIN:
                select.select([self.socket], [self.socket], [], 1)
                self.read(0)
            except OSError:
                self.closed = True
        return not view

    def open(self, fields, end=False, flags=END_HEADERS):
        stream = self.next_stream
        self.next_stream += 2
        self.streams[stream] = Stream()
        self.send(frame(HEADERS, flags | (END_STREAM if end else 0), stream, hpack.encode(fields)))
        return stream

    def data(self, stream, payload, end=True, chunk=16384):
        """Sends data within the peer's windows; whether all of it went."""
        self._window.setdefault(stream, self.settings.get(INITIAL_WINDOW_SIZE, 65535))
        view, deadline = memoryview(payload), time.monotonic() + 10
        while True:
            room = min(chunk, len(view), self._window[0], self._window[stream])
            if room == 0 and view:
                if self.closed or self.goaway or self.streams[stream].done() or time.monotonic() > deadline:
                    return False
                self.read(0.1)
                continue
            piece, view = view[:room], view[room:]
            last = END_STREAM if end and not view else 0
            if not self.send(frame(DATA, last, stream, bytes(piece))):
                return False
            self._window[0] -= room
            self._window[stream] -= room
            if not view:
                return True

    def read(self, seconds):
        """Takes in what is there, waiting at most this long for something."""
        try:
            if self.closed or not (self._decrypted() or select.select([self.socket], [], [], seconds)[0]):
                return False
            got = self.socket.recv(1 << 18)
        except AGAIN:
            return False
        except OSError:
            got = b""
        if not got:
            self.closed = True
            return False
        self._in += got
        self._frames()
        return True

    def _decrypted(self):
        """Bytes that TLS has taken off the socket already."""
        return isinstance(self.socket, ssl.SSLSocket) and self.socket.pending()

    def wait(self, done, seconds=10):
        """Reads until the condition holds, the connection ends or time is up; whether it holds."""
        deadline = time.monotonic() + seconds
        while not done() and not self.closed and time.monotonic() < deadline:
            self.read(max(0, min(1, deadline - time.monotonic())))
        return done()

    def _frames(self):
        at, buffer = 0, self._in
        while len(buffer) - at >= 9:
            length = int.from_bytes(buffer[at:at + 3], "big")
            if len(buffer) - at < 9 + length:
                break
            stream = int.from_bytes(buffer[at + 5:at + 9], "big") & 0x7FFFFFFF
            self._frame(buffer[at + 3], buffer[at + 4], stream, bytes(buffer[at + 9:at + 9 + length]))
            at += 9 + length
        del buffer[:at]

    def _frame(self, kind, flags, number, payload):
        stream = self.streams.get(number)
        if kind == HEADERS or kind == CONTINUATION:
            self._headers(flags, number, payload, stream)
        elif kind == DATA and stream:
            stream.data += payload
            stream.ended |= bool(flags & END_STREAM)
            if self.credit and payload:
                self.send(frame(WINDOW, 0, number, struct.pack(">I", len(payload)))
                          + frame(WINDOW, 0, 0, struct.pack(">I", len(payload))))
        elif kind == RST:
            # The first one says why; what was on its way then may be answered by more.
            stream = self.streams.setdefault(number, Stream())
            stream.reset = int.from_bytes(payload, "big") if stream.reset is None else stream.reset
        elif kind == SETTINGS and flags & ACK:
            self.acks += 1
        elif kind == SETTINGS:
            for at in range(0, len(payload), 6):
                name, value = struct.unpack(">HI", payload[at:at + 6])
                if name == INITIAL_WINDOW_SIZE:
                    more = value - self.settings.get(name, 65535)
                    self._window = {n: w + more if n else w for n, w in self._window.items()}
                self.settings[name] = value
            self.send(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind == PING:
            self.pings += 1
        elif kind == GOAWAY:
            self.goaway = error(int.from_bytes(payload[4:8], "big"))
        elif kind == WINDOW:
            start = 65535 if number == 0 else self.settings.get(INITIAL_WINDOW_SIZE, 65535)
            self._window[number] = self._window.get(number, start) + int.from_bytes(payload, "big")

    def _headers(self, flags, number, payload, stream):
        if self._block is None:
            self._block = bytearray(), flags & END_STREAM
        self._block[0].extend(payload)
        if flags & END_HEADERS:
            fields = self._decoder.decode(bytes(self._block[0]))
            if stream:
                stream.blocks += 1
                stream.headers.update(fields)
                stream.ended |= bool(self._block[1])
            self._block = None

    def close(self, abort=False):
        if abort:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        self.closed = True
