package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A lane that remembers what matters of each record. Thread-safe. */
final class FakeLane implements Lane {
  record Seen(
      int kind,
      int status,
      String reason,
      String model,
      String version,
      String host,
      int attempts,
      int integrity,
      long requestBytes,
      long responseBytes,
      String requestSha256,
      String responseSha256,
      String requestId,
      long ordinal,
      String versionAsked) {}

  final List<Seen> records = new CopyOnWriteArrayList<>();
  volatile boolean full;

  /** Records of this kind find no room. */
  volatile int fullForKind;

  final AtomicInteger lost = new AtomicInteger();
  private long sequence;

  @Override
  public boolean append(CallRecord from) {
    if (full || from.kind == fullForKind) {
      return false;
    }
    from.recordIdHigh = 0x0190_0000_0000_8000L;
    from.recordIdLow = sequence++;
    records.add(
        new Seen(
            from.kind,
            from.grpcStatus,
            new String(from.reason, UTF_8),
            new String(from.model, UTF_8),
            new String(from.versionServed, UTF_8),
            new String(from.hostId, UTF_8),
            from.attempts,
            from.integrity,
            from.requestBytes,
            from.responseBytes,
            hex(from.requestSha256),
            hex(from.responseSha256),
            new String(from.requestId, 0, from.requestIdLength, UTF_8),
            from.streamOrdinal,
            new String(from.versionAsked, UTF_8)));
    return true;
  }

  static String hex(byte @Nullable [] bytes) {
    return bytes == null ? "" : HexFormat.of().formatHex(bytes);
  }

  @Override
  public void countLost() {
    lost.incrementAndGet();
  }

  @Override
  public boolean accepting() {
    return !full;
  }
}
