package io.weighbridge.gateway.http2;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The blocks a peer has sent lately. A host says the same before every answer, which HPACK makes
 * the same few bytes: as long as its table stays as it is they mean the same fields, and are given
 * as the same object. Confined to its connection's event loop.
 */
final class BlockMemo {
  /** A block that says something of its own call is longer, and does not come again. */
  static final int BYTES_MAX = 64;

  /** Head and trailers of two versions. */
  private static final int BLOCKS = 4;

  private final byte[][] bytes = new byte[BLOCKS][];
  private final @Nullable HeaderBlock[] blocks = new HeaderBlock[BLOCKS];
  private int next;

  /** The block that these bytes were the last time, or null. */
  @Nullable HeaderBlock find(byte[] in, int from, int length) {
    for (int i = 0; i < BLOCKS; i++) {
      HeaderBlock block = blocks[i];
      if (block != null && Arrays.equals(bytes[i], 0, bytes[i].length, in, from, from + length)) {
        return block;
      }
    }
    return null;
  }

  /** Keeps a block that did not change the table, for the one kept longest. */
  void keep(byte[] in, int from, int length, HeaderBlock block) {
    bytes[next] = Arrays.copyOfRange(in, from, from + length);
    blocks[next] = block;
    next = (next + 1) % BLOCKS;
  }

  /** The table changes: the same bytes may mean something else from here on. */
  void forget() {
    Arrays.fill(blocks, null);
  }
}
