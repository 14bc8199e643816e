package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.tree.TilePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that turns lanes into a signed tree: take, journal, sync, give back, hash, write
 * tiles, sign. Its methods are confined to that thread; {@link #wake}, {@link #stop} and the
 * figures are for any.
 *
 * <p>A full disk is waited out: the group stays in memory and nothing more is taken, so the lanes
 * fill and refuse. Any other failure that a fresh file does not cure ends the ledger until the next
 * start.
 */
final class Sealer implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(Sealer.class);
  private static final long NS_PER_MS = 1_000_000;
  private static final String FAILED = "ledger_failed: ";
  private static final long RETRY_NS = 200 * NS_PER_MS;

  /** Then checkpoint and housekeeping have their turn, however fast records come. */
  private static final int GROUPS_PER_ROUND_MAX = 16;

  private static final long SPACE_CHECK_NS = 1_000 * NS_PER_MS;

  private final LedgerConfig config;
  private final Disk disk;
  private final Gate gate;
  private final List<MappedLane> lanes;
  private final ControlLane control;
  private final Housekeeping housekeeping;
  private final Journal journal;
  private final TreeFiles tree;
  private final Publisher publisher;
  private final Settler settler;
  private final Group group = new Group();

  private long lastSpaceCheckNs;
  private long lastCheckpointNs;
  private volatile boolean stopping;
  private volatile boolean terminal;
  private volatile Thread thread = Thread.currentThread();
  private volatile Figures figures = new Figures(0, 0, 0);

  /** What metrics show. */
  record Figures(long treeSize, long syncCount, long lastSyncNs) {}

  /** The parts, all made and recovered. */
  record Parts(
      LedgerConfig config,
      Disk disk,
      Gate gate,
      List<MappedLane> lanes,
      ControlLane control,
      Housekeeping housekeeping,
      Recovered recovered,
      Settler settler) {}

  Sealer(Parts parts) {
    this.config = parts.config;
    this.disk = parts.disk;
    this.gate = parts.gate;
    this.lanes = parts.lanes;
    this.control = parts.control;
    this.housekeeping = parts.housekeeping;
    this.journal = parts.recovered.journal();
    this.tree = parts.recovered.tree();
    this.publisher = parts.recovered.publisher();
    this.settler = parts.settler;
    this.lastSpaceCheckNs = System.nanoTime() - SPACE_CHECK_NS;
    this.lastCheckpointNs = System.nanoTime() - config.checkpointIntervalMs() * NS_PER_MS;
    this.figures = new Figures(tree.size(), 0, 0);
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
      while (!stopping) {
        LockSupport.parkNanos(round() ? config.syncIntervalMs() * NS_PER_MS : RETRY_NS);
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
      control.failAll(gate.failure());
      journal.close();
    }
  }

  /** One round; false when the disk was full and it must be tried again. */
  private boolean round() throws IOException {
    try {
      checkSpace();
      housekeeping.run();
      seal();
      long now = System.nanoTime();
      if (now - lastCheckpointNs >= config.checkpointIntervalMs() * NS_PER_MS) {
        lastCheckpointNs = now;
        publish();
      }
      if (!gate.open() && !gate.failure().startsWith(Gate.LOW)) {
        gate.admit();
      }
      return true;
    } catch (IOException e) {
      if (!Disk.full(e)) {
        throw e;
      }
      if (gate.open()) {
        log.error("the disk is full, nothing is accepted until there is room", e);
      }
      gate.refuse(Gate.FULL + e.getMessage());
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
    } else if (!gate.open()) {
      gate.admit();
    }
  }

  /** Takes everything the lanes hold now into journal and tree. */
  private void seal() throws IOException {
    tree.flush();
    boolean more = true;
    for (int i = 0; more && i < GROUPS_PER_ROUND_MAX; i++) {
      if (group.isEmpty()) {
        for (MappedLane lane : lanes) {
          lane.take(group);
        }
      }
      more = group.full();
      if (!group.isEmpty()) {
        storeGroup();
      }
      tree.flush();
    }
  }

  private void storeGroup() throws IOException {
    journal.store(group, tree.size());
    for (MappedLane lane : lanes) {
      lane.release();
      journal.ends().set(lane.key(), lane.takenCount());
    }
    // The first group held the BOOT record, which tells how the lanes of earlier starts ended.
    journal.ends().forgetBefore(lanes.getFirst().file().bootEpoch);
    for (int i = 0; i < group.count(); i++) {
      int start = group.start(i);
      tree.add(Arrays.copyOfRange(group.bytes(), start, start + group.length(i)));
      if (group.lane(i) == RecordId.CONTROL_LANE) {
        control.completeNext(tree.size() - 1);
      }
    }
    group.clear();
    housekeeping.sawRecords();
    figures = new Figures(tree.size(), journal.syncCount(), journal.lastSyncNs());
  }

  private void publish() throws IOException {
    publisher.publish(tree);
    if (journal.bytes() >= config.segmentBytes()) {
      roll();
    }
  }

  /** Begins a segment at the last bundle's boundary; the older ones go once tiles are synced. */
  private void roll() throws IOException {
    long boundary = tree.size() - tree.size() % TilePath.WIDTH;
    List<Path> before = Segment.list(journal.directory());
    journal.begin(boundary, tree.bundleLeaves());
    List<Path> old = before.stream().filter(s -> Segment.firstLeaf(s) < boundary).toList();
    settler.settle(tree.takeUnsettled(), old);
  }

  /** The owners of the lanes are gone: seals what they left, signs it and lets go. */
  private void finish() throws IOException {
    housekeeping.foldNow();
    housekeeping.run();
    seal();
    List<Path> partial = publisher.publish(tree);
    long boundary = tree.size() - tree.size() % TilePath.WIDTH;
    List<Path> before = Segment.list(journal.directory());
    journal.begin(boundary, tree.bundleLeaves());
    List<Path> files = new ArrayList<>(tree.takeUnsettled());
    files.addAll(partial);
    settler.settle(files, before.stream().filter(s -> Segment.firstLeaf(s) < boundary).toList());
    for (MappedLane lane : lanes) {
      Files.deleteIfExists(lane.file().path);
    }
  }
}
