package io.weighbridge.gateway.record;

import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;

/**
 * A lane that takes no record, so that every call is one it has to {@link #countLost}: the ledger
 * says how many there were. Confined to its owner's thread.
 */
final class CountedLane implements Lane {
  private final Lane lane;

  CountedLane(Lane lane) {
    this.lane = lane;
  }

  @Override
  public boolean append(CallRecord callRecord) {
    return false;
  }

  @Override
  public boolean accepting() {
    return false;
  }

  @Override
  public void countLost() {
    lane.countLost();
  }
}
