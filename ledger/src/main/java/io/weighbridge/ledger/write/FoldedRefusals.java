package io.weighbridge.ledger.write;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.audit.v1.Rpc;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Refusals before authentication, counted so that a flood cannot fill the disk. Thread-safe:
 * guarded by itself.
 */
final class FoldedRefusals {
  /** Reasons are a closed list far shorter than this; more are counted together. */
  static final int REASONS_MAX = 64;

  private static final String OTHER = "other";

  private final LedgerClock clock;
  private final Map<Key, Count> counts = new LinkedHashMap<>();

  private record Key(String reason, int grpcStatus) {}

  private static final class Count {
    long count;
    long firstNs;
    long lastNs;
  }

  FoldedRefusals(LedgerClock clock) {
    this.clock = clock;
  }

  synchronized void add(String reason, int grpcStatus) {
    Key key = new Key(reason, grpcStatus);
    if (counts.size() >= REASONS_MAX && !counts.containsKey(key)) {
      key = new Key(OTHER, grpcStatus & 0xF);
    }
    Count count = counts.computeIfAbsent(key, _ -> new Count());
    long nowNs = clock.unixNs();
    count.firstNs = count.count == 0 ? nowNs : count.firstNs;
    count.lastNs = nowNs;
    count.count++;
  }

  /** One record per reason, and starts over. */
  synchronized List<Record.Builder> drain() {
    List<Record.Builder> records = new ArrayList<>(counts.size());
    counts.forEach((key, count) -> records.add(record(key, count)));
    counts.clear();
    return records;
  }

  private static Record.Builder record(Key key, Count count) {
    Record.Builder record =
        Record.newBuilder()
            .setKind(Kind.KIND_REFUSAL)
            .setReceivedAt(count.firstNs)
            .setRpc(Rpc.newBuilder().setStatus(key.grpcStatus).setReason(key.reason));
    record
        .getFoldedRefusalsBuilder()
        .setCount(count.count)
        .setFirstAt(count.firstNs)
        .setLastAt(count.lastNs);
    return record;
  }
}
