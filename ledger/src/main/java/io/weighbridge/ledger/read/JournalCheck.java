package io.weighbridge.ledger.read;

import io.weighbridge.ledger.write.JournalView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the journal with the tree while the tree is gone through. Confined to one verification.
 *
 * <p>Under the checkpoint a journal only repeats the bundles; what lies behind the checkpoint waits
 * for the next one and is signed by nobody yet.
 */
final class JournalCheck {
  private final LedgerFolder folder;
  private final Findings findings;
  private final List<JournalView.SegmentView> segments;
  private final long size;

  JournalCheck(LedgerFolder folder, Findings findings, long size) throws IOException {
    this.folder = folder;
    this.findings = findings;
    this.segments = JournalView.segments(folder.root());
    this.size = size;
  }

  /** A leaf of the tree: the journal must say the same. */
  void see(long index, byte[] leaf) {
    for (int i = 0; i < segments.size(); i++) {
      JournalView.SegmentView segment = segments.get(i);
      long at = index - segment.firstLeaf();
      if (at >= 0
          && at < segment.leaves().size()
          && index < successor(i)
          && !segment.leaves().get((int) at).equals(ByteBuffer.wrap(leaf))) {
        findings.derived(name(segment), index, "the journal's copy of this leaf differs");
      }
    }
  }

  /** The journal's copies of these leaves; none when it lacks one. */
  List<byte[]> leaves(long first, int count) {
    List<byte[]> leaves = new ArrayList<>(count);
    for (int i = 0; i < segments.size(); i++) {
      JournalView.SegmentView segment = segments.get(i);
      long end = Math.min(segment.firstLeaf() + segment.leaves().size(), successor(i));
      for (long at = first + leaves.size(); at >= segment.firstLeaf() && at < end; at++) {
        if (leaves.size() == count) {
          return leaves;
        }
        ByteBuffer payload = segment.leaves().get((int) (at - segment.firstLeaf())).duplicate();
        byte[] leaf = new byte[payload.remaining()];
        payload.get(leaf);
        leaves.add(leaf);
      }
    }
    return leaves.size() == count ? leaves : List.of();
  }

  private long successor(int segment) {
    return segment + 1 < segments.size() ? segments.get(segment + 1).firstLeaf() : Long.MAX_VALUE;
  }

  private String name(JournalView.SegmentView segment) {
    return folder.root().relativize(segment.file()).toString();
  }

  /** Looks at the ends of the segments; answers how many leaves wait for a checkpoint. */
  long conclude() {
    long end = size;
    for (int i = 0; i < segments.size(); i++) {
      JournalView.SegmentView segment = segments.get(i);
      long goodEnd = Math.min(segment.firstLeaf() + segment.leaves().size(), successor(i));
      end = segment.leaves().isEmpty() ? end : Math.max(end, goodEnd);
      boolean cut = goodEnd < Math.min(size, successor(i));
      if (!segment.damage().isEmpty() || cut) {
        findings.derived(
            name(segment),
            goodEnd,
            "damaged from byte %d; leaves under the checkpoint stand in tile/entries%s"
                .formatted(
                    segment.goodEnd(),
                    segment.damage().isEmpty() ? "" : " (" + segment.damage() + ")"));
      } else if (segment.tailBytes() > 0 && successor(i) == Long.MAX_VALUE) {
        findings.note(
            name(segment),
            goodEnd,
            "%d bytes behind the last whole group, as a crash leaves them"
                .formatted(segment.tailBytes()));
      }
    }
    return end - size;
  }
}
