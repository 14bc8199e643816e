package io.weighbridge.gateway.http2;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The open streams of a connection by id. Confined to its connection's event loop.
 *
 * <p>Open addressing with linear probing; removal moves followers up, so that no graves are left.
 */
final class StreamTable {
  private static final int INITIAL_SLOTS = 16;

  private @Nullable LeanStream[] slots = new LeanStream[INITIAL_SLOTS];
  private int size;

  int size() {
    return size;
  }

  @Nullable LeanStream get(int id) {
    int at = slot(id);
    while (true) {
      LeanStream stream = slots[at];
      if (stream == null || stream.id == id) {
        return stream;
      }
      at = (at + 1) & (slots.length - 1);
    }
  }

  void add(LeanStream stream) {
    if (2 * (size + 1) > slots.length) {
      grow();
    }
    put(stream);
    size++;
  }

  private void put(LeanStream stream) {
    int at = slot(stream.id);
    while (slots[at] != null) {
      at = (at + 1) & (slots.length - 1);
    }
    slots[at] = stream;
  }

  void remove(int id) {
    int at = slot(id);
    LeanStream stream = slots[at];
    while (stream != null && stream.id != id) {
      at = (at + 1) & (slots.length - 1);
      stream = slots[at];
    }
    if (stream == null) {
      return;
    }
    size--;
    int hole = at;
    slots[hole] = null;
    for (int next = (hole + 1) & (slots.length - 1); ; next = (next + 1) & (slots.length - 1)) {
      LeanStream follower = slots[next];
      if (follower == null) {
        return;
      }
      int home = slot(follower.id);
      // It may move up unless its home lies behind the hole, seen round the table.
      if (((next - home) & (slots.length - 1)) >= ((next - hole) & (slots.length - 1))) {
        slots[hole] = follower;
        slots[next] = null;
        hole = next;
      }
    }
  }

  /** Every stream, at this moment. */
  List<LeanStream> all() {
    List<LeanStream> all = new ArrayList<>(size);
    for (LeanStream stream : slots) {
      if (stream != null) {
        all.add(stream);
      }
    }
    return all;
  }

  /** Of the streams with data that waits, the one that has waited longest, or null. */
  @Nullable LeanStream longestStalled() {
    LeanStream longest = null;
    for (LeanStream stream : slots) {
      if (stream != null
          && stream.queuedBytes > 0
          && (longest == null || stream.stalledSinceNs < longest.stalledSinceNs)) {
        longest = stream;
      }
    }
    return longest;
  }

  private void grow() {
    @Nullable LeanStream[] old = slots;
    slots = new LeanStream[2 * old.length];
    for (LeanStream stream : old) {
      if (stream != null) {
        put(stream);
      }
    }
  }

  private int slot(int id) {
    // Ids of one side are two apart.
    return (id >>> 1) & (slots.length - 1);
  }
}
