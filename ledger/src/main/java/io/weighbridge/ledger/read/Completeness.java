package io.weighbridge.ledger.read;

import io.weighbridge.audit.v1.Boot;
import io.weighbridge.audit.v1.Gap;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import java.util.Map;
import java.util.TreeMap;

/**
 * Looks for holes: sequences within each start and lane, what a BOOT says of the start before,
 * declared gaps, silence where heartbeats are due. Confined to one verification; sees every record
 * in order.
 */
final class Completeness {
  /** Heartbeats come every 10 s; three missing in a row are worth a word. */
  static final long SILENCE_NS = 35_000_000_000L;

  private static final long NS_PER_S = 1_000_000_000;

  private final Findings findings;
  private final Map<Lane, Long> next = new TreeMap<>();
  private long bootEpoch;
  private long lastNs;

  /** One lane of one start. */
  private record Lane(long boot, int lane) implements Comparable<Lane> {
    @Override
    public int compareTo(Lane other) {
      int order = Long.compare(boot, other.boot);
      return order != 0 ? order : Integer.compare(lane, other.lane);
    }

    @Override
    public String toString() {
      return "lane %d (boot %d)".formatted(lane, boot);
    }
  }

  Completeness(Findings findings) {
    this.findings = findings;
  }

  void see(String file, long leaf, Record record) {
    Lane lane = new Lane(record.getBootEpoch(), record.getLane());
    long expected = next.getOrDefault(lane, 0L);
    long sequence = record.getSequence();
    if (sequence > expected) {
      findings.missing(
          file, leaf, "%s: records %d to %d are missing".formatted(lane, expected, sequence - 1));
    } else if (sequence < expected) {
      findings.missing(file, leaf, "%s: record %d stands here again".formatted(lane, sequence));
    }
    next.put(lane, Math.max(expected, sequence + 1));
    if (record.getKind() == Kind.KIND_BOOT) {
      boot(file, leaf, record);
    } else if (record.getKind() == Kind.KIND_GAP) {
      gap(file, leaf, record.getGap());
    }
    silence(file, leaf, record);
  }

  private void boot(String file, long leaf, Record record) {
    if (record.getBootEpoch() <= bootEpoch) {
      findings.missing(
          file, leaf, "boot %d follows boot %d".formatted(record.getBootEpoch(), bootEpoch));
    }
    if (leaf > 0 && record.getBoot().getPreviousTreeSize() > leaf) {
      findings.missing(
          file,
          leaf,
          "the log held %d leaves before this start, %d stand here"
              .formatted(record.getBoot().getPreviousTreeSize(), leaf));
    }
    for (Boot.LaneEnd end : record.getBoot().getPreviousLanesList()) {
      Lane lane = new Lane(end.getBootEpoch(), end.getLane());
      long seen = next.getOrDefault(lane, 0L);
      if (seen < end.getNextSequence()) {
        findings.missing(
            file,
            leaf,
            "%s: records %d to %d are missing".formatted(lane, seen, end.getNextSequence() - 1));
      }
    }
    bootEpoch = record.getBootEpoch();
    next.keySet().removeIf(lane -> lane.boot < bootEpoch);
    lastNs = 0;
  }

  private void gap(String file, long leaf, Gap gap) {
    Lane lane = new Lane(gap.getBootEpoch(), gap.getLane());
    findings.missing(
        file,
        leaf,
        "%s: %d records, declared by the gateway (%s)"
            .formatted(lane, gap.getCount(), gap.getReason()));
  }

  private void silence(String file, long leaf, Record record) {
    long now = record.getCompletedAt();
    if (lastNs > 0 && now - lastNs > SILENCE_NS) {
      findings.note(
          file,
          leaf,
          "nothing for %d s before this record, although heartbeats are due"
              .formatted((now - lastNs) / NS_PER_S));
    }
    lastNs = Math.max(lastNs, now);
  }

  /** The sequence expected next; for records that wait in lanes. */
  long next(long boot, int lane) {
    return next.getOrDefault(new Lane(boot, lane), 0L);
  }
}
