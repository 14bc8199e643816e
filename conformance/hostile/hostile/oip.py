"""Open Inference Protocol messages and gRPC framing, written byte by byte."""
import struct

INFER = "/inference.GRPCInferenceService/ModelInfer"


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def tag(field, wire_type):
    return varint(field << 3 | wire_type)


def field(number, value):
    value = value if isinstance(value, bytes) else value.encode()
    return tag(number, 2) + varint(len(value)) + value


def parameter(name, value):
    return field(4, field(1, name) + field(2, field(3, value)))


def request(model, tensor=b"\0" * 1024, version="", call_id=""):
    """A ModelInferRequest; a call id 'respond-N' asks the trial's host for N bytes."""
    out = field(1, model)
    out += field(2, version) if version else b""
    out += field(3, call_id) if call_id else b""
    tensor_head = field(1, "in") + field(2, "UINT8") + field(3, varint(len(tensor)))
    return out + field(5, tensor_head) + field(7, tensor)


def framed(message, flag=0, length=None):
    return struct.pack(">BI", flag, len(message) if length is None else length) + message


def headers(key, path=INFER, **changed):
    """A stock client's header list; a change of None leaves the field out. '_' stands for '-'."""
    fields = {
        ":method": "POST", ":scheme": "http", ":path": path, ":authority": "localhost",
        "te": "trailers", "content-type": "application/grpc", "user-agent": "trial/1",
        "authorization": "Bearer " + key,
    }
    for name, value in changed.items():
        fields[name.replace("pseudo_", ":").replace("_", "-")] = value
    return [(name, value) for name, value in fields.items() if value is not None]
