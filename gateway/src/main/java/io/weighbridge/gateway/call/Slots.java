package io.weighbridge.gateway.call;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Hands out one small number per (model, version), so that tables built apart meet in an array
 * index. Thread-safe. Numbers are never taken back: a process sees as many as versions were ever
 * configured in it.
 */
public final class Slots {
  /** What a slot stands for. */
  public record Name(String model, String version) {}

  private final ConcurrentHashMap<Name, Integer> slots = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Name> names = new CopyOnWriteArrayList<>();

  /** The slot of this version, new or known. */
  public int of(String model, String version) {
    Name name = new Name(model, version);
    Integer known = slots.get(name);
    return known != null ? known : add(name);
  }

  private synchronized int add(Name name) {
    Integer known = slots.get(name);
    if (known != null) {
      return known;
    }
    int slot = names.size();
    names.add(name);
    slots.put(name, slot);
    return slot;
  }

  /** What this slot, handed out before, stands for. */
  public Name name(int slot) {
    return names.get(slot);
  }

  /** Every name so far, at the index of its slot; grows as slots are handed out. */
  public List<Name> names() {
    return Collections.unmodifiableList(names);
  }
}
