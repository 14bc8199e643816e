package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A list of header fields in wire order, pseudo-headers first. Confined to an event loop while it
 * is being filled; once sent or received, nobody changes it.
 *
 * <p>Names and values that came from an HPACK table are the table's own objects: the same field of
 * the next call on the same connection is the same object, which is what caches by identity rest
 * on.
 */
public final class HeaderBlock {
  private static final int INITIAL_FIELDS = 6;

  private AsciiString[] fields;
  private int length;
  private @Nullable Object finding;
  private boolean repeated;
  private @Nullable HeaderBlock beginning;

  /** An empty block to fill. */
  public HeaderBlock() {
    this(INITIAL_FIELDS);
  }

  /** An empty block to fill, with room for so many fields before it has to grow. */
  public HeaderBlock(int fieldCount) {
    fields = new AsciiString[2 * fieldCount];
  }

  /**
   * A block to fill on, which begins with the fields of another one. If that is {@link #repeated},
   * its bytes are kept.
   *
   * @param moreFields room for so many more before it has to grow
   */
  public HeaderBlock(HeaderBlock beginning, int moreFields) {
    fields = Arrays.copyOf(beginning.fields, beginning.length + 2 * moreFields);
    length = beginning.length;
    this.beginning = beginning.repeated ? beginning : null;
  }

  private HeaderBlock(AsciiString[] fields) {
    this.fields = fields;
    length = fields.length;
  }

  /** A block of these names and values in turn. */
  public static HeaderBlock of(AsciiString... namesAndValues) {
    return new HeaderBlock(namesAndValues.clone());
  }

  /** Appends a field. */
  public HeaderBlock add(AsciiString name, AsciiString value) {
    if (length == fields.length) {
      fields = Arrays.copyOf(fields, 2 * length + 2);
    }
    fields[length++] = name;
    fields[length++] = value;
    return this;
  }

  /** Appends all fields of another block. */
  public HeaderBlock addAll(HeaderBlock other) {
    for (int i = 0; i < other.size(); i++) {
      add(other.name(i), other.value(i));
    }
    return this;
  }

  /** What its reader has found out about it: a block that comes again is the same object. */
  public @Nullable Object finding() {
    return finding;
  }

  /** Keeps what was found out, for when it comes again. */
  public void finding(Object found) {
    finding = found;
  }

  /** Promises that this very block will be sent again: its bytes are worth keeping. */
  public HeaderBlock repeated() {
    repeated = true;
    return this;
  }

  boolean isRepeated() {
    return repeated;
  }

  /** The repeated block it begins with, or null. */
  @Nullable HeaderBlock beginning() {
    return beginning;
  }

  /** How many fields there are. */
  public int size() {
    return length >> 1;
  }

  /** The name of field {@code i}. */
  public AsciiString name(int i) {
    return fields[2 * i];
  }

  /** The value of field {@code i}. */
  public AsciiString value(int i) {
    return fields[2 * i + 1];
  }

  /** The value of the first field with this lower-case name, or null. */
  public @Nullable AsciiString find(AsciiString name) {
    for (int i = 0; i < length; i += 2) {
      if (name.equals(fields[i])) {
        return fields[i + 1];
      }
    }
    return null;
  }
}
