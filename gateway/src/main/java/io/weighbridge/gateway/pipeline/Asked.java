package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.peek.CapturedText;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.ledger.CallRecord;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request of a stream, as the record of its answer needs it. Confined to the call's event loop.
 */
final class Asked {
  final byte[] id;

  /** Whoever finds two ids alike in it could as well have said the same id twice. */
  final long idTail;

  final byte[] versionAsked;
  final long receivedNs;
  long bytes;
  byte @Nullable [] sha256;

  /** The message just understood. */
  Asked(Peek peek, long receivedNs) {
    this(peek.id(), copy(peek.version()), receivedNs);
  }

  /** Nothing is known of what was asked but the id that the answer says. */
  Asked(CapturedText id, long receivedNs) {
    this(id, CallRecord.NONE, receivedNs);
  }

  private Asked(CapturedText id, byte[] versionAsked, long receivedNs) {
    this.id = copy(id);
    idTail = id.tail();
    this.versionAsked = versionAsked;
    this.receivedNs = receivedNs;
  }

  /** Whether an answer that says this id belongs to it. */
  boolean is(CapturedText said) {
    return said.equalTo(id, idTail);
  }

  private static byte[] copy(CapturedText text) {
    return text.isEmpty() ? CallRecord.NONE : Arrays.copyOf(text.array(), text.length());
  }
}
