package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.tree.TilePath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where leaves become durable, in their order, before they are in any tile. Confined to the sealer.
 *
 * <p>After a failed sync the kernel may have dropped the pages and will call the next sync a
 * success, so a segment whose write or sync failed is never touched again: the group, still in
 * memory, goes to a fresh segment that begins where the group begins. A full disk is no such
 * failure: what was half written is cut off and tried again later.
 */
final class Journal implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Journal.class);

  private final Disk disk;
  private final Path directory;
  private final SecureRandom random = new SecureRandom();
  private final LaneEnds ends;
  private final Segment.Making making;
  private @Nullable Segment segment;

  /** Leaves since the last bundle's boundary, which a new segment begins with. */
  private final Group tail = new Group();

  private long nextLeaf;
  private long syncCount;
  private long lastSyncNs;

  Journal(Disk disk, Path directory, LaneEnds ends) {
    this.disk = disk;
    this.directory = directory;
    this.ends = ends;
    making = Segment.Making.of(disk, directory);
  }

  Path directory() {
    return directory;
  }

  LaneEnds ends() {
    return ends;
  }

  /**
   * Begins a segment with these leaves; the ones before may go once their tiles are synced. Those
   * that begin later hold nothing it does not.
   */
  void begin(long firstLeaf, Group leaves) throws IOException {
    List<Path> covered =
        Segment.list(directory).stream().filter(s -> Segment.firstLeaf(s) > firstLeaf).toList();
    beginBehindAll(firstLeaf, leaves);
    for (Path later : covered) {
      Files.delete(later);
    }
    if (!covered.isEmpty()) {
      disk.syncDirectory(directory);
    }
  }

  /** The same where none begins later; once the leaves are durable nothing fails any more. */
  private void beginBehindAll(long firstLeaf, Group leaves) throws IOException {
    Segment fresh = Segment.create(making, firstLeaf, random.nextLong(), ends, leaves);
    drop();
    segment = fresh;
    nextLeaf = firstLeaf;
    follow(leaves);
  }

  /**
   * Begins a segment at the last bundle's boundary.
   *
   * @return the segments before it
   */
  List<Path> roll() throws IOException {
    long boundary = nextLeaf - tail.count();
    List<Path> before = Segment.list(directory);
    Group leaves = new Group();
    leaves.addFrom(tail, 0);
    try {
      begin(boundary, leaves);
    } catch (IOException e) {
      if (Disk.passes(e)) {
        throw e;
      }
      log.error("a segment could not be begun, trying a fresh file", e);
      begin(boundary, leaves);
    }
    return before.stream().filter(s -> Segment.firstLeaf(s) < boundary).toList();
  }

  /** Takes note of leaves that are durable. */
  private void follow(Group leaves) {
    int beyondBoundary = (int) ((nextLeaf + leaves.count()) % TilePath.WIDTH);
    if (beyondBoundary <= leaves.count()) {
      tail.clear();
    }
    tail.addFrom(leaves, Math.max(0, leaves.count() - beyondBoundary));
    nextLeaf += leaves.count();
  }

  /** Index the next leaf gets. */
  long nextLeaf() {
    return nextLeaf;
  }

  /** Segments that a kill kept from ever getting their name. */
  void dropUnfinished() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path unfinished : files.filter(Disk::isTemporary).toList()) {
        Files.delete(unfinished);
      }
    }
  }

  /**
   * Makes the group durable.
   *
   * @throws IOException with {@link Disk#passes} when it may be tried again
   * @throws LedgerUnavailableException when a fresh segment failed as well
   */
  void store(Group group) throws IOException {
    Segment current = segment;
    if (current != null && stored(current, group)) {
      follow(group);
    } else {
      storeAfresh(group);
    }
  }

  /** The same in a fresh segment: the next start finds all of the group or nothing. */
  void storeAfresh(Group group) throws IOException {
    drop();
    try {
      long start = System.nanoTime();
      beginBehindAll(nextLeaf, group);
      synced(start);
    } catch (IOException e) {
      if (Disk.passes(e)) {
        throw e;
      }
      throw failed(e);
    }
  }

  private static LedgerUnavailableException failed(IOException cause) {
    LedgerUnavailableException failure =
        new LedgerUnavailableException("a fresh journal segment failed as well: " + cause);
    failure.initCause(cause);
    return failure;
  }

  private boolean stored(Segment current, Group group) throws IOException {
    try {
      current.store(group, nextLeaf);
    } catch (IOException e) {
      if (Disk.full(e) && rewound(current)) {
        throw e;
      }
      log.error("journal write failed, going on in a fresh segment", e);
      return false;
    }
    try {
      long start = System.nanoTime();
      current.sync();
      synced(start);
      return true;
    } catch (IOException e) {
      log.error("journal sync failed, going on in a fresh segment", e);
      return false;
    }
  }

  private boolean rewound(Segment current) {
    try {
      current.rewind();
      return true;
    } catch (IOException e) {
      log.error("journal could not be cut back", e);
      return false;
    }
  }

  private void synced(long startNs) {
    lastSyncNs = System.nanoTime() - startNs;
    syncCount++;
  }

  /** Bytes of the current segment. */
  long bytes() {
    return segment == null ? 0 : segment.bytes();
  }

  long syncCount() {
    return syncCount;
  }

  long lastSyncNs() {
    return lastSyncNs;
  }

  private void drop() {
    Segment old = segment;
    segment = null;
    if (old != null) {
      try {
        old.close();
      } catch (IOException e) {
        log.warn("closing a journal segment", e);
      }
    }
  }

  @Override
  public void close() {
    drop();
  }
}
