package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;

/**
 * The dynamic table of one direction of a connection (RFC 7541 section 2.3.2): the newest field has
 * the lowest index, the oldest are evicted. Confined to its connection's event loop.
 *
 * <p>Fields are the objects they came as: the same index gives the same name and value objects, on
 * which caches by identity rest.
 */
final class HeaderTable {
  /** What a field counts beside its bytes (RFC 7541 section 4.1). */
  static final int FIELD_OVERHEAD_BYTES = 32;

  /** The table's size until settings say otherwise (RFC 9113 section 6.5.2), and our most. */
  static final int BYTES_MAX = 4096;

  private static final int INITIAL_FIELDS = 16;

  private AsciiString[] names = new AsciiString[INITIAL_FIELDS];
  private AsciiString[] values = new AsciiString[INITIAL_FIELDS];
  private int bytesMax = BYTES_MAX;
  private int bytes;
  private int count;

  /** Fields ever added; the newest is number {@code added - 1}. */
  private int added;

  static int sizeOf(AsciiString name, AsciiString value) {
    return name.length() + value.length() + FIELD_OVERHEAD_BYTES;
  }

  int count() {
    return count;
  }

  int bytesMax() {
    return bytesMax;
  }

  int added() {
    return added;
  }

  /** Field {@code age}: 0 is the newest. */
  AsciiString name(int age) {
    return names[(added - 1 - age) & (names.length - 1)];
  }

  AsciiString value(int age) {
    return values[(added - 1 - age) & (names.length - 1)];
  }

  /** Changes the size, evicting what has no room. */
  void resize(int newBytesMax) {
    bytesMax = newBytesMax;
    evict(0);
  }

  /** Adds a field; one larger than the table empties it (RFC 7541 section 4.4). */
  void add(AsciiString name, AsciiString value) {
    int size = sizeOf(name, value);
    evict(size);
    if (size > bytesMax) {
      return;
    }
    if (count == names.length) {
      grow();
    }
    names[added & (names.length - 1)] = name;
    values[added & (names.length - 1)] = value;
    added++;
    count++;
    bytes += size;
  }

  private void evict(int room) {
    while (count > 0 && bytes + room > bytesMax) {
      int oldest = (added - count) & (names.length - 1);
      bytes -= sizeOf(names[oldest], values[oldest]);
      names[oldest] = AsciiString.EMPTY_STRING;
      values[oldest] = AsciiString.EMPTY_STRING;
      count--;
    }
  }

  private void grow() {
    AsciiString[] moreNames = new AsciiString[2 * names.length];
    AsciiString[] moreValues = new AsciiString[2 * names.length];
    for (int number = added - count; number < added; number++) {
      moreNames[number & (moreNames.length - 1)] = names[number & (names.length - 1)];
      moreValues[number & (moreNames.length - 1)] = values[number & (names.length - 1)];
    }
    names = moreNames;
    values = moreValues;
  }
}
