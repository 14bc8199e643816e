package io.weighbridge.gateway.peek;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The first bytes of a text field, copied out of the message into an array kept for reuse. Mutable:
 * confined to the call's event loop, overwritten by the next message.
 */
public final class CapturedText {
  private static final long FNV_PRIME = 0x100000001b3L;

  private final byte[] bytes;
  private int length;
  private boolean truncated;
  private long tail;

  CapturedText(int bytesMax) {
    this.bytes = new byte[bytesMax];
  }

  void clear() {
    length = 0;
    truncated = false;
    tail = 0;
  }

  /** Appends what still fits. Borrows {@code buf}. */
  void append(ByteBuf buf, int index, int count) {
    int fits = Math.min(count, bytes.length - length);
    buf.getBytes(index, bytes, length, fits);
    length += fits;
    truncated |= fits < count;
    for (int i = fits; i < count; i++) {
      tail = (tail ^ buf.getByte(index + i)) * FNV_PRIME + 1;
    }
  }

  void copyFrom(CapturedText other) {
    length = Math.min(other.length, bytes.length);
    System.arraycopy(other.bytes, 0, bytes, 0, length);
    truncated = other.truncated || length < other.length;
    tail = other.tail;
  }

  /** The array itself, of which the first {@link #length()} bytes count; never to be written. */
  public byte[] array() {
    return bytes;
  }

  /** How many bytes were kept. */
  public int length() {
    return length;
  }

  /** Whether the field held more bytes than are kept. */
  public boolean truncated() {
    return truncated;
  }

  /**
   * Tells fields that begin alike apart: a hash of the bytes that were not kept; 0 for none. Not a
   * hard one to find two of.
   */
  public long tail() {
    return tail;
  }

  /** Whether nothing is held: an absent field and an empty one look the same, as in protobuf. */
  public boolean isEmpty() {
    return length == 0;
  }

  /** The hash of the kept bytes; for ASCII the same as that of the equal {@link String}. */
  public int hash() {
    int hash = 0;
    for (int i = 0; i < length; i++) {
      hash = 31 * hash + bytes[i];
    }
    return hash;
  }

  /** Whether the whole field equals these bytes. */
  public boolean equalTo(byte[] other) {
    return !truncated && equalTo(other, 0);
  }

  /** Whether the field is one of which these bytes were kept, with this {@link #tail}. */
  public boolean equalTo(byte[] kept, long otherTail) {
    return tail == otherTail && Arrays.equals(bytes, 0, length, kept, 0, kept.length);
  }

  /**
   * Whether the whole field can be a model's name, a version or a label: {@code
   * [A-Za-z0-9][A-Za-z0-9._:@/-]*}.
   */
  boolean isName() {
    if (truncated || length == 0 || !isAlphanumeric(bytes[0])) {
      return false;
    }
    for (int i = 1; i < length; i++) {
      if (!isAlphanumeric(bytes[i]) && !isPunctuation(bytes[i])) {
        return false;
      }
    }
    return true;
  }

  private static boolean isAlphanumeric(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
  }

  private static boolean isPunctuation(byte b) {
    return b == '.' || b == '_' || b == ':' || b == '@' || b == '/' || b == '-';
  }

  /** The kept bytes as text; allocates, so not on the path of a call. */
  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }
}
