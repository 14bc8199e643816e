package io.weighbridge.ledger.write;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.tree.TilePath;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The journal read back into the tree. Confined to recovery.
 *
 * <p>The tiles up to the journal's first leaf are synced and taken as they are ({@code audit
 * verify} re-hashes them); all after that are written again.
 */
final class Replay {
  private final Disk disk;
  private final Path quarantine;
  private final TreeFiles tree;
  private final LaneEnds ends;
  private final Checkpoint signed;
  private long lastRecordUnixNs;
  private long quarantinedBytes;
  private boolean signedRootSeen;

  /** From the last bundle's boundary before {@link #surelySynced} on. */
  private final List<byte[]> unsure = new ArrayList<>();

  Replay(Disk disk, Path directory, TreeFiles tree, LaneEnds ends, Checkpoint signed) {
    this.disk = disk;
    this.quarantine = directory.resolve("quarantine");
    this.tree = tree;
    this.ends = ends;
    this.signed = signed;
  }

  long lastRecordUnixNs() {
    return lastRecordUnixNs;
  }

  long quarantinedBytes() {
    return quarantinedBytes;
  }

  /**
   * The leaves a fresh segment has to begin with: the last group, whose sync may have failed
   * although it can be read, and what its bundle holds before it. All before stood synced when it
   * was begun.
   */
  List<byte[]> unsure() {
    return unsure;
  }

  private void surelySynced() {
    int boundary = (int) (tree.size() % TilePath.WIDTH);
    unsure.subList(0, unsure.size() - boundary).clear();
  }

  /**
   * Reads every segment; the tree then holds all leaves that were ever durable.
   *
   * @param all the journal's segments, in their order
   */
  void run(List<Path> all) throws IOException {
    if (all.isEmpty()) {
      requireNothingSigned();
      return;
    }
    List<Path> segments = fromABoundaryOn(all);
    tree.resume(Segment.firstLeaf(segments.getFirst()));
    for (int i = 0; i < segments.size(); i++) {
      boolean last = i == segments.size() - 1;
      replay(segments.get(i), last ? Long.MAX_VALUE : Segment.firstLeaf(segments.get(i + 1)));
    }
    tree.flush();
    if (lastRecordUnixNs == 0 && tree.size() > 0) {
      readLastBundle();
    }
    if (!signedRootSeen) {
      throw new LedgerDamagedException(
          segments.getLast(),
          "the log holds %d leaves, %d were signed: it was cut or restored from a copy"
              .formatted(tree.size(), signed.size()));
    }
  }

  /** The log ends where a bundle does, and the journal was closed there. */
  private void readLastBundle() throws IOException {
    String last = TilePath.entries(tree.size() / TilePath.WIDTH - 1, TilePath.WIDTH);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(quarantine.resolveSibling(last)));
    while (bytes.hasRemaining()) {
      byte[] leaf = new byte[Short.toUnsignedInt(bytes.getShort())];
      bytes.get(leaf);
      lastRecordUnixNs = Math.max(lastRecordUnixNs, Record.parseFrom(leaf).getCompletedAt());
    }
  }

  /** One segment always stays, so a journal without any was taken away. */
  private void requireNothingSigned() throws IOException {
    compareRoot();
    if (!signedRootSeen) {
      throw new LedgerDamagedException(
          quarantine.resolveSibling(Segment.DIRECTORY),
          "holds no segment, although %d leaves were signed: put back what was taken away"
              .formatted(signed.size()));
    }
  }

  /**
   * The segments without those that only a kill kept from being dropped: the settler drops the
   * oldest first, and one that was begun after a failed sync or for a lane with holes begins
   * anywhere.
   */
  private static List<Path> fromABoundaryOn(List<Path> all) throws LedgerDamagedException {
    for (int i = 0; i < all.size(); i++) {
      if (Segment.firstLeaf(all.get(i)) % TilePath.WIDTH == 0) {
        return all.subList(i, all.size());
      }
    }
    throw new LedgerDamagedException(all.getFirst(), "the segment before it is missing");
  }

  private void replay(Path segment, long successor) throws IOException {
    FrameScan scan = Segment.scan(segment);
    if (scan.firstLeaf() != tree.size()) {
      throw new LedgerDamagedException(
          segment, "begins with leaf %d, expected %d".formatted(scan.firstLeaf(), tree.size()));
    }
    compareRoot();
    surelySynced();
    for (FrameScan.Found frame : scan.frames()) {
      if (frame.kind() == Frame.LANES) {
        LaneEnds.fromBytes(frame.payload()).all().forEach(ends::set);
      } else if (frame.kind() == Frame.GROUP) {
        surelySynced();
      } else if (frame.kind() == Frame.RECORD && tree.size() < successor) {
        add(segment, frame.payload());
      }
    }
    if (successor == Long.MAX_VALUE) {
      scan.requireTornTail();
      quarantine(segment, scan);
    } else if (tree.size() < successor) {
      throw new LedgerDamagedException(
          segment,
          scan.goodEnd(),
          scan.goodEnd() + Math.max(1, scan.tailBytes()),
          "leaves %d to %d are missing".formatted(tree.size(), successor - 1));
    }
  }

  private void add(Path segment, ByteBuffer payload) throws IOException {
    byte[] leaf = new byte[payload.remaining()];
    payload.get(leaf);
    try {
      Record record = Record.parseFrom(leaf);
      ends.saw(record);
      lastRecordUnixNs = Math.max(lastRecordUnixNs, record.getCompletedAt());
      if (record.getKind() == Kind.KIND_BOOT) {
        ends.forgetBefore(record.getBootEpoch());
      }
    } catch (InvalidProtocolBufferException e) {
      throw new LedgerDamagedException(segment, "leaf " + tree.size() + " is no record");
    }
    tree.add(leaf);
    unsure.add(leaf);
    compareRoot();
    if (tree.size() % TilePath.WIDTH == 0) {
      tree.flush();
    }
  }

  private void compareRoot() throws IOException {
    if (tree.size() != signed.size()) {
      return;
    }
    if (!Arrays.equals(tree.root(), signed.root())) {
      throw new LedgerDamagedException(
          quarantine.resolveSibling(Publisher.FILE),
          "the first %d leaves do not hash to the root that was signed".formatted(signed.size()));
    }
    signedRootSeen = true;
  }

  /**
   * Keeps what was half written, for whoever wants to know; it was never acknowledged from here.
   */
  private void quarantine(Path segment, FrameScan scan) throws IOException {
    byte[] tail = scan.tail();
    boolean empty = true;
    for (byte b : tail) {
      empty &= b == 0;
    }
    if (!empty) {
      keep("journal-%s-%d".formatted(segment.getFileName(), scan.goodEnd()), tail);
    }
  }

  /** Stores bytes that no record claims. */
  void keep(String name, byte[] bytes) throws IOException {
    Files.createDirectories(quarantine);
    disk.replaceDurably(quarantine.resolve(name), bytes);
    quarantinedBytes += bytes.length;
  }
}
