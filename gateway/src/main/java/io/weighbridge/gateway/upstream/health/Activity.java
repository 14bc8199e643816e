package io.weighbridge.gateway.upstream.health;

import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.upstream.health.HostHealth.Version;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which versions there is something to see of: those with a call since the last look or the one
 * before, those whose hosts changed, and those whose hosts are still busy, rest or start slowly. A
 * look costs what goes on, not what is served. Confined to the health thread.
 */
final class Activity {
  private static final int NOBODY = -1;

  private List<Version> versions = List.of();
  private Map<Integer, Version> bySlot = Map.of();
  private int[] slotBySeat = new int[0];

  /** Slots to look at the next time, whatever is counted until then. */
  private BitSet again = new BitSet();

  /**
   * Those to look at now.
   *
   * @param now served; the same list as before when nothing changed
   */
  @SuppressWarnings("ReferenceEquality") // Published whole: another list is news.
  List<Version> take(List<Version> now, List<LoopHealth> loops) {
    if (now != versions) {
      versions = now;
      changed();
    }
    BitSet slots = again;
    again = new BitSet();
    for (LoopHealth loop : loops) {
      loop.takeTouched(seat -> {
        int slot = seat < slotBySeat.length ? slotBySeat[seat] : NOBODY;
        if (slot != NOBODY) {
          slots.set(slot);
          again.set(slot);
        }
      });
    }
    List<Version> due = new ArrayList<>(slots.cardinality());
    for (int slot = slots.nextSetBit(0); slot >= 0; slot = slots.nextSetBit(slot + 1)) {
      Version version = bySlot.get(slot);
      if (version != null) {
        due.add(version);
      }
    }
    return due;
  }

  /** Something is known of the seat that no call showed: its version is looked at the next time. */
  void touched(int seat) {
    int slot = seat < slotBySeat.length ? slotBySeat[seat] : NOBODY;
    if (slot != NOBODY) {
      again.set(slot);
    }
  }

  /** The version is looked at the next time as well. */
  void again(Version version) {
    again.set(version.slot());
  }

  /** Every version is looked at the next time. */
  void all() {
    versions.forEach(this::again);
  }

  private void changed() {
    Map<Integer, Version> now = HashMap.newHashMap(versions.size());
    for (Version version : versions) {
      now.put(version.slot(), version);
      if (!version.equals(bySlot.get(version.slot()))) {
        again(version);
        version.hosts().forEach(eligible -> sits(eligible, version.slot()));
      }
    }
    bySlot = now;
  }

  private void sits(Eligible eligible, int slot) {
    int seat = eligible.seat();
    if (seat >= slotBySeat.length) {
      int known = slotBySeat.length;
      slotBySeat = Arrays.copyOf(slotBySeat, Math.max(seat + 1, 2 * known));
      Arrays.fill(slotBySeat, known, slotBySeat.length, NOBODY);
    }
    slotBySeat[seat] = slot;
  }
}
