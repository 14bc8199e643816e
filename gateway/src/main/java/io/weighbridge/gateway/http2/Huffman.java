package io.weighbridge.gateway.http2;

/**
 * Decodes strings in the Huffman code of RFC 7541 appendix B. Stateless.
 *
 * <pre>
 * Implementation notes: the code is canonical (codes of one length rise with the symbol), so the lengths alone define it.
 * A machine with one state per inner node of the code's tree reads four bits a step; no code is shorter than five bits,
 * so a step yields at most one symbol. An entry holds the next state, whether the text may end there (all bits since the
 * last symbol are ones, fewer than eight), and the symbol, if any. 257 symbols make 256 inner nodes: 16 KiB in all.
 * </pre>
 */
final class Huffman {
  /** {@link #decode}: the text is not what the code can produce. */
  static final int BROKEN = -1;

  private static final int EOS = 256;
  private static final int NIBBLES = 16;
  private static final int CODE_BITS_MAX = 30;

  /** Bits of each symbol's code, symbols 0 to 256. */
  private static final byte[] LENGTHS = {
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28,
    28, 28, 28, 28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5,
    6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
    7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
    6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23,
    23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20,
    22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22,
    22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26,
    27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
    25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30
  };

  /* An entry: bits 0 to 7 the symbol, 8 whether there is one, 9 whether the text may end, 10 up the next state. */
  private static final int HAS_SYMBOL = 1 << 8;
  private static final int MAY_END = 1 << 9;
  private static final int STATE_SHIFT = 10;
  private static final int NO_STEP = -1;

  private static final int[] STEPS = steps();

  private Huffman() {}

  /**
   * Decodes {@code length} bytes.
   *
   * @param out takes the text; has room for {@link #textBytesMax} bytes behind {@code outAt}
   * @return bytes of text, or {@link #BROKEN}
   */
  static int decode(byte[] in, int at, int length, byte[] out, int outAt) {
    int state = 0;
    int step = MAY_END;
    int to = outAt;
    for (int i = at; i < at + length; i++) {
      step = STEPS[state * NIBBLES + ((in[i] >> 4) & 0xf)];
      if (step == NO_STEP) {
        return BROKEN;
      }
      if ((step & HAS_SYMBOL) != 0) {
        out[to++] = (byte) step;
      }
      step = STEPS[(step >>> STATE_SHIFT) * NIBBLES + (in[i] & 0xf)];
      if (step == NO_STEP) {
        return BROKEN;
      }
      if ((step & HAS_SYMBOL) != 0) {
        out[to++] = (byte) step;
      }
      state = step >>> STATE_SHIFT;
    }
    return (step & MAY_END) == 0 ? BROKEN : to - outAt;
  }

  /** Most bytes of text that so many bytes of code can hold: the shortest code has five bits. */
  static int textBytesMax(int codeBytes) {
    return (int) (8L * codeBytes / 5);
  }

  private static int[] steps() {
    // Children of inner nodes: an inner node's number, or -1 - symbol for a leaf; 0 where nothing
    // is yet.
    int[][] children = tree();
    int[] steps = new int[children.length * NIBBLES];
    boolean[] mayEnd = endings(children);
    for (int state = 0; state < children.length; state++) {
      for (int nibble = 0; nibble < NIBBLES; nibble++) {
        steps[state * NIBBLES + nibble] = step(children, mayEnd, state, nibble);
      }
    }
    return steps;
  }

  private static int step(int[][] children, boolean[] mayEnd, int from, int nibble) {
    int node = from;
    int symbol = 0;
    for (int bit = 3; bit >= 0; bit--) {
      int child = children[node][(nibble >> bit) & 1];
      if (child < 0) {
        if (-1 - child == EOS) {
          // RFC 7541 section 5.2: a string that holds EOS is an error.
          return NO_STEP;
        }
        symbol = HAS_SYMBOL | (-1 - child);
        node = 0;
      } else {
        node = child;
      }
    }
    return node << STATE_SHIFT | (mayEnd[node] ? MAY_END : 0) | symbol;
  }

  /** Nodes reached from the root by up to seven ones: padding (RFC 7541 section 5.2). */
  private static boolean[] endings(int[][] children) {
    boolean[] mayEnd = new boolean[children.length];
    int node = 0;
    for (int ones = 0; ones < 8; ones++) {
      mayEnd[node] = true;
      node = children[node][1];
    }
    return mayEnd;
  }

  private static int[][] tree() {
    int[][] children = new int[EOS][2];
    int nodes = 1;
    int code = 0;
    for (int length = 1; length <= CODE_BITS_MAX; length++) {
      code <<= 1;
      for (int symbol = 0; symbol <= EOS; symbol++) {
        if (LENGTHS[symbol] == length) {
          nodes = plant(children, nodes, code, symbol);
          code++;
        }
      }
    }
    return children;
  }

  private static int plant(int[][] children, int nodeCount, int code, int symbol) {
    int nodes = nodeCount;
    int node = 0;
    for (int bit = LENGTHS[symbol] - 1; bit > 0; bit--) {
      int side = (code >> bit) & 1;
      if (children[node][side] == 0) {
        children[node][side] = nodes++;
      }
      node = children[node][side];
    }
    children[node][code & 1] = -1 - symbol;
    return nodes;
  }
}
