package io.weighbridge.conformance.fault;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** What befalls the proxies of a soak, drawn from a seed. Confined to its thread. */
final class SoakTrouble {
  private static final int BYTES_MAX = 100_000;

  private final Random random;
  private final List<FaultProxy> proxies;
  private final Map<String, Integer> done = new TreeMap<>();

  SoakTrouble(long seed, List<FaultProxy> proxies) {
    random = new Random(seed);
    this.proxies = proxies;
  }

  /** Something befalls one proxy, after the last thing that did is over. */
  void next() {
    FaultProxy proxy = proxies.get(random.nextInt(proxies.size()));
    boolean up = random.nextBoolean();
    long afterBytes = random.nextInt(BYTES_MAX);
    String what =
        switch (random.nextInt(7)) {
          case 0 -> {
            proxy.reset();
            yield "reset";
          }
          case 1 -> {
            proxy.vanish();
            yield "half-open";
          }
          case 2 -> {
            proxy.refuse();
            proxy.reset();
            yield "refused";
          }
          case 3 -> suffer(proxy, up, Fault.STALL);
          case 4 -> suffer(proxy, up, new Fault.Slow(50_000 + random.nextInt(500_000)));
          case 5 -> suffer(proxy, up, new Fault.Cut(afterBytes, random.nextBoolean()));
          // Upwards nobody could notice: without TLS a frame's payload is what it says.
          default -> suffer(proxy, false, new Fault.Garble(afterBytes, 1));
        };
    done.merge(what, 1, Integer::sum);
  }

  private static String suffer(FaultProxy proxy, boolean up, Fault fault) {
    if (up) {
      proxy.towardsTarget(fault);
    } else {
      proxy.towardsCaller(fault);
    }
    return fault.getClass().getSimpleName().toLowerCase(Locale.ROOT);
  }

  /** Everything is well again. */
  void over() {
    proxies.forEach(FaultProxy::heal);
  }

  @Override
  public String toString() {
    return done.toString();
  }
}
