package io.weighbridge.gateway.upstream.health;

import io.weighbridge.gateway.call.HostTable.Host;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Where calls stand with every version on every host. Immutable; a choice reads it once. */
public final class Standings {
  static final Standings NONE = new Standings(new Standing[0], new BitSet());

  private final @Nullable Standing[] bySeat;
  private final BitSet draining;

  /**
   * Takes standings by seat; null where nothing is known.
   *
   * @param bySeat not written to any more
   * @param draining hosts by index; not written to any more
   */
  Standings(@Nullable Standing[] bySeat, BitSet draining) {
    this.bySeat = bySeat;
    this.draining = draining;
  }

  /** Whether an operator keeps new calls away from the host. */
  public boolean draining(Host host) {
    return draining.get(host.index());
  }

  /** The standing of a seat. */
  public Standing of(int seat) {
    Standing known = seat < bySeat.length ? bySeat[seat] : null;
    return known == null ? Standing.NEW : known;
  }
}
