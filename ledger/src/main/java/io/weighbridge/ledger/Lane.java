package io.weighbridge.ledger;

/**
 * Where one event loop appends the records of its calls. Confined to its owner's thread; never
 * blocks, never allocates.
 *
 * <p>Once {@link #append} returned true the record survives the death of the process.
 */
public interface Lane {

  /**
   * Gives the record its id and sequence and stores it.
   *
   * @return false when the lane cannot take it (full, or the ledger failed); nothing was stored and
   *     no sequence was used
   */
  boolean append(CallRecord callRecord);

  /** Whether a record of the largest size would be taken now. */
  boolean accepting();

  /**
   * Counts a record that was not taken although its call was served ({@code on-failure: serve}).
   * The count survives the death of the process and becomes a GAP record.
   */
  void countLost();
}
