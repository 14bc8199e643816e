package io.weighbridge.ledger.write;

/** What the encoder must know about UTF-8 (RFC 3629). */
final class Utf8 {
  /** The bits that no ASCII character has, of eight at once. */
  private static final long NOT_ASCII = 0x8080_8080_8080_8080L;

  private Utf8() {}

  /** The largest length up to {@code bytesMax} that does not split a character. */
  static int cut(byte[] bytes, int bytesMax) {
    int length = bytesMax;
    while (length > 0 && (bytes[length] & 0xC0) == 0x80) {
      length--;
    }
    return length;
  }

  /** Whether these bytes are well-formed: no surrogates, no overlong forms. */
  static boolean valid(byte[] bytes, int offset, int length) {
    int end = offset + length;
    int at = offset;
    while (end - at >= Long.BYTES && (Frame.getLong(bytes, at) & NOT_ASCII) == 0) {
      at += Long.BYTES;
    }
    while (at < end && bytes[at] >= 0) {
      at++;
    }
    while (at < end) {
      int size = characterBytes(bytes, at, end);
      if (size == 0) {
        return false;
      }
      at += size;
    }
    return true;
  }

  /** Length of the character that starts here, or 0 when none does. */
  private static int characterBytes(byte[] bytes, int at, int end) {
    int first = bytes[at] & 0xFF;
    if (first < 0x80) {
      return 1;
    }
    int size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || end - at < size) {
      return 0;
    }
    int second = bytes[at + 1] & 0xFF;
    int lowest = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    int highest = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (second < lowest || second > highest) {
      return 0;
    }
    for (int i = at + 2; i < at + size; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        return 0;
      }
    }
    return size;
  }
}
