package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that makes what lanes hold durable: take, journal, sync, give back, and hand it on
 * to the grower. Its methods are confined to that thread; {@link #wake}, {@link #stop} and the
 * figures are for any.
 *
 * <p>A full disk, or no file descriptor left, is waited out: the group stays in memory and nothing
 * more is taken, so the lanes fill and refuse. Any other failure that a fresh file does not cure
 * ends the ledger until the next start.
 */
final class Sealer implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Sealer.class);
  private static final long NS_PER_MS = 1_000_000;
  private static final String FAILED = "ledger_failed: ";
  private static final long RETRY_NS = 200 * NS_PER_MS;

  private static final long SPACE_CHECK_NS = 1_000 * NS_PER_MS;

  private final LedgerConfig config;
  private final Disk disk;
  private final Gate gate;
  private final List<MappedLane> lanes;
  private final ControlLane control;
  private final Journal journal;
  private final Grower grower;
  private Group group;

  /** To be told to the grower with the next group. */
  private List<Path> closedSegments = List.of();

  /** Whose turn it is to be taken first. */
  private int firstLane;

  /** Whether the last group was full, so that lanes may hold more. */
  private boolean moreWaits;

  /** Everything taken from now on was appended after this moment. */
  private long emptySinceNs = System.nanoTime();

  private final RecentMax syncAge = new RecentMax(emptySinceNs);

  private long lastSpaceCheckNs;
  private volatile boolean stopping;
  private volatile boolean terminal;
  private volatile Thread thread = Thread.currentThread();
  private volatile Figures figures = new Figures(0, 0, 0);

  /** What metrics show. */
  record Figures(long syncCount, long lastSyncNs, long syncAgeNsMax) {}

  /** The parts, all made and recovered. */
  record Parts(
      LedgerConfig config,
      Disk disk,
      Gate gate,
      List<MappedLane> lanes,
      ControlLane control,
      Journal journal,
      Grower grower) {}

  Sealer(Parts parts) {
    this.config = parts.config;
    this.disk = parts.disk;
    this.gate = parts.gate;
    this.lanes = parts.lanes;
    this.control = parts.control;
    this.journal = parts.journal;
    this.grower = parts.grower;
    this.group = grower.emptyGroup();
    this.lastSpaceCheckNs = System.nanoTime() - SPACE_CHECK_NS;
  }

  void wake() {
    LockSupport.unpark(thread);
  }

  void stop() {
    stopping = true;
    wake();
  }

  boolean terminal() {
    return terminal;
  }

  Figures figures() {
    return figures;
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    boolean finished = false;
    try {
      grower.start();
      while (!stopping) {
        long startNs = System.nanoTime();
        boolean done = round();
        pause(startNs, done);
      }
      finish();
      finished = true;
    } catch (IOException | RuntimeException e) {
      log.error("the ledger stops taking records", e);
      gate.refuse(FAILED + e.getMessage());
    } finally {
      if (!finished) {
        terminal = true;
        gate.refuse(gate.failure().startsWith(FAILED) ? gate.failure() : FAILED + "see the log");
      }
      grower.stop();
      control.failAll(gate.failure());
      journal.close();
    }
  }

  /** Rounds begin at a fixed pace: what a sync took is not added to the wait for the next. */
  private void pause(long roundStartNs, boolean done) {
    if (!done) {
      LockSupport.parkNanos(RETRY_NS);
    } else if (!moreWaits) {
      long dueNs = roundStartNs + config.syncIntervalMs() * NS_PER_MS;
      LockSupport.parkNanos(dueNs - System.nanoTime());
    }
  }

  /** One round; false when it found no room and it must be tried again. */
  private boolean round() throws IOException {
    try {
      requireGrowing();
      checkSpace();
      seal();
      requireRoomForTiles();
      if (!gate.open() && !gate.failure().startsWith(Gate.LOW)) {
        gate.admit();
      }
      return true;
    } catch (IOException e) {
      if (!Disk.passes(e)) {
        throw e;
      }
      if (gate.open()) {
        log.error("no room for files; nothing is accepted until there is", e);
      }
      gate.refuse((Disk.full(e) ? Gate.FULL : Gate.NO_DESCRIPTORS) + e.getMessage());
      return false;
    }
  }

  private void checkSpace() throws IOException {
    long now = System.nanoTime();
    if (now - lastSpaceCheckNs < SPACE_CHECK_NS) {
      return;
    }
    lastSpaceCheckNs = now;
    long free = disk.freeBytes(config.directory());
    if (free < config.freeBytesMin()) {
      gate.refuse(Gate.LOW + free + " bytes are free, " + config.freeBytesMin() + " are kept");
    } else if (gate.waitsForSpace()) {
      gate.admit();
    }
  }

  /** Makes what the lanes hold now durable, up to one group of it. */
  private void seal() throws IOException {
    moreWaits = false;
    long takeNs = System.nanoTime();
    if (group.isEmpty()) {
      if (!grower.ready()) {
        return;
      }
      if (journal.bytes() >= config.segmentBytes()) {
        closedSegments = journal.roll();
      }
      takeLanes();
    }
    if (!group.isEmpty()) {
      storeGroup();
    }
    if (!moreWaits) {
      emptySinceNs = takeNs;
    }
  }

  /** A lane that fills groups by itself may not keep the next from its turn. */
  private void takeLanes() {
    for (int i = 0; i < lanes.size(); i++) {
      lanes.get((firstLane + i) % lanes.size()).take(group);
    }
    firstLane = (firstLane + 1) % lanes.size();
  }

  private void storeGroup() throws IOException {
    long firstLeaf = journal.nextLeaf();
    journal.store(group);
    long syncedNs = System.nanoTime();
    syncAge.see(syncedNs, syncedNs - emptySinceNs);
    for (MappedLane lane : lanes) {
      lane.release();
      journal.ends().set(lane.key(), lane.takenCount());
    }
    // The first group held the BOOT record, which tells how the lanes of earlier starts ended.
    journal.ends().forgetBefore(lanes.getFirst().file().bootEpoch);
    for (int i = 0; i < group.count(); i++) {
      if (group.lane(i) == RecordId.CONTROL_LANE) {
        control.completeNext(firstLeaf + i);
      }
    }
    moreWaits = group.full();
    grower.give(group, closedSegments);
    group = grower.emptyGroup();
    closedSegments = List.of();
    figures = new Figures(journal.syncCount(), journal.lastSyncNs(), syncAge.max());
  }

  /** The owners of the lanes are gone: seals what they left, signs it and lets go. */
  private void finish() throws IOException {
    sealAll();
    grower.stop();
    requireGrowing();
    grower.writeLastRecords();
    sealAll();
    List<Path> closed = new ArrayList<>(closedSegments);
    closed.addAll(journal.roll());
    grower.finish(closed);
    for (MappedLane lane : lanes) {
      Files.deleteIfExists(lane.file().path);
    }
  }

  private void sealAll() throws IOException {
    do {
      while (!grower.ready()) {
        requireGrowing();
        requireRoomForTiles();
        LockSupport.parkNanos(NS_PER_MS);
      }
      seal();
    } while (moreWaits);
  }

  /** Throws what keeps the tree from growing. */
  private void requireGrowing() throws IOException {
    Exception failure = grower.failure();
    if (failure != null) {
      throw new IOException("the tree: " + failure.getMessage(), failure);
    }
  }

  private void requireRoomForTiles() throws IOException {
    String full = grower.full();
    if (!full.isEmpty()) {
      throw new IOException(full);
    }
  }
}
