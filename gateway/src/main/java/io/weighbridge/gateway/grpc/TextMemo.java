package io.weighbridge.gateway.grpc;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What was found out about texts lately, by identity: a name, or a field of a peer's HPACK table,
 * is the same object call after call. Confined to an event loop.
 */
public final class TextMemo {
  /** Nothing is known of the text. */
  public static final int UNKNOWN = 0;

  private static final int SLOTS = 64;

  /** Longer texts are looked at each time: remembering them would hold their bytes. */
  private static final int BYTES_MAX = 256;

  private final @Nullable AsciiString[] texts = new AsciiString[SLOTS];
  private final int[] verdicts = new int[SLOTS];

  /** What was kept for this very object, which is not empty, or {@link #UNKNOWN}. */
  @SuppressWarnings("ReferenceEquality") // Equality would look at the bytes all the same.
  public int find(AsciiString text) {
    int slot = slot(text);
    return texts[slot] == text ? verdicts[slot] : UNKNOWN;
  }

  /** Keeps a verdict until another text takes its slot. */
  public void keep(AsciiString text, int verdict) {
    if (text.length() <= BYTES_MAX) {
      int slot = slot(text);
      texts[slot] = text;
      verdicts[slot] = verdict;
    }
  }

  private static int slot(AsciiString text) {
    int length = text.length();
    return (5 * length + text.byteAt(length - 1)) & (SLOTS - 1);
  }
}
