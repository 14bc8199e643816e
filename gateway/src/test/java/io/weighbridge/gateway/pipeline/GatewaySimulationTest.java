package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.weighbridge.gateway.pipeline.SimulatedHost.Mood;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * Many small worlds in virtual time, each of another seed: callers that leave and stall, hosts that
 * fail in every way, lines that break, a ledger that is full at times. Whatever happens, every call
 * ends once, in time, with a row of the table, recorded before it is answered, and leaves nothing
 * behind.
 *
 * <p>A failure names its seed; {@code -Dsimulation.seed=N} plays that world alone, the same again.
 * {@code -Dsimulation.worlds=N} plays more of them.
 */
class GatewaySimulationTest {
  private static final int WORLDS = Integer.getInteger("simulation.worlds", 20);
  private static final int SECONDS = 8;
  private static final long SECOND_NS = TimeUnit.SECONDS.toNanos(1);

  /** What this test's thread says, on which all of its worlds live; others run beside it. */
  private final ListAppender<ILoggingEvent> log =
      new ListAppender<>() {
        private final Thread thread = Thread.currentThread();

        @Override
        protected void append(ILoggingEvent event) {
          if (Thread.currentThread() == thread) {
            super.append(event);
          }
        }
      };

  @BeforeEach
  void listen() {
    log.start();
    root().addAppender(log);
  }

  @AfterEach
  void stopListening() {
    root().detachAppender(log);
  }

  private static Logger root() {
    return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  }

  @Test
  @Execution(ExecutionMode.CONCURRENT)
  void everyCallEndsOnceRecordedAndInTime() throws Exception {
    Long only = Long.getLong("simulation.seed");
    if (only != null) {
      live(only);
      return;
    }
    Map<String, Integer> ends = new TreeMap<>();
    for (long seed = 1; seed <= WORLDS; seed++) {
      live(seed).ends().forEach(end -> ends.merge(end, 1, Integer::sum));
    }
    int calls = ends.values().stream().mapToInt(Integer::intValue).sum();
    // Were nearly all answered, or none, the worlds would show nothing.
    assertThat(ends.get("0 ")).as("of %d: %s", calls, ends).isBetween(calls / 5, 4 * calls / 5);
    assertThat(ends).as("calls that waited for a place in vain").containsKey("14 overloaded");
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource(names = {"FAILS_THIRTY_PERCENT", "TEN_TIMES_SLOWER", "HANGS", "DEAD"})
  void aHostThatIsIllIsOutOfTheWayWithinASecondAndBackOnceItIsWell(Mood ill) throws Exception {
    for (long seed = 1; seed <= 2; seed++) {
      SimulatedWorld world = new SimulatedWorld(seed, true);
      world.begin();
      world.loop.run(2 * SECOND_NS);
      world.change(0, ill);
      world.loop.run(SECOND_NS);
      assertThat(world.share(0, 3 * SECOND_NS)).as("ill, seed %d", seed).isLessThan(0.02);
      world.change(0, Mood.WELL);
      world.loop.run(12 * SECOND_NS);
      assertThat(world.share(0, 3 * SECOND_NS)).as("well, seed %d", seed).isGreaterThan(0.2);
      assertThat(world.loop.faults()).as("seed %d", seed).isEmpty();
    }
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource(names = {"FAILS_THIRTY_PERCENT", "TEN_TIMES_SLOWER", "HANGS", "DEAD"})
  void callersHardlyNoticeAHostThatFallsIll(Mood ill) throws Exception {
    SimulatedWorld world = new SimulatedWorld(11, true);
    world.begin();
    world.loop.run(2 * SECOND_NS);
    world.change(0, ill);
    world.loop.run(5 * SECOND_NS);
    world.change(0, Mood.WELL);
    world.loop.run(5 * SECOND_NS);
    assertHardlyAnyFailed(world);
  }

  @ParameterizedTest
  @Execution(ExecutionMode.CONCURRENT)
  @EnumSource(names = {"FAILS_THIRTY_PERCENT", "HANGS", "DEAD"})
  void callersHardlyNoticeAHostThatFlaps(Mood ill) throws Exception {
    SimulatedWorld world = new SimulatedWorld(12, true);
    world.begin();
    world.loop.run(2 * SECOND_NS);
    for (int i = 0; i < 6; i++) {
      world.change(0, ill);
      world.loop.run(SECOND_NS);
      world.change(0, Mood.WELL);
      world.loop.run(SECOND_NS);
    }
    assertHardlyAnyFailed(world);
  }

  /** Less than one in a thousand, of calls that are over. */
  private static void assertHardlyAnyFailed(SimulatedWorld world) {
    List<String> over = world.ends().filter(end -> !end.isEmpty()).toList();
    List<String> failed = over.stream().filter(end -> !end.equals("0 ")).toList();
    assertThat(over).hasSizeGreaterThan(3_000);
    assertThat(failed).hasSizeLessThanOrEqualTo(over.size() / 1_000);
    assertThat(world.loop.faults()).isEmpty();
  }

  private SimulatedWorld live(long seed) throws Exception {
    SimulatedWorld world = new SimulatedWorld(seed);
    List<String> faults = world.live(SECONDS);
    String replay = "replay with -Dsimulation.seed=" + seed;
    assertThat(faults).as(replay).isEmpty();
    // What is thrown on an event loop is caught there and only told.
    assertThat(log.list).as(replay).noneMatch(event -> event.getThrowableProxy() != null);
    log.list.clear();
    return world;
  }
}
