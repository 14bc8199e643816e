package io.weighbridge.ledger.write;

/**
 * Whether records are taken, and why not. Thread-safe: written by the sealer and whoever closes the
 * ledger, read by every lane.
 */
final class Gate {
  /** Begins the failure while a write found no room. */
  static final String FULL = "disk_full: ";

  /** Begins the failure while no file could be opened. */
  static final String NO_DESCRIPTORS = "no_descriptors: ";

  /** Begins the failure while less is free than must be kept. */
  static final String LOW = "disk_low: ";

  private static final String STARTING = "starting";

  private volatile boolean open;
  private volatile String failure = STARTING;
  private boolean closed;

  boolean open() {
    return open;
  }

  /** Empty while open. */
  String failure() {
    return failure;
  }

  /** Whether all it takes to open is enough free space. */
  boolean waitsForSpace() {
    return failure.startsWith(LOW) || failure.equals(STARTING);
  }

  /** Opens, unless it was closed for good. */
  synchronized void admit() {
    if (!closed) {
      failure = "";
      open = true;
    }
  }

  /** The owner closed the ledger: it never opens again. */
  synchronized void close() {
    closed = true;
    refuse("closed");
  }

  synchronized void refuse(String why) {
    open = false;
    failure = why;
  }
}
