package io.weighbridge.ledger.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** An entry bundle of C2SP tlog-tiles: leaves, each behind its length as a big-endian u16. */
final class Bundle {
  private Bundle() {}

  /** The whole leaves from the start; what follows them is left aside. */
  static List<byte[]> prefix(byte[] bytes) {
    ByteBuffer rest = ByteBuffer.wrap(bytes);
    List<byte[]> leaves = new ArrayList<>();
    while (rest.remaining() >= Short.BYTES) {
      int length = Short.toUnsignedInt(rest.getShort());
      if (length > rest.remaining()) {
        return leaves;
      }
      byte[] leaf = new byte[length];
      rest.get(leaf);
      leaves.add(leaf);
    }
    return leaves;
  }

  /**
   * The leaves.
   *
   * @param name for the message
   * @throws IOException when the bytes do not end where a leaf ends
   */
  static List<byte[]> parse(String name, byte[] bytes) throws IOException {
    List<byte[]> leaves = prefix(bytes);
    int end = toBytes(leaves).length;
    if (end != bytes.length) {
      throw new IOException(
          "%s: bytes %d to %d are no whole leaf".formatted(name, end, bytes.length - 1));
    }
    return leaves;
  }

  /** The bundle's bytes. */
  static byte[] toBytes(List<byte[]> leaves) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] leaf : leaves) {
      bytes.write(leaf.length >>> 8);
      bytes.write(leaf.length);
      bytes.writeBytes(leaf);
    }
    return bytes.toByteArray();
  }
}
