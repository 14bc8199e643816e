package io.weighbridge.ledger.write;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.LedgerConfig;
import java.io.IOException;
import java.time.LocalDate;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records the ledger writes of itself while it runs: HEARTBEAT, SEAL, GAP and folded refusals.
 * Confined to the sealer.
 */
final class Housekeeping {
  /** Why calls have no record. */
  static final String NOT_RECORDED = "not_recorded";

  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final long DAY_NS = 86_400_000_000_000L;
  private static final long FOLD_INTERVAL_NS = 1_000_000_000;

  /** A wall clock is corrected by less than this all the time. */
  private static final long CLOCK_STEP_MIN_NS = 10_000_000;

  /** A step of this size is told at once. */
  private static final long CLOCK_STEP_URGENT_NS = 1_000_000_000;

  private static final long NS_PER_MS = 1_000_000;

  private final ControlLane control;
  private final List<MappedLane> lanes;
  private final TreeFiles tree;
  private final FoldedRefusals refusals;
  private final LedgerClock clock;
  private final long heartbeatNs;
  private long day;
  private long clockOffsetNs;
  private long lastRecordNs;
  private long lastFoldNs;

  Housekeeping(
      ControlLane control,
      List<MappedLane> lanes,
      TreeFiles tree,
      FoldedRefusals refusals,
      LedgerClock clock,
      LedgerConfig config) {
    this.control = control;
    this.lanes = lanes;
    this.tree = tree;
    this.refusals = refusals;
    this.clock = clock;
    this.heartbeatNs = config.heartbeatIntervalMs() * NS_PER_MS;
    this.day = Math.floorDiv(clock.unixNs(), DAY_NS);
    this.clockOffsetNs = clock.unixNs() - clock.monotonicNs();
    this.lastRecordNs = clock.monotonicNs();
    this.lastFoldNs = clock.monotonicNs();
  }

  /** Something was sealed. */
  void sawRecords() {
    lastRecordNs = clock.monotonicNs();
  }

  /** The log goes on from an earlier start whose last record is of this moment. */
  void resumeFrom(long lastRecordUnixNs) {
    day = Math.floorDiv(lastRecordUnixNs, DAY_NS);
  }

  /** Appends what is due. */
  void run() throws IOException {
    long nowNs = clock.monotonicNs();
    heartbeat(nowNs);
    seal();
    if (nowNs - lastFoldNs >= FOLD_INTERVAL_NS) {
      foldNow();
    }
  }

  /** Writes what was counted so far: refusals, and calls without a record. */
  void foldNow() {
    lastFoldNs = clock.monotonicNs();
    lanes.forEach(this::gap);
    refusals.drain().forEach(this::tell);
  }

  private void heartbeat(long nowNs) {
    long stepNs = clock.unixNs() - clock.monotonicNs() - clockOffsetNs;
    boolean idle = nowNs - lastRecordNs >= heartbeatNs;
    if (!idle && Math.abs(stepNs) < CLOCK_STEP_URGENT_NS) {
      return;
    }
    Record.Builder record = Record.newBuilder().setKind(Kind.KIND_HEARTBEAT);
    record.getHeartbeatBuilder();
    if (Math.abs(stepNs) >= CLOCK_STEP_MIN_NS) {
      record.getHeartbeatBuilder().setClockStepNs(stepNs);
      clockOffsetNs += stepNs;
    }
    lastRecordNs = nowNs;
    tell(record);
  }

  private void seal() throws IOException {
    long today = Math.floorDiv(clock.unixNs(), DAY_NS);
    if (today <= day) {
      // Back by days: the clock had been ahead, and midnights are to come that it was past.
      day = today < day - 1 ? today : day;
      return;
    }
    Record.Builder record = Record.newBuilder().setKind(Kind.KIND_SEAL);
    record
        .getSealBuilder()
        .setDay(LocalDate.ofEpochDay(day).toString())
        .setTreeSize(tree.size())
        .setRoot(ByteString.copyFrom(tree.root()));
    day = today;
    tell(record);
  }

  private void tell(Record.Builder record) {
    var _ =
        control
            .appendOwn(record)
            .exceptionally(failure -> {
              log.error("{} could not be recorded", record.getKind(), failure);
              return null;
            });
  }

  private void gap(MappedLane lane) {
    LaneFile file = lane.file();
    long lost = file.lost();
    long untold = lost - lane.lostOffered();
    if (untold > 0) {
      lane.lostOffered(lost);
      var _ =
          control
              .appendOwn(gapRecord(file, untold))
              .whenComplete((_, failure) -> told(lane, lost, untold, failure != null));
    }
  }

  private static void told(MappedLane lane, long lost, long untold, boolean failed) {
    if (failed) {
      lane.lostOffered(lost - untold);
    } else {
      lane.file().lostTold(lost);
    }
  }

  /** A GAP for records that never had a sequence. */
  static Record.Builder gapRecord(LaneFile file, long count) {
    Record.Builder record = Record.newBuilder().setKind(Kind.KIND_GAP);
    record
        .getGapBuilder()
        .setLane(file.lane)
        .setBootEpoch(file.bootEpoch)
        .setCount(count)
        .setReason(NOT_RECORDED);
    return record;
  }
}
