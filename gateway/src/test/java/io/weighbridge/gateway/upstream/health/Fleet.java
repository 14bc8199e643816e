package io.weighbridge.gateway.upstream.health;

import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Seats;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Hosts of one version in virtual time, whose calls a test makes up. Confined to one thread. */
public final class Fleet {
  static final long MS = 1_000_000;

  /** Longest rest: not one of the doublings of the first. */
  static final long REST_MAX_NS = 5_000 * MS;

  public final MockTicker ticker = Ticker.newMockTicker();
  public final Eligible[] hosts;

  /** Those that may get calls now. */
  List<Eligible> serving;

  public final HostHealth health;
  public final LoopHealth loop;

  /** That many hosts. */
  public Fleet(int count) {
    Seats seats = new Seats();
    hosts = new Eligible[count];
    for (int i = 0; i < count; i++) {
      Host host =
          new Host(i, "host-" + i, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1 + i));
      hosts[i] = new Eligible(host, Proof.VERIFIED, "boot", "", 1, 1, seats.of(host, 0));
    }
    serving = List.of(hosts);
    ticker.advance(1, TimeUnit.HOURS);
    health =
        new HostHealth(
            1,
            ticker,
            new HealthLimits(REST_MAX_NS, 0, 100),
            () -> List.of(new HostHealth.Version(0, serving)));
    loop = health.loop(0);
  }

  long nowNs() {
    return ticker.nanoTime();
  }

  /** Calls that the host answers after that time. */
  void answers(int host, int count, long latencyNs) {
    for (int i = 0; i < count; i++) {
      loop.started(host);
      loop.ended(host, false);
      loop.ended(host, Outcome.ANSWERED);
      loop.took(host, latencyNs, nowNs());
    }
  }

  /** A connection to the host is made. */
  void connect(int host) {
    loop.connected(hosts[host].host());
  }

  /** Calls that the host has all of, and does not answer. */
  void waits(int host, int count) {
    for (int i = 0; i < count; i++) {
      loop.started(host);
      loop.asked(host);
    }
  }

  /** Calls that end so, at once. */
  void ends(int host, int count, Outcome outcome) {
    for (int i = 0; i < count; i++) {
      loop.started(host);
      loop.ended(host, false);
      loop.ended(host, outcome);
    }
  }

  /** The next look of the health thread. */
  public void look() {
    ticker.advance(HostHealth.LOOK_NS, TimeUnit.NANOSECONDS);
    health.look();
  }

  /** As many looks as fit into that time, while these hosts answer ten calls each between them. */
  void pass(long durationNs, int... well) {
    for (long left = durationNs; left > 0; left -= HostHealth.LOOK_NS) {
      for (int host : well) {
        answers(host, 10, 10 * MS);
      }
      look();
    }
  }

  /** Looks until the host's standing is so; how long that took. */
  long until(int host, Standing.State state, long withinNs, int... well) {
    long startNs = nowNs();
    while (state(host) != state) {
      if (nowNs() - startNs > withinNs) {
        throw new AssertionError("host " + host + " is " + state(host) + ", never " + state);
      }
      pass(HostHealth.LOOK_NS, well);
    }
    return nowNs() - startNs;
  }

  /** Makes a host fail until it rests. */
  void fails(int host, int... well) {
    while (state(host) == Standing.State.IN) {
      ends(host, 10, Outcome.ERRED);
      pass(HostHealth.LOOK_NS, well);
    }
  }

  /** A call on probation. */
  boolean tries(int host, Outcome outcome) {
    Object call = new Object();
    Probation probation = standing(host).probation();
    if (probation == null || !probation.take(call, nowNs())) {
      return false;
    }
    Objects.requireNonNull(probation.trial(call)).end(outcome, 10 * MS);
    return true;
  }

  Standing standing(int host) {
    return loop.standings().of(host);
  }

  Standing.State state(int host) {
    return standing(host).state();
  }
}
