package io.weighbridge.ledger.read;

import io.weighbridge.ledger.read.Finding.Weight;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Collects findings within a bound. Confined to one verification. */
final class Findings {
  private final List<Finding> kept = new ArrayList<>();
  private final Map<Weight, Long> counts = new EnumMap<>(Weight.class);

  void altered(String file, long leaf, String what) {
    add(Weight.ALTERED, file, leaf, what);
  }

  void missing(String file, long leaf, String what) {
    add(Weight.MISSING, file, leaf, what);
  }

  void derived(String file, long leaf, String what) {
    add(Weight.DERIVED, file, leaf, what);
  }

  void note(String file, long leaf, String what) {
    add(Weight.NOTE, file, leaf, what);
  }

  void add(Weight weight, String file, long leaf, String what) {
    counts.merge(weight, 1L, Long::sum);
    if (kept.size() < VerifyReport.FINDINGS_MAX) {
      kept.add(new Finding(weight, file, leaf, what));
    }
  }

  /** Counts some that nobody kept. */
  void addUnkept(Weight weight, long count) {
    counts.merge(weight, count, Long::sum);
  }

  boolean any(Weight weight) {
    return counts.containsKey(weight);
  }

  long count() {
    return counts.values().stream().mapToLong(Long::longValue).sum();
  }

  List<Finding> kept() {
    return List.copyOf(kept);
  }
}
