package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.pipeline.SimulatedHost.Mood;
import io.weighbridge.gateway.route.ModelSpec.SecondTry;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What second hosts for late calls bring, and what they cost, in virtual time. */
class HedgeSimulationTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);
  private static final int SEEDS = 2;

  /** What a loop may have saved of its budget. */
  private static final int SAVED_MAX = 100;

  private static final double BUDGET = 0.2;

  /**
   * What came of calls in some seconds.
   *
   * @param tries of hosts for each call
   */
  private record Result(long p99Ns, double tries, long calls) {}

  private static Result measure(SimulatedWorld world, int seconds) {
    world.callers.forEach(caller -> caller.calls.clear());
    int before = world.accepted();
    world.loop.run(seconds * SECOND_NS);
    long[] tookNs =
        world.callers.stream()
            .flatMap(caller -> caller.calls.stream())
            .filter(SimulatedCall::answeredOk)
            .mapToLong(call -> call.durationNs)
            .sorted()
            .toArray();
    long calls = world.ends().count();
    assertThat(tookNs).as("answered of %d", calls).hasSizeGreaterThan((int) (calls * 0.9));
    double tries = (double) (world.accepted() - before) / calls;
    return new Result(tookNs[tookNs.length * 99 / 100], tries, calls);
  }

  /** Hosts that are ten times slower in three calls of a hundred. */
  private static Result withHostsThatAreSlowNowAndThen(SecondTry secondTry, long seed)
      throws Exception {
    SimulatedWorld world = new SimulatedWorld(seed, true, secondTry);
    all(world, Mood.SLOW_NOW_AND_THEN);
    world.begin();
    world.loop.run(3 * SECOND_NS);
    Result result = measure(world, 6);
    assertThat(world.loop.faults()).as("seed %d", seed).isEmpty();
    return result;
  }

  private static void all(SimulatedWorld world, Mood mood) {
    for (int host = 0; host < world.hosts.size(); host++) {
      world.change(host, mood);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void theSlowestAnswersDoNotReachCallers() throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Result without = withHostsThatAreSlowNowAndThen(SecondTry.WHEN_FAILED, seed);
      Result with = withHostsThatAreSlowNowAndThen(SecondTry.WHEN_LATE, seed);
      assertThat(with.p99Ns()).as("seed %d", seed).isLessThan(without.p99Ns() / 2);
      assertThat(without.tries()).as("seed %d", seed).isBetween(0.99, 1.01);
      assertThat(with.tries()).as("seed %d", seed).isBetween(1.01, 1.1);
    }
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void whenAllHostsGetSlowTheBudgetIsTheMost() throws Exception {
    for (long seed = 1; seed <= SEEDS; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, true);
      world.begin();
      world.loop.run(3 * SECOND_NS);
      all(world, Mood.TEN_TIMES_SLOWER);
      Result slow = measure(world, 5);
      double most = 1 + BUDGET + (double) SAVED_MAX / slow.calls();
      assertThat(slow.tries()).as("seed %d", seed).isBetween(1.0, most);
      // What is usual now is not late.
      assertThat(measure(world, 6).tries()).as("seed %d", seed).isLessThan(1.1);
      assertThat(world.loop.faults()).as("seed %d", seed).isEmpty();
    }
  }
}
