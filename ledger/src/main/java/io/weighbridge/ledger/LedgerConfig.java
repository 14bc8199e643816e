package io.weighbridge.ledger;

import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where a gateway's ledger lives and how it behaves. Immutable.
 *
 * @param directory the ledger: what an auditor reads
 * @param stateDirectory private to the gateway: the signing key and what was signed last; never
 *     restored from a backup together with the ledger
 * @param gatewayId names the log for life: its origin is {@code weighbridge/<gatewayId>}
 * @param softwareVersion for the BOOT record
 * @param loopLanes lanes for event loops, besides the control lane
 * @param laneBytes size of each lane's ring, a power of two
 * @param syncIntervalMs pace of the rounds of syncing; one that took longer is followed at once. So
 *     a record is synced after at most the longer of this and the sync before its own, plus its own
 * @param checkpointIntervalMs time from one signed checkpoint to the next while the tree grows
 * @param heartbeatIntervalMs after this long without any record a HEARTBEAT is written
 * @param segmentBytes a journal segment is closed once it is larger
 * @param freeBytesMin below this much free disk space nothing is accepted
 */
public record LedgerConfig(
    Path directory,
    Path stateDirectory,
    String gatewayId,
    String softwareVersion,
    int loopLanes,
    long laneBytes,
    long syncIntervalMs,
    long checkpointIntervalMs,
    long heartbeatIntervalMs,
    long segmentBytes,
    long freeBytesMin) {

  /** Smallest ring: room for a few records of the largest size. */
  public static final long LANE_BYTES_MIN = 128 * 1024;

  /** Largest ring. */
  public static final long LANE_BYTES_MAX = 1L << 30;

  /** More than a second of 40,000 typical records a second: a disk may stall for that long. */
  private static final long LANE_BYTES_DEFAULT = 16L * 1024 * 1024;

  private static final long SYNC_INTERVAL_MS_DEFAULT = 20;
  private static final long CHECKPOINT_INTERVAL_MS_DEFAULT = 500;
  private static final long HEARTBEAT_INTERVAL_MS_DEFAULT = 10_000;
  private static final long SEGMENT_BYTES_DEFAULT = 64L * 1024 * 1024;
  private static final long FREE_BYTES_MIN_DEFAULT = 64L * 1024 * 1024;
  private static final Pattern GATEWAY_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  /** Checks the values. */
  public LedgerConfig {
    if (!GATEWAY_ID.matcher(gatewayId).matches()) {
      throw new IllegalArgumentException(
          "gateway id must match " + GATEWAY_ID + ", found " + gatewayId);
    }
    if (loopLanes < 0 || loopLanes > RecordId.LOOP_LANES_MAX) {
      throw new IllegalArgumentException("lanes: 0.." + RecordId.LOOP_LANES_MAX);
    }
    if (Long.bitCount(laneBytes) != 1 || laneBytes < LANE_BYTES_MIN || laneBytes > LANE_BYTES_MAX) {
      throw new IllegalArgumentException(
          "lane bytes: a power of two, %d..%d, found %d"
              .formatted(LANE_BYTES_MIN, LANE_BYTES_MAX, laneBytes));
    }
    if (syncIntervalMs < 1 || checkpointIntervalMs < 1 || heartbeatIntervalMs < 1) {
      throw new IllegalArgumentException("intervals are at least 1 ms");
    }
    if (segmentBytes < 1 || freeBytesMin < 0) {
      throw new IllegalArgumentException("segment bytes and free bytes may not be negative");
    }
  }

  /** The values a gateway runs with. */
  public static LedgerConfig of(
      Path directory,
      Path stateDirectory,
      String gatewayId,
      String softwareVersion,
      int loopLanes) {
    return new LedgerConfig(
        directory,
        stateDirectory,
        gatewayId,
        softwareVersion,
        loopLanes,
        LANE_BYTES_DEFAULT,
        SYNC_INTERVAL_MS_DEFAULT,
        CHECKPOINT_INTERVAL_MS_DEFAULT,
        HEARTBEAT_INTERVAL_MS_DEFAULT,
        SEGMENT_BYTES_DEFAULT,
        FREE_BYTES_MIN_DEFAULT);
  }

  /** The log's name in every checkpoint. */
  public String origin() {
    return "weighbridge/" + gatewayId;
  }
}
