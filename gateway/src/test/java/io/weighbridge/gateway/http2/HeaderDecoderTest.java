package io.weighbridge.gateway.http2;

import static org.awaitility.Awaitility.await;

import java.lang.ref.Reference;
import java.lang.ref.WeakReference;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeaderDecoderTest {
  private static final int LIST_BYTES_MAX = 16 << 10;

  /** A connection that rests keeps none of the frames its last block came in. */
  @Test
  void letsTheBytesOfABlockGo() {
    HeaderDecoder decoder = new HeaderDecoder(new Scratch(), LIST_BYTES_MAX);
    WeakReference<byte[]> block = new WeakReference<>(decoded(decoder));
    try {
      await()
          .until(() -> {
            System.gc();
            return block.refersTo(null);
          });
    } finally {
      Reference.reachabilityFence(decoder);
    }
  }

  private static byte[] decoded(HeaderDecoder decoder) {
    byte[] block = new byte[2 * LIST_BYTES_MAX];
    Arrays.fill(block, (byte) (0x80 | StaticTable.SIZE));
    decoder.decode(block, 0, block.length);
    decoder.takeBlock();
    return block;
  }
}
