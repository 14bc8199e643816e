package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.pipeline.SimulatedHost.Mood;
import io.weighbridge.gateway.route.ModelSpec.SecondTry;
import io.weighbridge.gateway.upstream.check.SimulatedChecks.Says;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What checks of hosts do to calls, in virtual time: of three hosts some say what they like,
 * whether it is true or not. No call is made twice.
 */
class ReadinessSimulationTest {
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  /** From the first "not ready" to the third, however late the first is asked for, and a look. */
  private static final long NOTICED_NS = 8 * SECOND_NS;

  /** In three seconds: a sixth of what callers make. */
  private static final int CALLS_MIN = 150;

  private SimulatedWorld world;
  private long seed;

  @BeforeEach
  void start() throws Exception {
    world = new SimulatedWorld(++seed, true, SecondTry.NEVER);
    world.begin();
    world.loop.run(2 * SECOND_NS);
  }

  private void say(Says says, int... hosts) {
    for (int host : hosts) {
      world.hosts.get(host).says = says;
    }
  }

  private void assertNoCallFailed() {
    List<String> over = world.ends().filter(end -> !end.isEmpty()).toList();
    assertThat(over).hasSizeGreaterThan(1_000).containsOnly("0 ");
    assertThat(world.loop.faults()).isEmpty();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void aHostThatIsNotReadyGetsNoCallsAndHasThemBackWithinItsPeriod() {
    say(Says.NOT_READY, 0);
    world.loop.run(NOTICED_NS);
    assertThat(world.share(0, 3 * SECOND_NS)).as("not ready").isZero();
    say(Says.READY, 0);
    world.loop.run(SimulatedWorld.CHECKS.periodNs());
    assertThat(world.share(0, SECOND_NS)).as("ready").isGreaterThan(0.2);
    assertNoCallFailed();
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void oneThatSaysSoBeforeItGoesLosesNoCall() {
    say(Says.NOT_READY, 0);
    world.loop.run(NOTICED_NS);
    world.change(0, Mood.DEAD);
    world.loop.run(3 * SECOND_NS);
    world.change(0, Mood.WELL);
    world.loop.run(3 * SECOND_NS);
    assertThat(world.share(0, SECOND_NS)).as("it has not said it is ready").isZero();
    say(Says.READY, 0);
    world.loop.run(SimulatedWorld.CHECKS.periodNs());
    assertThat(world.share(0, 3 * SECOND_NS)).isGreaterThan(0.2);
    assertNoCallFailed();
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource(names = {"NOTHING", "UNREACHABLE"})
  void whatOnlyChecksSufferFromIsNotHeldAgainstAHostThatAnswersCalls(Says says) {
    say(says, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(world.share(0, 4 * SECOND_NS)).isGreaterThan(0.2);
    }
    assertNoCallFailed();
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource(names = {"NOTHING", "ERROR"})
  void aHostThatGetsNoCallsIsNotReadyWhenItDoesNotAnswerThat(Says says) {
    world.callers.forEach(SimulatedCaller::stopCalling);
    say(says, 0);
    world.loop.run(NOTICED_NS + 3 * SimulatedWorld.CHECKS.answerNsMax());
    SimulatedCaller late = new SimulatedCaller(world, "late", PathHarness.TOKEN);
    world.callers.add(late);
    world.loop.run(SECOND_NS);
    assertThat(world.share(0, 3 * SECOND_NS)).isZero();
    say(Says.READY, 0);
    world.loop.run(SimulatedWorld.CHECKS.periodNs());
    assertThat(world.share(0, 3 * SECOND_NS)).isGreaterThan(0.2);
    assertThat(world.ends().filter(end -> !end.isEmpty())).containsOnly("0 ");
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void checksThatLieEmptyNoVersion() throws Exception {
    for (int[] lying : new int[][] {{0, 1, 2}, {0, 1}}) {
      start();
      say(Says.NOT_READY, lying);
      world.loop.run(NOTICED_NS);
      int[] before = world.hosts.stream().mapToInt(host -> host.accepted).toArray();
      world.loop.run(3 * SECOND_NS);
      for (int host = 0; host < before.length; host++) {
        assertThat(world.hosts.get(host).accepted - before[host]).isGreaterThan(CALLS_MIN);
      }
      assertNoCallFailed();
    }
  }
}
