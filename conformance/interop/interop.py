#!/usr/bin/env python3
"""gRPC's published interop cases with Python's stock client, against any server of grpc.testing.TestService.

    interop.py ADDRESS [KEY] [CASE...]

Prints one line for each case; exits 1 when one failed. Needs grpcio (Debian: python3-grpcio) and nothing generated: messages are
written and read here by the field numbers of grpc/testing/messages.proto. Source: gRPC "interop-test-descriptions".
"""
import sys
import time

import grpc

SERVICE = "/grpc.testing.TestService/"
REQUEST_BYTES, ANSWER_BYTES = 271_828, 314_159
STREAM_REQUESTS, STREAM_ANSWERS = (27_182, 8, 1_828, 45_904), (31_415, 9, 2_653, 58_979)
SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n"
WAIT_S = 30


# Messages.

def varint(value):
    out = b""
    while value > 0x7F:
        out += bytes([value & 0x7F | 0x80])
        value >>= 7
    return out + bytes([value])


def number(field, value):
    return varint(field << 3) + varint(value)


def text(field, value):
    return varint(field << 3 | 2) + varint(len(value)) + value


def read_varint(data, at):
    value = shift = 0
    while True:
        value |= (data[at] & 0x7F) << shift
        shift += 7
        at += 1
        if data[at - 1] < 0x80:
            return value, at


def fields(data):
    """Number to value of a message whose fields are varints or length-delimited."""
    found, at = {}, 0
    while at < len(data):
        tag, at = read_varint(data, at)
        value, at = read_varint(data, at)
        if tag & 7 == 2:
            value, at = data[at:at + value], at + value
        found[tag >> 3] = value
    return found


def payload(field, size):
    return text(field, text(2, b"\0" * size))


def simple(answer_bytes=0, request_bytes=0, more=b""):
    return number(2, answer_bytes) + payload(3, request_bytes) + more


def output(sizes, request_bytes=0, more=b"", each=b""):
    return b"".join(text(2, number(1, size) + each) for size in sizes) + payload(3, request_bytes) + more


def status(code, message):
    return text(7, number(1, code) + text(2, message.encode()))


def body_of(answer):
    return fields(fields(answer)[1]).get(2, b"")


TRUE = number(1, 1)


class Cases:
    """One method for each case, by its published name."""

    def __init__(self, address, key):
        self.channel = grpc.insecure_channel(address, [("grpc.max_receive_message_length", 16 << 20)])
        self.metadata = [("authorization", "Bearer " + key)] if key else []

    def stub(self, kind, name):
        return getattr(self.channel, kind)(name if name[0] == "/" else SERVICE + name)

    def unary(self, name, request, **more):
        metadata = self.metadata + more.pop("metadata", [])
        answer, call = self.stub("unary_unary", name).with_call(request, WAIT_S, metadata=metadata, **more)
        assert call.code() is grpc.StatusCode.OK
        return answer, call

    def duplex(self, requests, **more):
        metadata = self.metadata + more.pop("metadata", [])
        more.setdefault("timeout", WAIT_S)
        return self.stub("stream_stream", "FullDuplexCall")(iter(requests), metadata=metadata, **more)

    def refused(self, act):
        try:
            act()
        except grpc.RpcError as e:
            return e
        raise AssertionError("it was answered")

    def empty_unary(self):
        assert self.unary("EmptyCall", b"")[0] == b""

    def large_unary(self, more=b"", **options):
        answer, _ = self.unary("UnaryCall", simple(ANSWER_BYTES, REQUEST_BYTES, more), **options)
        assert body_of(answer) == b"\0" * ANSWER_BYTES

    def client_compressed_unary_noprobe(self):
        self.large_unary(text(8, TRUE), compression=grpc.Compression.Gzip)
        self.large_unary(text(8, b""))

    def server_compressed_unary(self):
        self.large_unary(text(6, TRUE))
        self.large_unary(text(6, b""))

    def client_streaming(self, **options):
        call = self.stub("stream_unary", "StreamingInputCall")
        requests = iter([payload(1, size) for size in STREAM_REQUESTS])
        answer = call(requests, WAIT_S, metadata=self.metadata, **options)
        assert fields(answer)[1] == sum(STREAM_REQUESTS)

    def client_compressed_streaming_noprobe(self):
        self.client_streaming(compression=grpc.Compression.Gzip)

    def server_streaming(self, each=b""):
        call = self.stub("unary_stream", "StreamingOutputCall")
        answers = list(call(output(STREAM_ANSWERS, each=each), WAIT_S, metadata=self.metadata))
        assert [len(body_of(answer)) for answer in answers] == list(STREAM_ANSWERS)

    def server_compressed_streaming(self):
        self.server_streaming(text(3, TRUE))

    def ping_pong(self):
        sizes, heard = zip(STREAM_ANSWERS, STREAM_REQUESTS), []

        def requests():
            for turn, (answer, request) in enumerate(sizes):
                yield output([answer], request)
                until = time.monotonic() + WAIT_S
                while len(heard) <= turn and time.monotonic() < until:
                    time.sleep(0.001)

        for answer in self.duplex(requests()):
            heard.append(len(body_of(answer)))
        assert heard == list(STREAM_ANSWERS)

    def empty_stream(self):
        assert list(self.duplex([])) == []

    def custom_metadata(self):
        sent = [("x-grpc-test-echo-initial", "test_initial_metadata_value"),
                ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab")]
        _, call = self.unary("UnaryCall", simple(ANSWER_BYTES, REQUEST_BYTES), metadata=sent)
        stream = self.duplex([output([ANSWER_BYTES], REQUEST_BYTES)], metadata=sent)
        assert len(list(stream)) == 1
        for each in (call, stream):
            assert sent[0] in [tuple(pair) for pair in each.initial_metadata()]
            assert sent[1] in [tuple(pair) for pair in each.trailing_metadata()]

    def told(self, code, message):
        for act in (lambda: self.unary("UnaryCall", simple(more=status(code, message))),
                    lambda: list(self.duplex([output([], more=status(code, message))]))):
            error = self.refused(act)
            assert (error.code().value[0], error.details()) == (code, message), error

    def status_code_and_message(self):
        self.told(2, "test status message")

    def special_status_message(self):
        error = self.refused(lambda: self.unary("UnaryCall", simple(more=status(2, SPECIAL))))
        assert error.details() == SPECIAL

    def unimplemented_method(self):
        error = self.refused(lambda: self.unary("UnimplementedCall", b""))
        assert error.code() is grpc.StatusCode.UNIMPLEMENTED

    def unimplemented_service(self):
        name = "/grpc.testing.UnimplementedService/UnimplementedCall"
        assert self.refused(lambda: self.unary(name, b"")).code() is grpc.StatusCode.UNIMPLEMENTED

    def cancel_after_begin(self):
        call = self.stub("stream_unary", "StreamingInputCall").future(
            iter(lambda: time.sleep(1) or b"", None), metadata=self.metadata)
        call.cancel()
        assert call.code() is grpc.StatusCode.CANCELLED

    def cancel_after_first_response(self):
        def requests():
            yield output([31_415], 27_182)
            time.sleep(1)

        call = self.duplex(requests())
        assert len(body_of(next(call))) == 31_415
        call.cancel()
        assert self.refused(lambda: next(call)).code() is grpc.StatusCode.CANCELLED

    def timeout_on_sleeping_server(self):
        def requests():
            yield output([], 27_182)
            time.sleep(1)

        error = self.refused(lambda: list(self.duplex(requests(), timeout=0.1)))
        assert error.code() is grpc.StatusCode.DEADLINE_EXCEEDED, error


def main(address, key="", *names):
    cases = Cases(address, key)
    known = [name for name in vars(Cases) if not name.startswith("_")]
    played = list(names) or [name for name in known if name not in ("stub", "unary", "duplex", "refused", "told")]
    failed = 0
    for name in played:
        try:
            getattr(cases, name)()
            outcome = "ok"
        except (AssertionError, grpc.RpcError, KeyError) as e:
            failed += 1
            outcome = "FAILED " + repr(e)
        print("%-40s %s" % (name, outcome), flush=True)
    print("%d of %d cases passed" % (len(played) - failed, len(played)))
    return 1 if failed else 0


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
