package io.weighbridge.gateway.upstream.health;

import io.weighbridge.gateway.call.HostTable.Eligible;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Tells which hosts are new to a version: another process than before, or one that could get no
 * calls. Confined to the health thread.
 */
final class Newcomers {
  private HostHealth.@Nullable Version seen;
  private @Nullable BitSet seenDraining;

  /** Processes that could get calls, by seat. */
  private Map<Integer, String> processes = Map.of();

  private long sinceNs;

  /**
   * Those that are new since the last time; none while the version itself is, for they all are.
   *
   * @param draining hosts by index; another object when it is another set
   */
  @SuppressWarnings("ReferenceEquality") // Both are published whole: another object is news.
  List<Eligible> take(HostHealth.Version version, BitSet draining, long nowNs) {
    if (version == seen && draining == seenDraining) {
      return List.of();
    }
    boolean first = seen == null;
    sinceNs = first ? nowNs : sinceNs;
    seen = version;
    seenDraining = draining;
    Map<Integer, String> before = processes;
    Map<Integer, String> now = new HashMap<>();
    List<Eligible> fresh = new ArrayList<>();
    for (Eligible eligible : version.hosts()) {
      if (draining.get(eligible.host().index())) {
        continue;
      }
      now.put(eligible.seat(), eligible.bootId());
      if (!eligible.bootId().equals(before.get(eligible.seat()))) {
        fresh.add(eligible);
      }
    }
    processes = now;
    return nowNs - sinceNs < SeatHealth.RAMP_NS ? List.of() : fresh;
  }
}
