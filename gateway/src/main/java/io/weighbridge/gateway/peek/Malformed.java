package io.weighbridge.gateway.peek;

/** Everything a message can be refused for while it is walked: a closed list. */
public enum Malformed {
  /** No model name in the message, or none within {@code peekBytesMax}. */
  NAME_MISSING("name_missing"),
  NAME_INVALID("name_invalid"),
  NAME_REPEATED("name_repeated"),
  VERSION_INVALID("version_invalid"),
  VERSION_REPEATED("version_repeated"),
  /** A parameter the gateway reads has the wrong type, an empty, too long or impossible value. */
  PARAMETER_INVALID("parameter_invalid"),
  /** A parameter the gateway reads is there twice, or one entry has two keys or two values. */
  PARAMETER_REPEATED("parameter_repeated"),
  /** Name, version, id and parameters do not fit into {@code peekBytesMax}. */
  ROUTING_TOO_LONG("routing_too_long"),
  /** A field that could change the route follows the point where the route was taken. */
  ROUTING_LATE("routing_late"),
  GROUP("group"),
  TAG_PADDED("tag_padded"),
  TAG_INVALID("tag_invalid"),
  WIRE_TYPE("wire_type"),
  VARINT_TOO_LONG("varint_too_long"),
  LENGTH_OVERRUN("length_overrun"),
  TRUNCATED("truncated");

  private final String word;

  Malformed(String word) {
    this.word = word;
  }

  /** The stable word for the status message and the record. */
  public String word() {
    return word;
  }
}
