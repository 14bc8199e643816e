package io.weighbridge.gateway.call;

import io.weighbridge.gateway.call.HostTable.Host;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Hands out one small number per version on a host, so that what is known of it can stand in an
 * array. Thread-safe. Like {@link Slots}, numbers are never taken back: a process sees as many as
 * versions were ever held by hosts.
 */
public final class Seats {
  /** One version on one host. */
  public record Seat(Host host, int slot) {}

  private final ConcurrentHashMap<Seat, Integer> numbers = new ConcurrentHashMap<>();
  private final CopyOnWriteArrayList<Seat> seats = new CopyOnWriteArrayList<>();

  /**
   * The number of this seat, new or known.
   *
   * @param slot see {@link Target#slot}
   */
  public int of(Host host, int slot) {
    Seat seat = new Seat(host, slot);
    Integer known = numbers.get(seat);
    return known != null ? known : add(seat);
  }

  private synchronized int add(Seat seat) {
    Integer known = numbers.get(seat);
    if (known != null) {
      return known;
    }
    int number = seats.size();
    seats.add(seat);
    numbers.put(seat, number);
    return number;
  }
}
