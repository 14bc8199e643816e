package io.weighbridge.ledger.read;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.read.Finding.Weight;
import io.weighbridge.ledger.tree.Proofs;
import io.weighbridge.ledger.tree.TreeHash;
import io.weighbridge.ledger.write.JournalView;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Judges a ledger directory with nothing but its log's public key, and checkpoints kept elsewhere
 * if there are any. Confined to its caller's thread; use once.
 *
 * <p>What it does not prove: that a record says what happened (only that it is the record that was
 * signed), nor, without an anchor, that nobody with the key cut the log's end and signed again.
 */
public final class LedgerVerifier {
  private final LedgerFolder folder;
  private final NoteKey key;
  private final Findings findings = new Findings();
  private final Completeness completeness = new Completeness(findings);
  private final Map<String, Checkpoint> anchors = new LinkedHashMap<>();
  private final List<Claim> claims = new ArrayList<>();
  private boolean anchorBroken;
  private boolean anchorNotReached;

  /** Something a record says about the log before it. */
  private record Claim(long leaf, Checkpoint head) {}

  private LedgerVerifier(Path directory, NoteKey key) {
    this.folder = new LedgerFolder(directory);
    this.key = key;
  }

  /**
   * Reads everything and judges it.
   *
   * @param key from a source the auditor trusts
   * @param anchors checkpoints of this log kept elsewhere, by a name for the report
   * @param progress is told how many leaves were gone through
   */
  public static VerifyReport verify(
      Path directory, NoteKey key, Map<String, byte[]> anchors, LongConsumer progress)
      throws IOException {
    LedgerVerifier verifier = new LedgerVerifier(directory, key);
    verifier.readAnchors(anchors);
    return verifier.run(progress);
  }

  private VerifyReport run(LongConsumer progress) throws IOException {
    compareOwnKey();
    Optional<Checkpoint> head = readCheckpoint();
    if (head.isEmpty()) {
      boolean altered = findings.any(Weight.ALTERED);
      return report(altered ? Verdict.BROKEN : Verdict.NOT_JUDGED, Optional.empty(), 0, 0);
    }
    long size = head.get().size();
    JournalCheck journal = new JournalCheck(folder, findings, size);
    Set<Long> watched =
        anchors.values().stream()
            .map(Checkpoint::size)
            .collect(Collectors.toCollection(HashSet::new));
    TreeCheck tree =
        new TreeCheck(
            folder,
            head.get(),
            findings,
            watched,
            journal::leaves,
            (file, index, bytes, record) -> {
              journal.see(index, bytes);
              completeness.see(file, index, record);
              claim(index, record);
            });
    while (tree.next()) {
      progress.accept(tree.size());
    }
    boolean stands = tree.conclude();
    if (stands) {
      compareClaims(size, tree.made());
    }
    judgeAnchors(head.get(), tree.roots());
    noteStrangers(size);
    noteLanes();
    long pending = journal.conclude();
    return report(integrity(stands), head, tree.size(), pending);
  }

  private Verdict integrity(boolean stands) {
    if (findings.any(Weight.ALTERED)) {
      return Verdict.BROKEN;
    }
    return stands ? Verdict.PROVED : Verdict.NOT_JUDGED;
  }

  private VerifyReport report(
      Verdict integrity, Optional<Checkpoint> head, long hashed, long pending) {
    boolean empty = head.map(Checkpoint::size).orElse(0L) == 0;
    Verdict complete =
        findings.any(Weight.MISSING)
            ? Verdict.BROKEN
            : empty || integrity != Verdict.PROVED ? Verdict.NOT_JUDGED : Verdict.PROVED;
    Verdict anchored =
        anchorBroken
            ? Verdict.BROKEN
            : anchors.isEmpty() || anchorNotReached || head.isEmpty()
                ? Verdict.NOT_JUDGED
                : Verdict.PROVED;
    return new VerifyReport(
        integrity, complete, anchored, head, hashed, pending, findings.kept(), findings.count());
  }

  private void readAnchors(Map<String, byte[]> notes) {
    notes.forEach((name, note) -> {
      try {
        anchors.put(name, Checkpoint.open(note, key));
      } catch (IllegalArgumentException e) {
        anchorBroken = true;
        findings.note(name, -1, "no checkpoint of this log: " + e.getMessage());
      }
    });
  }

  private void compareOwnKey() {
    try {
      byte @Nullable [] own = folder.readIfThere("ledger.pub");
      byte[] expected = (key + "\n").getBytes(StandardCharsets.UTF_8);
      if (own == null || !Arrays.equals(own, expected)) {
        findings.derived("ledger.pub", -1, "is not the key this log is verified with");
      }
    } catch (IOException e) {
      findings.derived("ledger.pub", -1, "cannot be read: " + e.getMessage());
    }
  }

  private Optional<Checkpoint> readCheckpoint() {
    try {
      byte @Nullable [] note = folder.readIfThere("checkpoint");
      if (note == null) {
        findings.missing("checkpoint", -1, "there is none, so nothing can be judged");
        return Optional.empty();
      }
      return Optional.of(Checkpoint.open(note, key));
    } catch (IOException | IllegalArgumentException e) {
      findings.altered("checkpoint", -1, String.valueOf(e.getMessage()));
      return Optional.empty();
    }
  }

  private void claim(long leaf, Record record) {
    if (record.getKind() == Kind.KIND_BOOT) {
      claim(leaf, record.getBoot().getPreviousTreeSize(), record.getBoot().getPreviousRoot());
    } else if (record.getKind() == Kind.KIND_SEAL) {
      claim(leaf, record.getSeal().getTreeSize(), record.getSeal().getRoot());
    }
  }

  private void claim(long leaf, long size, ByteString root) {
    if (size > 0 && root.size() == TreeHash.BYTES) {
      claims.add(new Claim(leaf, new Checkpoint(key.name(), size, root.toByteArray())));
    } else if (size != 0) {
      findings.altered("", leaf, "this record tells of a root that is none");
    }
  }

  private void compareClaims(long size, @Nullable Map<String, byte[]> made) throws IOException {
    if (made == null) {
      findings.note("tile", -1, "too many differ to compare what BOOT and SEAL records tell of");
      return;
    }
    TileHashes tiles = new TileHashes(folder, size, made);
    for (Claim claim : claims) {
      long told = claim.head.size();
      if (told > claim.leaf || !Arrays.equals(new Proofs().root(told, tiles), claim.head.root())) {
        findings.altered(
            "",
            claim.leaf,
            "this record tells of another root of the first %d leaves".formatted(told));
      }
    }
  }

  private void judgeAnchors(Checkpoint head, Map<Long, byte[]> roots) {
    anchors.forEach((name, anchor) -> {
      if (anchor.size() > head.size()) {
        anchorBroken = true;
        findings.missing(
            name,
            head.size(),
            "%d leaves were signed, %d are here: the last %d are missing"
                .formatted(anchor.size(), head.size(), anchor.size() - head.size()));
      } else if (anchor.size() > 0 && !roots.containsKey(anchor.size())) {
        anchorNotReached = true;
        findings.note(name, -1, "cannot be judged: the tree cannot be followed that far");
      } else if (anchor.size() > 0 && !Arrays.equals(roots.get(anchor.size()), anchor.root())) {
        anchorBroken = true;
        findings.altered(
            name,
            -1,
            "the first %d leaves had the root %s when this was signed"
                .formatted(anchor.size(), anchor.rootHex()));
      }
    });
  }

  /** Files that belong to no tree of this size. */
  private void noteStrangers(long size) {
    try {
      folder.walk(
          "tile",
          file -> {
            if (!TileName.of(file).map(name -> name.within(size)).orElse(false)) {
              findings.note(file, -1, "is not part of the tree under the checkpoint");
            }
          });
    } catch (IOException e) {
      findings.note("tile", -1, "cannot be listed: " + e.getMessage());
    }
  }

  /** Records that wait in lanes: the gateway runs, or was killed and not started since. */
  private void noteLanes() {
    try {
      for (JournalView.LaneView lane : JournalView.lanes(folder.root())) {
        noteLane(lane);
      }
    } catch (IOException e) {
      findings.note("lanes", -1, "cannot be read: " + e.getMessage());
    }
  }

  private void noteLane(JournalView.LaneView lane) throws IOException {
    String file = folder.root().relativize(lane.file()).toString();
    if (!lane.damage().isEmpty()) {
      findings.note(file, -1, "cannot be read: " + lane.damage());
    }
    long waiting = 0;
    for (byte[] leaf : lane.leaves()) {
      Record record = Record.parseFrom(leaf);
      boolean sealed = record.getSequence() < completeness.next(lane.bootEpoch(), lane.lane());
      waiting += sealed ? 0 : 1;
    }
    if (waiting > 0) {
      findings.note(file, -1, waiting + " records wait to be sealed");
    }
  }
}
