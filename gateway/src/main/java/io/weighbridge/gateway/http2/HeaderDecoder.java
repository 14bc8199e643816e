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

  /** Fields of a request, as most clients send them. */
  private static final int FIELDS_USUAL = 12;

  private static final HeaderBlock NOTHING = HeaderBlock.of();
  private static final byte[] NO_BYTES = {};

  private final HeaderTable table = new HeaderTable();
  private final BlockMemo memo = new BlockMemo();
  private final Scratch scratch;
  private final int listBytesMax;

  private byte[] in = NO_BYTES;
  private int at;
  private int end;
  private int listBytes;
  private boolean tableChanged;
  private HeaderBlock out = NOTHING;

  /** Where the string read last is: within the block, or decoded into scratch. */
  private byte[] stringBytes = NO_BYTES;

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

  /** Decodes {@code length} bytes of {@code bytes}, which it borrows, to {@link #takeBlock}. */
  Outcome decode(byte[] bytes, int from, int length) {
    HeaderBlock known = length <= BlockMemo.BYTES_MAX ? memo.find(bytes, from, length) : null;
    if (known != null) {
      out = known;
      return Outcome.DECODED;
    }
    // A field takes a byte at least.
    out = new HeaderBlock(Math.min(length, FIELDS_USUAL));
    tableChanged = false;
    Outcome outcome = read(bytes, from, length);
    // An idle connection would hold on to a whole block's frames.
    in = NO_BYTES;
    stringBytes = NO_BYTES;
    if (tableChanged) {
      memo.forget();
    } else if (outcome == Outcome.DECODED && length <= BlockMemo.BYTES_MAX) {
      memo.keep(bytes, from, length, out);
    }
    return outcome;
  }

  /**
   * Hands over the block decoded last, which an idle connection would hold on to otherwise. One
   * that came lately, and means the same, is the same object as then.
   */
  HeaderBlock takeBlock() {
    HeaderBlock block = out;
    out = NOTHING;
    return block;
  }

  private Outcome read(byte[] bytes, int from, int length) {
    in = bytes;
    at = from;
    end = from + length;
    listBytes = 0;
    boolean mayResize = true;
    while (at < end) {
      int first = in[at];
      boolean good;
      if (first < 0) {
        good = indexed();
      } else if ((first & 0x40) != 0) {
        good = literal(6, true);
      } else if ((first & 0x20) != 0) {
        // Only at the beginning of a block (RFC 7541 section 4.2).
        good = mayResize && resize();
        if (good) {
          continue;
        }
      } else {
        good = literal(4, false);
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
    tableChanged = true;
    return true;
  }

  private boolean indexed() {
    int index = integer(7);
    if (!known(index)) {
      return false;
    }
    int age = index - StaticTable.SIZE - 1;
    if (age < 0) {
      take(StaticTable.name(index), StaticTable.value(index));
    } else {
      take(table.name(age), table.value(age));
    }
    return true;
  }

  private boolean literal(int prefixBits, boolean index) {
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
      tableChanged = true;
    }
    take(name, value);
    return true;
  }

  private boolean known(int index) {
    return index > 0 && index <= StaticTable.SIZE + table.count();
  }

  private void take(AsciiString name, AsciiString value) {
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
