package io.weighbridge.gateway.wire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;

/**
 * Makes header blocks (RFC 7541), well-formed or not, without compressing anything by itself.
 * Stateless.
 */
public final class Hpack {
  private Hpack() {}

  /** The fields of a well-formed gRPC request. */
  public static byte[] request(String path) {
    return block(
        ":method", "POST",
        ":scheme", "http",
        ":path", path,
        ":authority", "weighbridge",
        "content-type", "application/grpc",
        "te", "trailers");
  }

  /** The fields of a well-formed gRPC answer. */
  public static byte[] response() {
    return block(":status", "200", "content-type", "application/grpc");
  }

  /** Names and values in turn, each a literal that is not indexed. */
  public static byte[] block(String... namesAndValues) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      out.writeBytes(literal(namesAndValues[i], namesAndValues[i + 1]));
    }
    return out.toByteArray();
  }

  public static byte[] literal(String name, String value) {
    return Frames.concat(new byte[] {0}, string(name), string(value));
  }

  public static byte[] neverIndexed(String name, String value) {
    return Frames.concat(new byte[] {0x10}, string(name), string(value));
  }

  /** A literal that enters the dynamic table. */
  public static byte[] incremental(String name, String value) {
    return Frames.concat(new byte[] {0x40}, string(name), string(value));
  }

  /** A field that is in a table. */
  public static byte[] indexed(int index) {
    return integer(0x80, 7, index);
  }

  /** A literal whose name is in a table. */
  public static byte[] namedBy(int index, String value) {
    return Frames.concat(integer(0, 4, index), string(value));
  }

  public static byte[] tableSize(int size) {
    return integer(0x20, 5, size);
  }

  /** An integer with a prefix of so many bits, behind these leading bits (section 5.1). */
  public static byte[] integer(int lead, int prefixBits, long value) {
    int full = (1 << prefixBits) - 1;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    if (value < full) {
      out.write(lead | (int) value);
      return out.toByteArray();
    }
    out.write(lead | full);
    long rest = value - full;
    while (rest >= 0x80) {
      out.write((int) (rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    out.write((int) rest);
    return out.toByteArray();
  }

  public static byte[] string(String text) {
    byte[] bytes = text.getBytes(ISO_8859_1);
    return Frames.concat(integer(0, 7, bytes.length), bytes);
  }

  /** A string that claims to be Huffman-coded. */
  public static byte[] huffman(int... coded) {
    byte[] bytes = new byte[coded.length];
    for (int i = 0; i < coded.length; i++) {
      bytes[i] = (byte) coded[i];
    }
    return Frames.concat(integer(0x80, 7, bytes.length), bytes);
  }
}
