package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Writes header blocks for the wire (HPACK, RFC 7541). Confined to its connection's event loop.
 *
 * <p>A field that may be indexed is one byte from its second time on. The others go as literals
 * that are never indexed, also by whoever passes them on. Strings are not Huffman-coded: a shorter
 * block would cost more than its bytes.
 */
final class HeaderEncoder {
  /** Slots of the map from a field's hash to its number at first; four a field at least. */
  private static final int INITIAL_SLOTS = 32;

  /** Slots a field may be in, so that two of the same hash do not push each other out. */
  private static final int PLACES = 4;

  private static final int UNKNOWN = -1;

  /** 2 to the power of 32 by the golden ratio: spreads what differs in a few bits. */
  private static final int GOLDEN = 0x9E3779B9;

  /** The upper ones, on which all lower ones tell; for as many slots as a full table has. */
  private static final int HASH_BITS = 9;

  /** Repeated blocks whose bytes are kept. */
  private static final int REPEATED = 4;

  private static final int INTEGER_BYTES_MAX = 6;
  private static final byte[] NOTHING = {};

  private final Scratch scratch;
  private final HeaderTable table = new HeaderTable();
  private int[] numbers = new int[INITIAL_SLOTS];
  private byte[] out = NOTHING;
  private int length;

  // Blocks sent again and again: their bytes, and how many fields the table had seen then.
  private final @Nullable HeaderBlock[] blocks = new HeaderBlock[REPEATED];
  private final int[] blockTables = new int[REPEATED];
  private final byte[][] blockBytes = new byte[REPEATED][];
  private int nextBlock;

  /** Smallest and last size the peer has set since the last block (RFC 7541 section 4.2). */
  private int resizeMin = HeaderTable.BYTES_MAX;

  private int resizeTo = HeaderTable.BYTES_MAX;
  private boolean resized;

  /** An encoder with an empty table, whose blocks are made in this scratch. */
  HeaderEncoder(Scratch scratch) {
    this.scratch = scratch;
  }

  /** The peer changed how large its table may be. */
  void peerTableBytes(long bytesMax) {
    int bytes = (int) Math.min(bytesMax, HeaderTable.BYTES_MAX);
    resizeMin = resized ? Math.min(resizeMin, bytes) : bytes;
    resizeTo = bytes;
    resized = true;
  }

  /**
   * Encodes the block; {@link #bytes} holds it until the loop encodes another. Returns its length.
   */
  int encode(HeaderBlock block) {
    if (block.isRepeated() && !resized) {
      return encodeRepeated(block);
    }
    HeaderBlock beginning = block.beginning();
    if (beginning != null && !resized) {
      encodeRepeated(beginning);
      encodeOn(block, beginning.size());
    } else {
      encodeFields(block);
    }
    return length;
  }

  /** The bytes of a block stay the same for as long as the table does. */
  private int encodeRepeated(HeaderBlock block) {
    for (int i = 0; i < REPEATED; i++) {
      if (blocks[i] == block && blockTables[i] == table.added()) {
        out = blockBytes[i];
        length = out.length;
        return length;
      }
    }
    int before = table.added();
    encodeFields(block);
    if (table.added() == before) {
      blocks[nextBlock] = block;
      blockTables[nextBlock] = before;
      blockBytes[nextBlock] = Arrays.copyOf(out, length);
      nextBlock = (nextBlock + 1) % REPEATED;
    }
    return length;
  }

  private void encodeFields(HeaderBlock block) {
    length = 0;
    out = scratch.encoded(0, 0);
    if (resized) {
      resize();
    }
    fields(block, 0);
  }

  /** Encodes the rest of a block behind its beginning, which was encoded last. */
  private void encodeOn(HeaderBlock block, int from) {
    byte[] begun = out;
    out = scratch.encoded(length, length);
    System.arraycopy(begun, 0, out, 0, length);
    fields(block, from);
  }

  private void fields(HeaderBlock block, int from) {
    for (int i = from; i < block.size(); i++) {
      field(block.name(i), block.value(i));
    }
  }

  /** The block encoded last; the array may be longer. */
  byte[] bytes() {
    return out;
  }

  private void resize() {
    resized = false;
    Arrays.fill(blocks, null);
    room(2 * INTEGER_BYTES_MAX);
    if (resizeMin < resizeTo && resizeMin < table.bytesMax()) {
      table.resize(resizeMin);
      integer(0x20, 5, resizeMin);
    }
    if (table.bytesMax() != resizeTo) {
      table.resize(resizeTo);
      integer(0x20, 5, resizeTo);
    }
  }

  private void field(AsciiString name, AsciiString value) {
    room(name.length() + value.length() + 3 * INTEGER_BYTES_MAX);
    FieldNames.Known known = FieldNames.find(name);
    int staticIndex = known == null ? StaticTable.NONE : known.staticIndex();
    if (known == null || !known.indexed()) {
      literal(0x10, 4, staticIndex, name, value);
      return;
    }
    int both = staticIndex == StaticTable.NONE ? 0 : StaticTable.findValue(staticIndex, value);
    if (both != StaticTable.NONE) {
      integer(0x80, 7, both);
      return;
    }
    int age = find(name, value);
    if (age != UNKNOWN) {
      integer(0x80, 7, StaticTable.SIZE + 1 + age);
    } else if (HeaderTable.sizeOf(name, value) > table.bytesMax() / 4) {
      // One field that pushes out most others is not worth its place.
      literal(0x00, 4, staticIndex, name, value);
    } else {
      literal(0x40, 6, staticIndex, name, value);
      table.add(name, value);
      if (4 * table.count() > numbers.length) {
        moreSlots();
      } else {
        place(name, value, table.added());
      }
    }
  }

  /** The age of a field in the table, or {@link #UNKNOWN}. */
  private int find(AsciiString name, AsciiString value) {
    int hash = hash(name, value);
    for (int i = 0; i < PLACES; i++) {
      int age = table.added() - numbers[(hash + i) & (numbers.length - 1)];
      if (isInTable(age) && table.name(age).equals(name) && table.value(age).equals(value)) {
        return age;
      }
    }
    return UNKNOWN;
  }

  private boolean isInTable(int age) {
    return age >= 0 && age < table.count();
  }

  /** Notes a field's number, where nothing is or what the table has no more. */
  private void place(AsciiString name, AsciiString value, int number) {
    int hash = hash(name, value);
    int place = 0;
    for (int i = PLACES - 1; i >= 0; i--) {
      if (!isInTable(table.added() - numbers[(hash + i) & (numbers.length - 1)])) {
        place = i;
      }
    }
    numbers[(hash + place) & (numbers.length - 1)] = number;
  }

  private void moreSlots() {
    numbers = new int[2 * numbers.length];
    for (int age = table.count() - 1; age >= 0; age--) {
      place(table.name(age), table.value(age), table.added() - age);
    }
  }

  private static int hash(AsciiString name, AsciiString value) {
    // Both hashes are kept by their strings once computed.
    int hash = 31 * name.hashCode() + value.hashCode();
    return (hash * GOLDEN) >>> (Integer.SIZE - HASH_BITS);
  }

  private void literal(
      int pattern, int prefixBits, int index, AsciiString name, AsciiString value) {
    integer(pattern, prefixBits, index);
    if (index == StaticTable.NONE) {
      string(name);
    }
    string(value);
  }

  private void string(AsciiString text) {
    integer(0, 7, text.length());
    System.arraycopy(text.array(), text.arrayOffset(), out, length, text.length());
    length += text.length();
  }

  private void integer(int pattern, int prefixBits, int value) {
    int mask = (1 << prefixBits) - 1;
    if (value < mask) {
      out[length++] = (byte) (pattern | value);
      return;
    }
    out[length++] = (byte) (pattern | mask);
    int rest = value - mask;
    while (rest > 0x7f) {
      out[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    out[length++] = (byte) rest;
  }

  private void room(int bytes) {
    if (out.length - length < bytes) {
      out = scratch.encoded(length, length + bytes);
    }
  }
}
