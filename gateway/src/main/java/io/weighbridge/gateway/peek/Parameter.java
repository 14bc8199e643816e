package io.weighbridge.gateway.peek;

/**
 * One watched request parameter as the message had it. Mutable: confined to the call's event loop,
 * overwritten by the next message.
 */
public final class Parameter {
  /** Which of {@code InferParameter}'s choices was set. */
  public enum Kind {
    ABSENT,
    TEXT,
    SIGNED,
    UNSIGNED,
    /** A bool, a double, or nothing set. */
    OTHER
  }

  private final CapturedText text = new CapturedText(Peek.PARAMETER_BYTES_MAX);
  private Kind kind = Kind.ABSENT;
  private long number;

  void clear() {
    kind = Kind.ABSENT;
    number = 0;
    text.clear();
  }

  void setText() {
    kind = Kind.TEXT;
  }

  void setOther() {
    kind = Kind.OTHER;
  }

  void setNumber(Kind kind, long number) {
    this.kind = kind;
    this.number = number;
  }

  void copyFrom(Parameter other) {
    kind = other.kind;
    number = other.number;
    text.copyFrom(other.text);
  }

  /** What the parameter holds. */
  public Kind kind() {
    return kind;
  }

  /** Whether the message had this parameter. */
  public boolean isPresent() {
    return kind != Kind.ABSENT;
  }

  boolean isNumber() {
    return kind == Kind.SIGNED || kind == Kind.UNSIGNED;
  }

  /** Whether it is a number from 0. */
  boolean isCount() {
    return kind == Kind.UNSIGNED || (kind == Kind.SIGNED && number >= 0);
  }

  /** Whether it is a text kept whole. */
  boolean isWholeText() {
    return kind == Kind.TEXT && !text.truncated();
  }

  /** The value of kind TEXT; a value over {@link Peek#PARAMETER_BYTES_MAX} is truncated. */
  public CapturedText text() {
    return text;
  }

  /** The value of kind SIGNED, or the 64 bits of kind UNSIGNED. */
  public long number() {
    return number;
  }
}
