package io.weighbridge.gateway.local;

import io.weighbridge.gateway.call.Refusal;

/** What the gateway says to one question about itself. Immutable. */
public sealed interface LocalAnswer {
  /**
   * A message.
   *
   * @param bytes of the protobuf, not written to any more
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  record Message(byte[] bytes) implements LocalAnswer {}

  /**
   * A refusal.
   *
   * @param detail what is special about this one; may be empty
   */
  record Refused(Refusal why, String detail) implements LocalAnswer {}

  /** The question is none. */
  static LocalAnswer malformed(String detail) {
    return new Refused(Refusal.REQUEST_MALFORMED, detail);
  }
}
