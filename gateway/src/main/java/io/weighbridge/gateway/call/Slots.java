package io.weighbridge.gateway.call;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Hands out one small number per (model, version), so that tables built apart meet in an array
 * index. Thread-safe. Numbers are never taken back: a process sees as many as versions were ever
 * configured in it.
 */
public final class Slots {
  private record Key(String model, String version) {}

  private final ConcurrentHashMap<Key, Integer> slots = new ConcurrentHashMap<>();
  private final AtomicInteger next = new AtomicInteger();

  /** The slot of this version, new or known. */
  public int of(String model, String version) {
    return slots.computeIfAbsent(new Key(model, version), key -> next.getAndIncrement());
  }
}
