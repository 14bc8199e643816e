package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Names of fields lately seen by an event loop, so that a name sent as text is not made anew each
 * time. Confined to its event loop.
 *
 * <p>A slot remembers the last name that fell into it: what peers send bounds nothing but hits.
 */
final class HeaderNames {
  private static final int SLOTS = 512;

  /** Longer names are rare, and remembering them would hold their bytes. */
  private static final int NAME_BYTES_MAX = 64;

  private final @Nullable AsciiString[] slots = new AsciiString[SLOTS];

  /** The name with these bytes. */
  AsciiString intern(byte[] bytes, int from, int length) {
    if (length == 0) {
      return AsciiString.EMPTY_STRING;
    }
    if (length > NAME_BYTES_MAX) {
      return new AsciiString(Arrays.copyOfRange(bytes, from, from + length), false);
    }
    int hash = length;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + bytes[i];
    }
    int slot = (hash ^ hash >>> 9 ^ hash >>> 18) & (SLOTS - 1);
    AsciiString known = slots[slot];
    if (known != null
        && known.length() == length
        && Arrays.equals(known.array(), 0, length, bytes, from, from + length)) {
      return known;
    }
    AsciiString name = new AsciiString(Arrays.copyOfRange(bytes, from, from + length), false);
    AsciiString ours = FieldName.find(name);
    slots[slot] = ours == null ? name : ours;
    return slots[slot];
  }
}
