package io.weighbridge.ledger;

import java.io.IOException;
import java.nio.file.Path;

/** Another process writes the ledger; a ledger has one writer. */
public final class LedgerInUseException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Names the folder. */
  public LedgerInUseException(Path directory) {
    super("another process holds " + directory);
  }
}
