package io.weighbridge.ledger.read;

import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * One record looked for by its id, in a number of bundles that grows with the logarithm of the log.
 * Confined to its caller's thread.
 *
 * <p>Records of one lane stand in the order of boot epoch and sequence, both of which the id tells,
 * so a bundle that holds one of the lane says exactly on which side to go on. Only where the lane
 * was idle does time decide, which is a guess, as clocks step. From the place found it looks in
 * both directions until a record of the lane, or another start, brackets it.
 */
final class IdSearch {
  /** Bundles read on each side of the place found, where no bracket ends it before. */
  static final long NEARBY_BUNDLES = 64;

  /** How many boot epochs an id tells apart. */
  private static final int EPOCHS_TOLD = 1 << 12;

  private static final long NS_PER_MS = 1_000_000;

  private final Bundles bundles;
  private final long count;
  private final RecordId id;

  /** The id was made before its record and tells neither lane nor sequence. */
  private final boolean reserved;

  private boolean proved;

  /** The log's bundles. */
  @FunctionalInterface
  interface Bundles {
    List<Leaf> read(long index) throws IOException;
  }

  /** Where the record is, seen from a bundle. */
  private enum Side {
    BEFORE,
    HERE,
    AFTER,

    /** It would stand here and does not. */
    NOWHERE,

    /** The bundle has nothing to go by but its time. */
    PERHAPS_BEFORE,
    PERHAPS_AFTER
  }

  IdSearch(Bundles bundles, long count, RecordId id) {
    this.bundles = bundles;
    this.count = count;
    this.id = id;
    this.reserved = id.lane() == RecordId.RESERVED_LANE;
    this.proved = !reserved;
  }

  /** The record, if it stands near the place its id points to. */
  Optional<Leaf> near() throws IOException {
    if (count == 0) {
      return Optional.empty();
    }
    long last = bundles.read(count - 1).getLast().record().getBootEpoch();
    long epoch = last - Math.floorMod(last - id.bootEpochLow(), EPOCHS_TOLD);
    Optional<Leaf> found = Optional.empty();
    for (long start = epoch; start > 0 && found.isEmpty(); start -= EPOCHS_TOLD) {
      found = around(place(start), start);
    }
    return found;
  }

  /** Whether {@link #near} saw for sure that no bundle holds the record. */
  boolean proved() {
    return proved;
  }

  /** The first bundle the record is not after. */
  private long place(long epoch) throws IOException {
    long low = 0;
    long high = count;
    while (low < high) {
      long middle = (low + high) >>> 1;
      Side side = side(bundles.read(middle), epoch);
      if (side == Side.AFTER || side == Side.PERHAPS_AFTER) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private Optional<Leaf> around(long place, long epoch) throws IOException {
    boolean endAbove = false;
    boolean endBelow = false;
    for (long d = 0; d < NEARBY_BUNDLES && !(endAbove && endBelow); d++) {
      Side above = endAbove ? Side.BEFORE : look(place + d, epoch);
      Side below = endBelow ? Side.AFTER : look(place - 1 - d, epoch);
      if (above == Side.HERE || below == Side.HERE) {
        return in(bundles.read(above == Side.HERE ? place + d : place - 1 - d));
      }
      boolean nowhere = above == Side.NOWHERE || below == Side.NOWHERE;
      endAbove = nowhere || above == Side.BEFORE;
      endBelow = nowhere || below == Side.AFTER;
    }
    proved &= endAbove && endBelow;
    return Optional.empty();
  }

  /** What a bundle says; beyond the log's ends there is nothing. */
  private Side look(long index, long epoch) throws IOException {
    if (index < 0) {
      return Side.AFTER;
    }
    return index >= count ? Side.BEFORE : side(bundles.read(index), epoch);
  }

  private Side side(List<Leaf> bundle, long epoch) {
    boolean before = false;
    boolean after = false;
    for (Leaf leaf : bundle) {
      if (leaf.id().equals(id)) {
        return Side.HERE;
      }
      long order = order(leaf.record(), epoch);
      before |= order > 0;
      after |= order < 0;
    }
    if (before && after) {
      return Side.NOWHERE;
    }
    if (before || after) {
      return before ? Side.BEFORE : Side.AFTER;
    }
    long firstNs = bundle.getFirst().record().getCompletedAt();
    return firstNs < id.unixMs() * NS_PER_MS ? Side.PERHAPS_AFTER : Side.PERHAPS_BEFORE;
  }

  /** Below zero: stands before the one looked for; above: behind it; zero: cannot be told. */
  private long order(Record record, long epoch) {
    if (reserved) {
      return 0;
    }
    if (record.getBootEpoch() != epoch) {
      return record.getBootEpoch() - epoch;
    }
    return record.getLane() == id.lane() ? record.getSequence() - id.sequence() : 0;
  }

  private Optional<Leaf> in(List<Leaf> bundle) {
    return bundle.stream().filter(leaf -> leaf.id().equals(id)).findFirst();
  }
}
