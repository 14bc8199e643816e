package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Callers that begin calls whether or not others are answered, in virtual time: below what the
 * hosts can do, at twice and at ten times that.
 */
class OverloadSimulationTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final long REFUSED_NS_MAX =
      PathHarness.QUEUE_NS_MAX + TimeUnit.MILLISECONDS.toNanos(10);
  private static final int WORKERS = 4;

  private static final int WORK_MS_MAX = 40;

  /** The mean of 0 to 39 ms. */
  private static final double WORK_MS = 19.5;

  /** What became of calls that began in some time and are over. */
  private record Result(double goodput, long p99Ns, List<SimulatedCall> refused) {}

  /** Callers and hosts of a world, and how much the hosts can do. */
  private static final class Load {
    final SimulatedWorld world;
    private final double capacityPerMs;

    Load(long seed) throws Exception {
      world = new SimulatedWorld(seed, true);
      for (SimulatedHost host : world.hosts) {
        host.workers = WORKERS;
        host.pauseMsMax = WORK_MS_MAX;
      }
      capacityPerMs = world.hosts.size() * WORKERS / WORK_MS;
      world.begin();
    }

    /** Begins that many times the calls that the hosts can do, from now on. */
    Load offer(double load, int seconds) {
      double callsPerMs = load * capacityPerMs / world.callers.size();
      world.callers.forEach(caller -> caller.callsPerMs = callsPerMs);
      world.loop.run(seconds * SECOND_NS);
      return this;
    }

    Result measure(int seconds) {
      return measure(seconds, world.callers);
    }

    Result measure(int seconds, List<SimulatedCaller> of) {
      world.callers.forEach(caller -> caller.calls.clear());
      world.loop.run(seconds * SECOND_NS);
      List<Long> answeredNs = new ArrayList<>();
      List<SimulatedCall> refused = new ArrayList<>();
      for (SimulatedCaller caller : of) {
        for (SimulatedCall call : caller.calls) {
          if (call.answeredOk()) {
            answeredNs.add(call.durationNs);
          } else if (!call.end().isEmpty()) {
            refused.add(call);
          }
        }
      }
      answeredNs.sort(Comparator.naturalOrder());
      double perMs = (double) answeredNs.size() / TimeUnit.SECONDS.toMillis(seconds);
      long p99Ns = answeredNs.get((int) (answeredNs.size() * 0.99));
      return new Result(perMs / capacityPerMs, p99Ns, refused);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void whatHostsCannotDoIsRefusedAtOnceAndTheRestIsAsGoodAsEver() throws Exception {
    Load load = new Load(1);
    Result calm = load.offer(0.7, 1).measure(6);
    assertThat(calm.refused()).hasSizeLessThan(10);
    assertThat(calm.goodput()).isBetween(0.65, 0.75);
    for (double times : new double[] {2, 10}) {
      Result pressed = load.offer(times, 3).measure(4);
      assertThat(pressed.goodput()).as("at %s", times).isGreaterThan(0.9);
      assertThat(pressed.p99Ns()).as("at %s", times).isLessThan(2 * calm.p99Ns());
      assertThat(pressed.refused())
          .isNotEmpty()
          .allMatch(call -> call.end().startsWith("14 overloaded: "))
          .allMatch(call -> call.durationNs <= REFUSED_NS_MAX);
    }
    assertThat(load.world.loop.faults()).isEmpty();
  }

  /** Beside a caller that asks for a fifth of what hosts can do, another that offers that much. */
  private static Result besides(double load) throws Exception {
    Load flood = new Load(1);
    SimulatedCaller other = new SimulatedCaller(flood.world, "other", PathHarness.OTHER_TOKEN);
    flood.offer(load, 0);
    flood.world.callers.add(other);
    other.callsPerMs = 0.2 * flood.capacityPerMs;
    flood.world.loop.run(3 * SECOND_NS);
    Result result = flood.measure(12, List.of(other));
    assertThat(flood.world.loop.faults()).isEmpty();
    return result;
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aCallerThatFloodsTakesNothingFromAnother() throws Exception {
    Result busy = besides(1);
    for (double times : new double[] {2, 10}) {
      Result flooded = besides(times);
      assertThat(flooded.p99Ns())
          .as("at %s", times)
          .isLessThanOrEqualTo((long) (1.1 * busy.p99Ns()));
      assertThat(flooded.goodput()).as("at %s", times).isBetween(0.185, 0.215);
      assertThat(flooded.refused()).as("at %s", times).isEmpty();
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void afterTheFloodItIsAsBefore() throws Exception {
    Load load = new Load(3).offer(10, 3);
    Result after = load.offer(0.7, 1).measure(4);
    assertThat(after.refused()).hasSizeLessThan(10);
    assertThat(after.goodput()).isBetween(0.65, 0.75);
    assertThat(load.world.loop.faults()).isEmpty();
  }
}
