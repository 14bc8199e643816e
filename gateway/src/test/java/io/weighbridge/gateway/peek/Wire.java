package io.weighbridge.gateway.peek;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;

/** Writes protobuf by hand, so that messages no encoder would write can be written. */
final class Wire {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  Wire tag(int field, int wireType) {
    return varint(((long) field << 3) | wireType);
  }

  Wire varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      out.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
    return this;
  }

  /** A varint of exactly this many bytes. */
  Wire padded(long value, int bytes) {
    for (int i = 0; i < bytes - 1; i++) {
      out.write((int) (((value >>> (7 * i)) & 0x7f) | 0x80));
    }
    out.write((int) ((value >>> (7 * (bytes - 1))) & 0x7f));
    return this;
  }

  Wire raw(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  Wire zeros(int count) {
    out.writeBytes(new byte[count]);
    return this;
  }

  Wire bytes(int field, byte[] value) {
    tag(field, ProtoWalk.BYTES).varint(value.length);
    out.writeBytes(value);
    return this;
  }

  Wire text(int field, String value) {
    return bytes(field, value.getBytes(UTF_8));
  }

  Wire number(int field, long value) {
    return tag(field, ProtoWalk.VARINT).varint(value);
  }

  Wire message(int field, Wire value) {
    return bytes(field, value.toBytes());
  }

  /** An entry of field 4. */
  Wire parameter(String key, Wire value) {
    return message(4, new Wire().text(1, key).message(2, value));
  }

  byte[] toBytes() {
    return out.toByteArray();
  }

  static Wire request(String name) {
    return new Wire().text(1, name);
  }

  static Wire string(String value) {
    return new Wire().text(3, value);
  }
}
