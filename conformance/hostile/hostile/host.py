"""A model host that costs little and remembers which requests reached it whole."""
import socket
import struct
import threading

from . import h2, hpack, oip

SERVED = "m"
FORBIDDEN = "secret"


class Host(threading.Thread):
    """Answers every ModelInfer with OK; request id 'respond-N' is answered with N bytes."""

    def __init__(self):
        super().__init__(daemon=True)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        self.received = []

    def run(self):
        while True:
            peer, _ = self.listener.accept()
            peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=_Peer(self, peer).run, daemon=True).start()


class _Peer:
    """One connection from the gateway, with flow control on what is sent."""

    def __init__(self, host, peer):
        self.host, self.socket, self.bodies, self.out = host, peer, {}, {}
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
        self.socket.sendall(h2.settings(streams=10000, window=1 << 24)
                            + h2.frame(h2.WINDOW, 0, 0, struct.pack(">I", 1 << 30)))
        while True:
            head = reader.read(9)
            if len(head) < 9:
                return
            length, kind, flags = int.from_bytes(head[:3], "big"), head[3], head[4]
            self._frame(kind, flags, int.from_bytes(head[5:], "big") & 0x7FFFFFFF, reader.read(length))

    def _frame(self, kind, flags, stream, payload):
        if kind == h2.HEADERS:
            self.bodies[stream] = bytearray()
        elif kind == h2.DATA and stream in self.bodies:
            self.bodies[stream] += payload
            if payload:
                credit = struct.pack(">I", len(payload))
                self.socket.sendall(h2.frame(h2.WINDOW, 0, 0, credit) + h2.frame(h2.WINDOW, 0, stream, credit))
        elif kind == h2.RST:
            self.bodies.pop(stream, None)
            self.out.pop(stream, None)
        elif kind == h2.SETTINGS and not flags & h2.ACK:
            self._settings(payload)
        elif kind == h2.PING and not flags & h2.ACK:
            self.socket.sendall(h2.frame(h2.PING, h2.ACK, 0, payload))
        elif kind == h2.WINDOW:
            self._credit(stream, int.from_bytes(payload, "big"))
        if kind in (h2.HEADERS, h2.DATA) and flags & h2.END_STREAM and stream in self.bodies:
            self._answer(stream, bytes(self.bodies.pop(stream)))

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
        self.host.received.append(body[5:])
        size = 100
        mark = body.find(b"respond-", 0, 400)
        if mark >= 0:
            digits = bytes(b for b in body[mark + 8:mark + 18] if 48 <= b <= 57)
            size = int(digits)
        message = oip.field(1, SERVED) + oip.field(2, "1") + oip.field(6, b"\0" * size)
        self.socket.sendall(h2.frame(h2.HEADERS, h2.END_HEADERS, stream, self.answer_head))
        self.out[stream] = [memoryview(oip.framed(message)), self.initial]
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
