package io.weighbridge.ledger.read;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.write.JournalView;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The records of a ledger directory as they stand under its checkpoint, and those behind it that
 * wait for the next one. Confined to its caller's thread; {@link #refresh} looks again.
 *
 * <p>It trusts the files: {@link LedgerVerifier} judges them.
 */
public final class LedgerReader {
  private final LedgerFolder folder;
  private final NoteKey key;
  private Checkpoint checkpoint;
  private byte[] note = new byte[0];

  private LedgerReader(LedgerFolder folder, NoteKey key) {
    this.folder = folder;
    this.key = key;
    this.checkpoint = new Checkpoint(key.name(), 0, new byte[32]);
  }

  /**
   * Opens a ledger with the public key it publishes itself.
   *
   * @throws IOException when the directory holds no ledger, or its checkpoint is not signed by this
   *     key
   */
  public static LedgerReader open(Path directory) throws IOException {
    return open(directory, ownKey(directory));
  }

  /** Opens a ledger with a key known from elsewhere. */
  public static LedgerReader open(Path directory, NoteKey key) throws IOException {
    LedgerReader reader = new LedgerReader(new LedgerFolder(directory), key);
    reader.refresh();
    return reader;
  }

  /** The key in the ledger's own {@code ledger.pub}, which proves nothing about who wrote it. */
  public static NoteKey ownKey(Path directory) throws IOException {
    try {
      byte[] text = new LedgerFolder(directory).read("ledger.pub");
      return NoteKey.parse(new String(text, StandardCharsets.UTF_8));
    } catch (NoSuchFileException e) {
      throw new IOException(directory + " holds no ledger: ledger.pub is missing", e);
    } catch (IllegalArgumentException e) {
      throw new IOException(directory.resolve("ledger.pub") + ": " + e.getMessage(), e);
    }
  }

  /** Reads the checkpoint again. */
  public void refresh() throws IOException {
    byte @Nullable [] found = folder.readIfThere("checkpoint");
    if (found == null) {
      return;
    }
    try {
      checkpoint = Checkpoint.open(found, key);
      note = found;
    } catch (IllegalArgumentException e) {
      throw new IOException(folder.root().resolve("checkpoint") + ": " + e.getMessage(), e);
    }
  }

  /** The checkpoint read last; of size 0 while there is none. */
  public Checkpoint checkpoint() {
    return checkpoint;
  }

  /** The checkpoint's signed bytes; empty while there is none. */
  public byte[] checkpointNote() {
    return note.clone();
  }

  LedgerFolder folder() {
    return folder;
  }

  /** One record under the checkpoint. */
  public Leaf leaf(long index) throws IOException {
    if (index < 0 || index >= checkpoint.size()) {
      throw new IndexOutOfBoundsException("leaf %d of %d".formatted(index, checkpoint.size()));
    }
    List<Leaf> bundle = bundle(index / TilePath.WIDTH);
    return bundle.get((int) (index % TilePath.WIDTH));
  }

  /** Gives every record under the checkpoint from one index to before another, in order. */
  public void forEach(long from, long to, Consumer<Leaf> action) throws IOException {
    long end = Math.min(to, checkpoint.size());
    for (long bundle = from / TilePath.WIDTH; bundle * TilePath.WIDTH < end; bundle++) {
      for (Leaf leaf : bundle(bundle)) {
        if (leaf.index() >= from && leaf.index() < end) {
          action.accept(leaf);
        }
      }
    }
  }

  /**
   * Records that fit, newest first, those not yet under a checkpoint included. Every record is
   * looked at: clocks step, so no order of time is relied on.
   *
   * @param limit most records wanted
   */
  public List<Leaf> search(Query query, int limit) throws IOException {
    List<Leaf> found = new ArrayList<>();
    for (Leaf leaf : pending().reversed()) {
      if (found.size() < limit && query.fits(leaf.record())) {
        found.add(leaf);
      }
    }
    for (long bundle = bundles() - 1; bundle >= 0 && found.size() < limit; bundle--) {
      for (Leaf leaf : bundle(bundle).reversed()) {
        if (found.size() < limit && query.fits(leaf.record())) {
          found.add(leaf);
        }
      }
    }
    return found;
  }

  /**
   * The record with this id, wherever in the log it is. A logarithm of the log is read; all of it
   * only for an id that stands nowhere near its time, and whose lane says nothing.
   */
  public Optional<Leaf> find(RecordId id) throws IOException {
    IdSearch search = new IdSearch(this::bundle, bundles(), id);
    Optional<Leaf> found = search.near();
    Predicate<Leaf> wanted = leaf -> leaf.id().equals(id);
    if (found.isEmpty()) {
      found = pending().stream().filter(wanted).findFirst();
    }
    return found.isPresent() || search.proved() ? found : findIn(0, bundles(), wanted);
  }

  private Optional<Leaf> findIn(long fromBundle, long toBundle, Predicate<Leaf> wanted)
      throws IOException {
    for (long bundle = fromBundle; bundle < toBundle; bundle++) {
      Optional<Leaf> found = bundle(bundle).stream().filter(wanted).findFirst();
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** The last record before this index that fits. */
  Optional<Leaf> lastBefore(long index, Predicate<Leaf> wanted) throws IOException {
    for (long bundle = Math.min(bundles(), index / TilePath.WIDTH + 1) - 1; bundle >= 0; bundle--) {
      for (Leaf leaf : bundle(bundle).reversed()) {
        if (leaf.index() < index && wanted.test(leaf)) {
          return Optional.of(leaf);
        }
      }
    }
    return Optional.empty();
  }

  /** The BOOT record of this start, found in a logarithm of the log. */
  Optional<Leaf> boot(long bootEpoch) throws IOException {
    long low = 0;
    long high = bundles();
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (bundle(middle).getLast().record().getBootEpoch() < bootEpoch) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    // It is the first record of its start, so the first bundle that ends in that start holds it.
    return findIn(
        low,
        Math.min(bundles(), low + 1),
        l -> l.record().getKind() == Kind.KIND_BOOT && l.record().getBootEpoch() == bootEpoch);
  }

  private long bundles() {
    return (checkpoint.size() + TilePath.WIDTH - 1) / TilePath.WIDTH;
  }

  /** Records of a bundle as far as they are under the checkpoint. */
  private List<Leaf> bundle(long index) throws IOException {
    int width = TileHashes.width(checkpoint.size(), index);
    String full = TilePath.entries(index, TilePath.WIDTH);
    byte @Nullable [] bytes =
        width == TilePath.WIDTH ? null : folder.readIfThere(TilePath.entries(index, width));
    List<byte[]> entries = Bundle.parse(full, bytes == null ? folder.read(full) : bytes);
    if (entries.size() < width) {
      throw new IOException(full + ": " + entries.size() + " leaves, expected " + width);
    }
    List<Leaf> leaves = new ArrayList<>(width);
    for (int i = 0; i < width; i++) {
      leaves.add(Leaf.parse(index * TilePath.WIDTH + i, entries.get(i)));
    }
    return leaves;
  }

  /** Records that are durable in the journal and wait for the next checkpoint. */
  public List<Leaf> pending() throws IOException {
    List<Leaf> leaves = new ArrayList<>();
    long next = checkpoint.size();
    for (JournalView.SegmentView segment : JournalView.segments(folder.root())) {
      for (long at = next; at < segment.firstLeaf() + segment.leaves().size(); at++) {
        if (at < segment.firstLeaf()) {
          return leaves;
        }
        ByteBuffer payload = segment.leaves().get((int) (at - segment.firstLeaf())).duplicate();
        byte[] bytes = new byte[payload.remaining()];
        payload.get(bytes);
        leaves.add(Leaf.parse(at, bytes));
        next = at + 1;
      }
    }
    return leaves;
  }
}
