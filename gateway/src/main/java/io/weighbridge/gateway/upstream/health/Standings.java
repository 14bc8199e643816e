package io.weighbridge.gateway.upstream.health;

import org.jspecify.annotations.Nullable;

/** Where calls stand with every version on every host. Immutable; a choice reads it once. */
public final class Standings {
  static final Standings NONE = new Standings(new Standing[0]);

  private final @Nullable Standing[] bySeat;

  /**
   * Takes standings by seat; null where nothing is known.
   *
   * @param bySeat not written to any more
   */
  Standings(@Nullable Standing[] bySeat) {
    this.bySeat = bySeat;
  }

  /** The standing of a seat. */
  public Standing of(int seat) {
    Standing known = seat < bySeat.length ? bySeat[seat] : null;
    return known == null ? Standing.NEW : known;
  }
}
