package io.weighbridge.gateway.admission;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The models whose calls in flight have a maximum. Immutable, but for the places taken. */
public final class Bulkheads {
  /** No model has one. */
  public static final Bulkheads NONE = new Bulkheads(Map.of());

  private final @Nullable Bulkhead[] bySlot;

  /**
   * Bulkheads of this many places.
   *
   * @param placesMax by the slot of the model without a version
   */
  public Bulkheads(Map<Integer, Integer> placesMax) {
    int slots = placesMax.keySet().stream().mapToInt(slot -> slot + 1).max().orElse(0);
    bySlot = new Bulkhead[slots];
    placesMax.forEach((slot, places) -> bySlot[slot] = new Bulkhead(places));
  }

  /** The one of this slot, or null. */
  @Nullable Bulkhead of(int slot) {
    return slot < bySlot.length ? bySlot[slot] : null;
  }
}
