package io.weighbridge.ledger.write;

import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.NoteSigner;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the gateway remembers outside the ledger: how often it started and the last checkpoint it
 * signed. Confined to one thread at a time.
 *
 * <p>It is written, compare-and-set, before a checkpoint is published. A ledger that shows less
 * than this, or another root, was cut or restored; signing on would fork the log.
 */
final class SignedState {
  static final String FILE = "ledger.signed";

  private static final String BOOT = "boot ";

  private final Disk disk;
  private final Path file;
  private final NoteSigner signer;
  private byte[] stored;
  private long bootEpoch;
  private Checkpoint last;

  private SignedState(Disk disk, Path file, NoteSigner signer, Checkpoint last) {
    this.disk = disk;
    this.file = file;
    this.signer = signer;
    this.stored = new byte[0];
    this.last = last;
  }

  /** Reads the state, or begins one for a log that has none. */
  static SignedState load(Disk disk, Path stateDirectory, NoteSigner signer) throws IOException {
    String origin = signer.key().name();
    Path file = stateDirectory.resolve(FILE);
    SignedState state =
        new SignedState(disk, file, signer, new Checkpoint(origin, 0, new TreeHash().empty()));
    if (Files.exists(file)) {
      state.stored = Files.readAllBytes(file);
      state.parse();
    }
    return state;
  }

  private void parse() throws LedgerDamagedException {
    String text = new String(stored, StandardCharsets.UTF_8);
    int cut = text.indexOf('\n');
    try {
      if (!text.startsWith(BOOT) || cut < 0) {
        throw new IllegalArgumentException("the first line is not a boot epoch");
      }
      bootEpoch = Long.parseLong(text.substring(BOOT.length(), cut));
      last =
          Checkpoint.open(text.substring(cut + 1).getBytes(StandardCharsets.UTF_8), signer.key());
    } catch (IllegalArgumentException e) {
      throw new LedgerDamagedException(file, String.valueOf(e.getMessage()));
    }
  }

  boolean isNew() {
    return stored.length == 0;
  }

  long bootEpoch() {
    return bootEpoch;
  }

  Checkpoint last() {
    return last;
  }

  /** Counts one more start. */
  void boot() throws IOException {
    store(bootEpoch + 1, last, signer.sign(last.text()));
  }

  /** Remembers a checkpoint and gives the signed note, which may now be published. */
  byte[] sign(long size, byte[] root) throws IOException {
    if (size < last.size()) {
      throw new LedgerDamagedException(
          file, "%d leaves were signed, will not sign %d".formatted(last.size(), size));
    }
    if (size == last.size() && !Arrays.equals(root, last.root())) {
      throw new LedgerDamagedException(file, "another root was signed for " + size + " leaves");
    }
    Checkpoint next = new Checkpoint(signer.key().name(), size, root);
    String note = signer.sign(next.text());
    if (!next.equals(last)) {
      store(bootEpoch, next, note);
    }
    return note.getBytes(StandardCharsets.UTF_8);
  }

  private void store(long boot, Checkpoint checkpoint, String note) throws IOException {
    byte[] found = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
    if (!Arrays.equals(found, stored)) {
      throw new LedgerDamagedException(file, "changed by another process while this one runs");
    }
    byte[] bytes = (BOOT + boot + "\n" + note).getBytes(StandardCharsets.UTF_8);
    disk.replaceDurably(file, bytes);
    stored = bytes;
    bootEpoch = boot;
    last = checkpoint;
  }
}
