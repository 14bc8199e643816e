package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;
import java.util.Arrays;

/**
 * Reads header blocks off the wire (HPACK, RFC 7541). Confined to its connection's event loop.
 *
 * <p>What the peer can make it hold is bounded: its table by {@link HeaderTable#BYTES_MAX}, a list
 * by the limit given; fields past that are read, for the table's sake, and dropped.
 */
final class HeaderDecoder {
  /** What a block was. */
  enum Outcome {
    DECODED,
    /** The list is longer than the limit; the table is still right. */
    TOO_LARGE,
    /** Not HPACK: the table is lost, and the connection with it. */
    BROKEN
  }

  /** Longest run of continuation bytes of an integer that fits an int. */
  private static final int VARINT_SHIFT_MAX = 21;

  private static final int BAD = -1;

  private final HeaderTable table = new HeaderTable();
  private final Scratch scratch;
  private final int listBytesMax;

  private byte[] in = {};
  private int at;
  private int end;
  private int listBytes;

  /** Where the string read last is: within the block, or decoded into scratch. */
  private byte[] stringBytes = in;

  private int stringAt;

  /**
   * A decoder with an empty table.
   *
   * @param scratch shared by the decoders of an event loop
   */
  HeaderDecoder(Scratch scratch, int listBytesMax) {
    this.scratch = scratch;
    this.listBytesMax = listBytesMax;
  }

  /** Decodes {@code length} bytes of {@code block} into {@code out}. Borrows the block. */
  Outcome decode(byte[] block, int from, int length, HeaderBlock out) {
    in = block;
    at = from;
    end = from + length;
    listBytes = 0;
    boolean mayResize = true;
    while (at < end) {
      int first = in[at];
      boolean good;
      if (first < 0) {
        good = indexed(out);
      } else if ((first & 0x40) != 0) {
        good = literal(6, true, out);
      } else if ((first & 0x20) != 0) {
        // Only at the beginning of a block (RFC 7541 section 4.2).
        good = mayResize && resize();
        if (good) {
          continue;
        }
      } else {
        good = literal(4, false, out);
      }
      if (!good) {
        return Outcome.BROKEN;
      }
      mayResize = false;
    }
    return listBytes > listBytesMax ? Outcome.TOO_LARGE : Outcome.DECODED;
  }

  private boolean resize() {
    int bytes = integer(5);
    if (bytes < 0 || bytes > HeaderTable.BYTES_MAX) {
      return false;
    }
    table.resize(bytes);
    return true;
  }

  private boolean indexed(HeaderBlock out) {
    int index = integer(7);
    if (!known(index)) {
      return false;
    }
    int age = index - StaticTable.SIZE - 1;
    if (age < 0) {
      take(StaticTable.name(index), StaticTable.value(index), out);
    } else {
      take(table.name(age), table.value(age), out);
    }
    return true;
  }

  private boolean literal(int prefixBits, boolean index, HeaderBlock out) {
    int nameIndex = integer(prefixBits);
    AsciiString name;
    if (nameIndex == 0) {
      int length = string();
      if (length < 0) {
        return false;
      }
      name = scratch.names().intern(stringBytes, stringAt, length);
    } else if (!known(nameIndex)) {
      return false;
    } else {
      int age = nameIndex - StaticTable.SIZE - 1;
      name = age < 0 ? StaticTable.name(nameIndex) : table.name(age);
    }
    int length = string();
    if (length < 0) {
      return false;
    }
    AsciiString value =
        length == 0
            ? AsciiString.EMPTY_STRING
            : new AsciiString(Arrays.copyOfRange(stringBytes, stringAt, stringAt + length), false);
    if (index) {
      table.add(name, value);
    }
    take(name, value, out);
    return true;
  }

  private boolean known(int index) {
    return index > 0 && index <= StaticTable.SIZE + table.count();
  }

  private void take(AsciiString name, AsciiString value, HeaderBlock out) {
    // Cannot overflow: a block's bytes are bounded, and none of them adds more than a table's size.
    listBytes += HeaderTable.sizeOf(name, value);
    if (listBytes <= listBytesMax) {
      out.add(name, value);
    }
  }

  /** An integer of RFC 7541 section 5.1 whose prefix has so many bits, or {@link #BAD}. */
  private int integer(int prefixBits) {
    if (at == end) {
      return BAD;
    }
    int mask = (1 << prefixBits) - 1;
    int value = in[at++] & mask;
    if (value < mask) {
      return value;
    }
    for (int shift = 0; shift <= VARINT_SHIFT_MAX; shift += 7) {
      if (at == end) {
        return BAD;
      }
      int next = in[at++];
      value += (next & 0x7f) << shift;
      if (next >= 0) {
        return value;
      }
    }
    return BAD;
  }

  /** Reads a string (RFC 7541 section 5.2); its length, or {@link #BAD}. */
  private int string() {
    if (at == end) {
      return BAD;
    }
    boolean huffman = in[at] < 0;
    int length = integer(7);
    if (length < 0 || length > end - at) {
      return BAD;
    }
    int from = at;
    at += length;
    if (!huffman) {
      stringBytes = in;
      stringAt = from;
      return length;
    }
    stringBytes = scratch.text(Huffman.textBytesMax(length));
    stringAt = 0;
    return Huffman.decode(in, from, length, stringBytes, 0);
  }
}
