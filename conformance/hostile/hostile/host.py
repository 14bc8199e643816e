"""A model host that costs little and counts the requests that reached it whole."""
import functools
import multiprocessing
import socket
import struct
import threading

from . import h2, hpack, oip

SERVED = "m"
FORBIDDEN = "secret"


# A request id is looked for in the first bytes of a request; nothing else of it is kept.
HEAD_BYTES = 400
# What a stock gRPC server lets a peer send ahead, on a stream and on a connection.
WINDOW_BYTES = 1 << 20


class Host(multiprocessing.Process):
    """Answers every ModelInfer with OK; request id 'respond-N' is answered with N bytes.

    A process of its own, as a host is: what keeps it busy must not keep the trial from measuring.
    """

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self._received = multiprocessing.Value("q", 0)

    def received(self):
        """Requests that came whole."""
        return self._received.value

    def count(self):
        with self._received.get_lock():
            self._received.value += 1

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_Peer(self, peer).run, daemon=True).start()


@functools.lru_cache
def _message(size):
    """What answers a call with this many bytes."""
    return memoryview(oip.framed(oip.field(1, SERVED) + oip.field(2, "1") + oip.field(6, b"\0" * size)))


class _Peer:
    """One connection from the gateway, with flow control on what is sent."""

    def __init__(self, host, peer):
        self.host, self.socket, self.bodies, self.out, self.taken = host, peer, {}, {}, {0: 0}
        self.window, self.initial, self.answer_head = 65535, 65535, hpack.encode(
            [(":status", "200"), ("content-type", "application/grpc")])

    def run(self):
        try:
            self._serve()
        except OSError:
            pass  # The gateway closed the connection.

    def _serve(self):
        reader = self.socket.makefile("rb", 1 << 18)
        reader.read(len(h2.PREFACE))
        self.socket.sendall(h2.settings(streams=10000, window=WINDOW_BYTES)
                            + h2.frame(h2.WINDOW, 0, 0, struct.pack(">I", WINDOW_BYTES - 65535)))
        while True:
            head = reader.read(9)
            if len(head) < 9:
                return
            length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            self._frame(kind, flags, int.from_bytes(head[5:], "big") & 0x7FFFFFFF, reader.read(length))

    def _frame(self, kind, flags, stream, payload):
        if kind == h2.HEADERS:
            self.bodies[stream] = bytearray()
        elif kind == h2.DATA:
            self._take(0, len(payload))
            head = self.bodies.get(stream)
            if head is not None:
                head += payload[:HEAD_BYTES - len(head)]
                self._take(stream, len(payload))
        elif kind == h2.RST:
            self._forget(stream)
            self.out.pop(stream, None)
        elif kind == h2.SETTINGS and not flags & h2.ACK:
            self._settings(payload)
        elif kind == h2.PING and not flags & h2.ACK:
            self.socket.sendall(h2.frame(h2.PING, h2.ACK, 0, payload))
        elif kind == h2.WINDOW:
            self._credit(stream, int.from_bytes(payload, "big"))
        if kind in (h2.HEADERS, h2.DATA) and flags & h2.END_STREAM and stream in self.bodies:
            self._answer(stream, bytes(self._forget(stream)))

    def _forget(self, stream):
        self.taken.pop(stream, None)
        return self.bodies.pop(stream, None)

    def _take(self, stream, size):
        """Gives credit back once half a window has been read."""
        self.taken[stream] = self.taken.get(stream, 0) + size
        if 2 * self.taken[stream] >= WINDOW_BYTES:
            self.socket.sendall(h2.frame(h2.WINDOW, 0, stream, struct.pack(">I", self.taken[stream])))
            self.taken[stream] = 0

    def _settings(self, payload):
        for at in range(0, len(payload), 6):
            name, value = struct.unpack(">HI", payload[at:at + 6])
            if name == h2.INITIAL_WINDOW_SIZE:
                self.initial = value
        self.socket.sendall(h2.frame(h2.SETTINGS, h2.ACK, 0))

    def _credit(self, stream, more):
        if stream == 0:
            self.window += more
            for waiting in list(self.out):
                self._flush(waiting)
        elif stream in self.out:
            self.out[stream][1] += more
            self._flush(stream)

    def _answer(self, stream, body):
        self.host.count()
        size = 100
        mark = body.find(b"respond-")
        if mark >= 0:
            digits = bytes(b for b in body[mark + 8:mark + 18] if 48 <= b <= 57)
            size = int(digits)
        self.socket.sendall(h2.frame(h2.HEADERS, h2.END_HEADERS, stream, self.answer_head))
        self.out[stream] = [_message(size), self.initial]
        self._flush(stream)

    def _flush(self, stream):
        data, window = self.out[stream]
        pieces = []
        while data and window and self.window:
            size = min(len(data), window, self.window, 16384)
            pieces.append(h2.frame(h2.DATA, 0, stream, bytes(data[:size])))
            data, window, self.window = data[size:], window - size, self.window - size
        if data:
            self.out[stream] = [data, window]
        else:
            del self.out[stream]
            pieces.append(h2.frame(h2.HEADERS, h2.END_HEADERS | h2.END_STREAM, stream,
                                   hpack.encode([("grpc-status", "0")])))
        self.socket.sendall(b"".join(pieces))
