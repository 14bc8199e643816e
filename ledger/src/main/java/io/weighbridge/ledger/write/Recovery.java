package io.weighbridge.ledger.write;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Boot;
import io.weighbridge.audit.v1.Gap;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.NoteSigner;
import io.weighbridge.ledger.tree.TilePath;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Takes up a ledger after a close, a kill or a power cut. Confined to the opening thread; may
 * itself be killed anywhere and begun again.
 *
 * <p>The order: replay the journal; begin a new segment; seal what lanes still hold; drop the
 * lanes; publish. Nothing is dropped before what replaces it is synced: the GAP records for holes
 * in a lane go with its records, whole or not at all, and a lane that counts calls without a record
 * stays until a GAP record of the new start tells of them.
 */
final class Recovery {
  static final String LANES = "lanes";

  private final Disk disk;
  private final Path directory;
  private final SignedState state;
  private final NoteSigner signer;
  private final Settler settler;
  private final LaneEnds ends = new LaneEnds();
  private final TreeFiles tree;
  private final Journal journal;
  private final Boot.Builder boot = Boot.newBuilder();
  private final List<Record.Builder> gaps = new ArrayList<>();
  private final List<Path> untold = new ArrayList<>();
  private long recoveredRecords;

  Recovery(Disk disk, Path directory, SignedState state, NoteSigner signer, Settler settler) {
    this.disk = disk;
    this.directory = directory;
    this.state = state;
    this.signer = signer;
    this.settler = settler;
    this.tree = new TreeFiles(directory, disk);
    this.journal = new Journal(disk, directory.resolve(Segment.DIRECTORY), ends);
  }

  /** Leaves every record of earlier starts in the tree and the journal. */
  Recovered run() throws IOException {
    requireNotAhead();
    Files.deleteIfExists(TreeFiles.unfinished(directory));
    List<Path> old = Segment.list(journal.directory());
    Replay replay = new Replay(disk, directory, tree, ends, state.last());
    replay.run(old);
    long boundary = tree.size() - replay.unsure().size();
    journal.begin(boundary, groupOf(RecordId.CONTROL_LANE, replay.unsure()));
    journal.dropUnfinished();
    sealLanes(replay);
    describeBoot(replay);
    Publisher publisher = new Publisher(disk, directory, state);
    publisher.publish(tree);
    settler.settle(
        tree.takeUnsettled(), old.stream().filter(s -> Segment.firstLeaf(s) < boundary).toList());
    long bundles = tree.size() / TilePath.WIDTH;
    SealedIds sealedIds =
        new SealedIds(directory, bundles, tree.bundleLeaves(), state.bootEpoch() + 1);
    return new Recovered(
        journal, tree, publisher, sealedIds, replay.lastRecordUnixNs(), boot, gaps, untold);
  }

  /** A checkpoint that says more than was signed here: the state was restored from a copy. */
  private void requireNotAhead() throws IOException {
    Path published = directory.resolve(Publisher.FILE);
    if (!Files.exists(published)) {
      return;
    }
    Checkpoint found;
    try {
      found = Checkpoint.open(Files.readAllBytes(published), signer.key());
    } catch (IllegalArgumentException e) {
      throw new LedgerDamagedException(
          published,
          "%s; if %s was not restored from a copy, move this file away and start again: it is made anew"
              .formatted(e.getMessage(), SignedState.FILE));
    }
    Checkpoint signed = state.last();
    if (found.size() > signed.size()) {
      throw new LedgerDamagedException(
          published,
          "%d leaves are signed, the state knows of %d: it was restored from a copy"
              .formatted(found.size(), signed.size()));
    }
    if (found.size() == signed.size() && !found.equals(signed)) {
      throw new LedgerDamagedException(published, "another root than the state's was signed");
    }
  }

  private void sealLanes(Replay replay) throws IOException {
    Path lanes = directory.resolve(LANES);
    Files.createDirectories(lanes);
    List<Path> files = new ArrayList<>();
    try (Stream<Path> found = Files.list(lanes)) {
      found.filter(f -> f.toString().endsWith(LaneFile.SUFFIX)).forEach(files::add);
    }
    try (Arena arena = Arena.ofConfined()) {
      List<LaneFile> complete = new ArrayList<>();
      for (Path file : files) {
        if (LaneFile.complete(file)) {
          complete.add(LaneFile.takeUp(file, arena));
        }
      }
      // The control lane first: GAP records for the others go behind its own.
      complete.sort(
          Comparator.<LaneFile>comparingLong(f -> f.bootEpoch).thenComparingInt(f -> -f.lane));
      for (LaneFile file : complete) {
        sealLane(file, replay).forEach(leaf -> note(leaf, complete));
      }
      complete.forEach(this::tellLost);
    }
    files.removeAll(untold);
    dropLanes(disk, files);
  }

  /** Drops lanes nothing is needed of any more. */
  static void dropLanes(Disk disk, List<Path> files) throws IOException {
    for (Path file : files) {
      Files.delete(file);
    }
    if (!files.isEmpty()) {
      disk.syncDirectory(Disk.parent(files.getFirst()));
    }
  }

  /** A GAP record is durable: notes it in the lane it tells of, which its own start could not. */
  private static void note(Record record, List<LaneFile> lanes) {
    Gap gap = record.getGap();
    if (!gap.getReason().equals(Housekeeping.NOT_RECORDED)) {
      return;
    }
    for (LaneFile lane : lanes) {
      if (lane.bootEpoch == gap.getBootEpoch() && lane.lane == gap.getLane()) {
        lane.lostTold(Math.min(lane.lost(), lane.lostTold() + gap.getCount()));
      }
    }
  }

  /** What a start that was killed may have told in part already. */
  private void tellLost(LaneFile file) {
    LaneEnds.Key key = new LaneEnds.Key(file.bootEpoch, file.lane);
    long lost = file.lost() - file.lostTold() - ends.told(key);
    if (lost > 0) {
      gaps.add(Housekeeping.gapRecord(file, lost));
      untold.add(file.path);
    }
  }

  /** Returns the records that are sealed now. */
  private List<Record> sealLane(LaneFile file, Replay replay) throws IOException {
    if (ends.knowsAfter(file.bootEpoch)) {
      return List.of(); // It only stayed for its losses.
    }
    LaneEnds.Key key = new LaneEnds.Key(file.bootEpoch, file.lane);
    LaneScan scan = LaneScan.of(file, ends.next(key), KernelBoot.current());
    if (scan.torn().length > 0) {
      replay.keep("lane-%d-%d".formatted(file.bootEpoch, file.lane), scan.torn());
    }
    if (scan.leaves().isEmpty()) {
      return List.of();
    }
    List<Record> records = new ArrayList<>();
    List<byte[]> leaves = new ArrayList<>(scan.leaves());
    Record last = Record.getDefaultInstance();
    for (byte[] leaf : scan.leaves()) {
      last = Record.parseFrom(leaf);
      ends.set(key, last.getSequence() + 1);
      records.add(last);
    }
    for (LaneScan.Hole hole : scan.holes()) {
      leaves.add(lost(hole, last).toByteArray());
    }
    Group group = groupOf(file.lane, leaves);
    if (scan.holes().isEmpty()) {
      journal.store(group);
    } else {
      journal.storeAfresh(group);
    }
    leaves.forEach(tree::add);
    recoveredRecords += records.size();
    return records;
  }

  private static Group groupOf(int lane, List<byte[]> leaves) {
    Group group = new Group();
    for (byte[] leaf : leaves) {
      group.add(lane, leaf);
    }
    return group;
  }

  /** A GAP of this start's control lane, as of the last record that the lane still held. */
  private Record lost(LaneScan.Hole hole, Record last) {
    LaneEnds.Key control = new LaneEnds.Key(last.getBootEpoch(), RecordId.CONTROL_LANE);
    long sequence = ends.next(control);
    ends.set(control, sequence + 1);
    long unixMs = TimeUnit.NANOSECONDS.toMillis(last.getCompletedAt());
    RecordId id = RecordId.of(unixMs, control.bootEpoch(), control.lane(), sequence);
    Record.Builder record =
        Record.newBuilder()
            .setKind(Kind.KIND_GAP)
            .setRecordId(ByteString.copyFrom(id.toBytes()))
            .setGatewayId(last.getGatewayId())
            .setBootEpoch(control.bootEpoch())
            .setLane(control.lane())
            .setSequence(sequence)
            .setReceivedAt(last.getCompletedAt())
            .setCompletedAt(last.getCompletedAt());
    record
        .getGapBuilder()
        .setLane(last.getLane())
        .setBootEpoch(last.getBootEpoch())
        .setFromSequence(hole.from())
        .setCount(hole.count())
        .setReason("lost");
    return record.build();
  }

  private void describeBoot(Replay replay) throws IOException {
    boot.setRecoveredRecords(recoveredRecords)
        .setQuarantinedBytes(replay.quarantinedBytes())
        .setPreviousTreeSize(tree.size())
        .setPreviousRoot(ByteString.copyFrom(tree.root()));
    ends.all()
        .forEach((key, next) ->
            boot.addPreviousLanes(
                Boot.LaneEnd.newBuilder()
                    .setBootEpoch(key.bootEpoch())
                    .setLane(key.lane())
                    .setNextSequence(next)));
  }
}
