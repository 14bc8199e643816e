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
  /** So many are looked at without a second thought. */
  static final int CROWD = 500;

  /** Of a crowd, those with little to see have their turn at every so many looks. */
  static final int TURNS = 5;

  private static final int NOBODY = -1;

  private List<Version> versions = List.of();
  private Map<Integer, Version> bySlot = Map.of();
  private int[] slotBySeat = new int[0];

  /** Slots to look at the next time, whatever is counted until then. */
  private BitSet again = new BitSet();

  /** Slots of which there is little to see. */
  private final BitSet quiet = new BitSet();

  private int turn;

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
    if (slots.cardinality() > CROWD) {
      takeTurns(slots);
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

  /** Puts those off that are quiet and whose turn it is not. */
  private void takeTurns(BitSet slots) {
    turn = (turn + 1) % TURNS;
    for (int slot = quiet.nextSetBit(0); slot >= 0; slot = quiet.nextSetBit(slot + 1)) {
      if (slot % TURNS != turn && slots.get(slot)) {
        slots.clear(slot);
        again.set(slot);
      }
    }
  }

  /** Whether there is little to see of a version: it can wait for its turn where there are many. */
  void quiet(Version version, boolean is) {
    quiet.set(version.slot(), is);
  }

  /** Something is known of the seat that no call showed: its version is looked at the next time. */
  void touched(int seat) {
    int slot = seat < slotBySeat.length ? slotBySeat[seat] : NOBODY;
    if (slot != NOBODY) {
      atOnce(slot);
    }
  }

  /** The next time, whatever is known of it and however many others there are. */
  private void atOnce(int slot) {
    again.set(slot);
    quiet.clear(slot);
  }

  /** The version is looked at the next time as well. */
  void again(Version version) {
    again.set(version.slot());
  }

  /** Every version is looked at the next time. */
  void all() {
    versions.forEach(version -> atOnce(version.slot()));
  }

  private void changed() {
    Map<Integer, Version> now = HashMap.newHashMap(versions.size());
    for (Version version : versions) {
      now.put(version.slot(), version);
      if (!version.equals(bySlot.get(version.slot()))) {
        atOnce(version.slot());
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
