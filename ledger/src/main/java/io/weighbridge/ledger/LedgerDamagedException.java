package io.weighbridge.ledger;

import java.io.IOException;
import java.nio.file.Path;

/**
 * The files contradict each other or themselves in a way no crash explains, so the ledger refuses
 * to start: appending would bury the evidence.
 */
public final class LedgerDamagedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Names the file and what is wrong with it. */
  public LedgerDamagedException(Path file, String what) {
    super(file + ": " + what);
  }

  /** Names the bytes that are damaged. */
  public LedgerDamagedException(Path file, long fromByte, long toByte, String what) {
    super("%s: bytes %d to %d: %s".formatted(file, fromByte, toByte - 1, what));
  }
}
