package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.tree.TilePath;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The one thread that grows the tree by what the sealer made durable: hash, write tiles and
 * bundles, sign, hand closed segments to the settler; and it writes the ledger's own records. So
 * the sealer, which waits for no tile and no signature, syncs on time.
 *
 * <p>{@link #ready}, {@link #emptyGroup} and {@link #give} are the sealer's, and after {@link
 * #stop} so is the rest; the figures are for any thread.
 */
final class Grower implements Runnable {
  /** Bytes that may wait here; beyond them the sealer takes nothing, so lanes fill and refuse. */
  static final int BACKLOG_BYTES_MAX = 32 * 1024 * 1024;

  /** Groups that may wait: control records are synced at once and come in small ones. */
  private static final int BACKLOG_GROUPS_MAX = 256;

  /** Emptied groups kept for use again; their arrays have grown by then. */
  private static final int SPARE_GROUPS_MAX = 8;

  /** Leaves the tree grows by at one go. */
  private static final int PIECE_LEAVES = 2 * TilePath.WIDTH;

  /** Then checkpoint and housekeeping have their turn, however fast records come. */
  private static final int PIECES_PER_ROUND_MAX = 32;

  /**
   * So many times as long as a piece took, the core is left to others: a group is what came in a
   * whole interval of syncs, and growing by all of it keeps calls waiting where an event loop has
   * no other core. There is no rest while another group waits.
   */
  private static final int RESTS_PER_WORK = 3;

  /**
   * Segments settled at once. A sync of the file system also writes the lanes' pages, each of which
   * costs its loop a page fault then; the more segments, the longer a start after a kill.
   */
  private static final int SEGMENTS_TO_SETTLE = 4;

  private static final long NS_PER_MS = 1_000_000;
  private static final long RETRY_NS = 200 * NS_PER_MS;

  /** Longest sleep: what housekeeping writes is later by this at most. */
  private static final long IDLE_MS_MAX = 100;

  private final Housekeeping housekeeping;
  private final TreeFiles tree;
  private final Publisher publisher;
  private final Settler settler;
  private final long checkpointIntervalNs;
  private final long idleNs;
  private final ArrayBlockingQueue<Work> backlog = new ArrayBlockingQueue<>(BACKLOG_GROUPS_MAX);
  private final ArrayBlockingQueue<Group> spare = new ArrayBlockingQueue<>(SPARE_GROUPS_MAX);
  private final AtomicLong backlogBytes = new AtomicLong();
  private final List<Path> closed = new ArrayList<>();

  /** What is being grown by, and the first record of it that is not in the tree yet. */
  private @Nullable Work growing;

  private int next;
  private final Thread thread = Thread.ofPlatform().name("ledger-tree").unstarted(this);
  private long lastCheckpointNs;
  private volatile boolean stopping;
  private volatile String full = "";
  private volatile @Nullable Exception failure;
  private volatile long treeSize;

  /** A group that is durable, and the segments that were closed after it. */
  private record Work(Group group, List<Path> closed) {}

  Grower(LedgerConfig config, Housekeeping housekeeping, Recovered recovered, Settler settler) {
    this.housekeeping = housekeeping;
    this.tree = recovered.tree();
    this.publisher = recovered.publisher();
    this.settler = settler;
    this.checkpointIntervalNs = config.checkpointIntervalMs() * NS_PER_MS;
    this.idleNs = Math.min(config.checkpointIntervalMs(), IDLE_MS_MAX) * NS_PER_MS;
    this.lastCheckpointNs = System.nanoTime() - checkpointIntervalNs;
    this.treeSize = tree.size();
  }

  void start() {
    thread.start();
  }

  /** Whether another group may be given. */
  boolean ready() {
    return backlogBytes.get() < BACKLOG_BYTES_MAX && backlog.remainingCapacity() > 0;
  }

  /** A group to fill and to give. */
  Group emptyGroup() {
    Group used = spare.poll();
    return used == null ? new Group() : used;
  }

  /** Takes ownership of a durable group, and notes segments all of whose leaves it has by then. */
  void give(Group group, List<Path> closedSegments) {
    backlogBytes.addAndGet(group.totalBytes());
    backlog.add(new Work(group, closedSegments));
    LockSupport.unpark(thread);
  }

  /** Empty, or why tiles wait to be written. */
  String full() {
    return full;
  }

  /** Why this grows no more; null while it does. */
  @Nullable Exception failure() {
    return failure;
  }

  /** Leaves in the tree. */
  long treeSize() {
    return treeSize;
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        boolean done = round();
        if (!done || (growing == null && backlog.isEmpty())) {
          LockSupport.parkNanos(done ? idleNs : RETRY_NS);
        }
      }
    } catch (IOException | RuntimeException e) {
      failure = e;
    } finally {
      if (!stopping && failure == null) {
        failure = new IllegalStateException("its thread ended");
      }
    }
  }

  /** One round; false when it found no room and it must be tried again. */
  private boolean round() throws IOException {
    try {
      for (int i = 0; i < PIECES_PER_ROUND_MAX && !stopping; i++) {
        long startNs = System.nanoTime();
        if (!grow()) {
          break;
        }
        rest(System.nanoTime() - startNs);
      }
      housekeeping.run();
      long nowNs = System.nanoTime();
      boolean first = publisher.size() == 0 && tree.size() > 0;
      if (first || nowNs - lastCheckpointNs >= checkpointIntervalNs) {
        lastCheckpointNs = nowNs;
        publisher.publish(tree);
        if (closed.size() >= SEGMENTS_TO_SETTLE) {
          settle(List.of());
        }
      }
      full = "";
      return true;
    } catch (IOException e) {
      if (!Disk.passes(e)) {
        throw e;
      }
      full = String.valueOf(e.getMessage());
      return false;
    }
  }

  private void rest(long workedNs) {
    if (backlog.isEmpty()) {
      LockSupport.parkNanos(RESTS_PER_WORK * workedNs);
    }
  }

  /** Grows by a piece of the next group, if there is one. */
  private boolean grow() throws IOException {
    tree.flush(); // What a full disk kept from being written.
    if (growing == null) {
      growing = backlog.poll();
      next = 0;
    }
    Work work = growing;
    if (work == null) {
      return false;
    }
    Group group = work.group;
    int end = Math.min(group.count(), next + PIECE_LEAVES);
    for (; next < end; next++) {
      tree.add(group.bytes(), group.start(next), group.length(next));
    }
    treeSize = tree.size();
    if (end == group.count()) {
      growing = null;
      done(work);
    }
    settler.begin(tree.flush());
    return true;
  }

  private void done(Work work) {
    closed.addAll(work.closed);
    housekeeping.sawRecords();
    backlogBytes.addAndGet(-work.group.totalBytes());
    work.group.clear();
    spare.offer(work.group);
  }

  private void settle(List<Path> partial) {
    if (!closed.isEmpty()) {
      TreeFiles.Unsettled full = tree.takeUnsettled();
      List<Path> files = new ArrayList<>(full.files());
      files.addAll(partial);
      settler.settle(new TreeFiles.Unsettled(files, full.withPartials()), List.copyOf(closed));
      closed.clear();
    }
  }

  /** Ends the thread, and waits for it. */
  void stop() {
    stopping = true;
    LockSupport.unpark(thread);
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** After {@link #stop}: appends what the ledger still has to say. */
  void writeLastRecords() throws IOException {
    growAll();
    housekeeping.foldNow();
    housekeeping.run();
  }

  /** After {@link #stop}: signs everything given; the segments closed go once it is synced. */
  void finish(List<Path> closedSegments) throws IOException {
    growAll();
    closed.addAll(closedSegments);
    settle(publisher.publish(tree));
  }

  private void growAll() throws IOException {
    while (grow()) {}
  }
}
