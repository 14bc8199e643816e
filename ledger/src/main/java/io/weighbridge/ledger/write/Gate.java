package io.weighbridge.ledger.write;

/**
 * Whether records are taken, and why not. Thread-safe: written by the sealer, read by every lane.
 */
final class Gate {
  /** Begins the failure while a write found no room. */
  static final String FULL = "disk_full: ";

  /** Begins the failure while less is free than must be kept. */
  static final String LOW = "disk_low: ";

  private volatile boolean open;
  private volatile String failure = "starting";

  boolean open() {
    return open;
  }

  /** Empty while open. */
  String failure() {
    return failure;
  }

  void admit() {
    failure = "";
    open = true;
  }

  void refuse(String why) {
    open = false;
    failure = why;
  }
}
