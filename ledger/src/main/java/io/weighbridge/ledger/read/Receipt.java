package io.weighbridge.ledger.read;

import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.StrictBase64;
import io.weighbridge.ledger.tree.Proofs;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;

/**
 * Proof that one record is in the log, good without the log: a C2SP tlog-proof whose extra line
 * holds the leaf's bytes. Immutable.
 */
public final class Receipt {
  /** How long {@link #of} waits for a checkpoint that covers the record. */
  public static final Duration WAIT = Duration.ofSeconds(2);

  /** Largest receipt read. */
  public static final int BYTES_MAX = 256 * 1024;

  private static final String HEADING = "c2sp.org/tlog-proof@v1";
  private static final String EXTRA = "extra ";
  private static final String INDEX = "index ";
  private static final int PROOF_HASHES_MAX = 63;
  private static final Pattern NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");
  private static final long POLL_NS = 50_000_000;

  private final byte[] leaf;
  private final long index;
  private final List<byte[]> proof;
  private final String checkpoint;

  private Receipt(byte[] leaf, long index, List<byte[]> proof, String checkpoint) {
    this.leaf = leaf;
    this.index = index;
    this.proof = proof;
    this.checkpoint = checkpoint;
  }

  /**
   * The receipt of a record; empty when no record has this id, or no checkpoint covered it within
   * the wait.
   */
  public static Optional<Receipt> of(LedgerReader reader, RecordId id, Duration wait)
      throws IOException {
    long deadlineNs = System.nanoTime() + wait.toNanos();
    while (true) {
      reader.refresh();
      Optional<Leaf> found = reader.find(id);
      if (found.isPresent() && found.get().index() < reader.checkpoint().size()) {
        return Optional.of(of(reader, found.get()));
      }
      if (System.nanoTime() - deadlineNs >= 0) {
        return Optional.empty();
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private static Receipt of(LedgerReader reader, Leaf leaf) throws IOException {
    Checkpoint head = reader.checkpoint();
    List<byte[]> proof =
        new Proofs()
            .inclusion(leaf.index(), head.size(), new TileHashes(reader.folder(), head.size()));
    return new Receipt(
        leaf.bytes(),
        leaf.index(),
        proof,
        new String(reader.checkpointNote(), StandardCharsets.UTF_8));
  }

  /**
   * Reads the text form.
   *
   * @throws IllegalArgumentException saying what is wrong with it
   */
  public static Receipt parse(byte[] bytes) {
    if (bytes.length > BYTES_MAX) {
      throw new IllegalArgumentException("a receipt of " + bytes.length + " bytes");
    }
    String text = new String(bytes, StandardCharsets.UTF_8);
    int cut = text.indexOf("\n\n");
    if (cut < 0) {
      throw new IllegalArgumentException("no empty line before a checkpoint");
    }
    List<String> lines = List.of(text.substring(0, cut).split("\n", -1));
    if (lines.size() < 3
        || !lines.get(0).equals(HEADING)
        || !lines.get(1).startsWith(EXTRA)
        || !lines.get(2).startsWith(INDEX)
        || !NUMBER.matcher(lines.get(2).substring(INDEX.length())).matches()) {
      throw new IllegalArgumentException(
          "expected lines '" + HEADING + "', 'extra LEAF', 'index N'");
    }
    List<String> hashes = lines.subList(3, lines.size());
    if (hashes.size() > PROOF_HASHES_MAX) {
      throw new IllegalArgumentException("a proof of " + hashes.size() + " hashes");
    }
    return new Receipt(
        StrictBase64.decode(lines.get(1).substring(EXTRA.length())),
        Long.parseLong(lines.get(2).substring(INDEX.length())),
        hashes.stream().map(Receipt::hash).toList(),
        text.substring(cut + 2));
  }

  private static byte[] hash(String line) {
    byte[] hash = StrictBase64.decode(line);
    if (hash.length != TreeHash.BYTES) {
      throw new IllegalArgumentException("a hash has 32 bytes: " + line);
    }
    return hash;
  }

  /** The text form, to be kept in a file {@code .tlog-proof}. */
  public byte[] toBytes() {
    List<String> lines = new ArrayList<>();
    lines.add(HEADING);
    lines.add(EXTRA + StrictBase64.encode(leaf));
    lines.add(INDEX + index);
    proof.forEach(hash -> lines.add(StrictBase64.encode(hash)));
    return (String.join("\n", lines) + "\n\n" + checkpoint).getBytes(StandardCharsets.UTF_8);
  }

  /** Position in the log the receipt speaks of. */
  public long index() {
    return index;
  }

  byte[] leafBytes() {
    return leaf.clone();
  }

  List<byte[]> proof() {
    return proof;
  }

  byte[] checkpointNote() {
    return checkpoint.getBytes(StandardCharsets.UTF_8);
  }
}
