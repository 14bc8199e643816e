package io.weighbridge.ledger;

import java.io.IOException;

/** The ledger does not take records now; the message says why. */
public final class LedgerUnavailableException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Says why. */
  public LedgerUnavailableException(String why) {
    super(why);
  }
}
