package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.peek.CapturedText;
import io.weighbridge.gateway.peek.Peek;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request of a stream, as the record of its answer needs it. Confined to the call's event loop.
 */
final class Asked {
  final byte[] id;
  final byte[] versionAsked;
  final long receivedNs;
  long bytes;
  byte @Nullable [] sha256;

  /** The message just understood. */
  Asked(Peek peek, long receivedNs) {
    id = copy(peek.id());
    versionAsked = copy(peek.version());
    this.receivedNs = receivedNs;
  }

  private static byte[] copy(CapturedText text) {
    return Arrays.copyOf(text.array(), text.length());
  }
}
