package io.weighbridge.gateway.upstream.check;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import io.weighbridge.gateway.upstream.health.HostHealth;
import io.weighbridge.gateway.upstream.health.SeatReport;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class HostChecksTest {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long PERIOD = 5 * SECOND;

  private final MockTicker ticker = Ticker.newMockTicker();
  private final Slots slots = new Slots();
  private final Seats seats = new Seats();
  private final Map<Host, CheckMethod> methods = new HashMap<>();
  private final FakeAsker asker = new FakeAsker();
  private List<HostHealth.Version> versions = List.of();
  private final HostHealth health =
      new HostHealth(1, ticker, HealthLimits.of(30 * SECOND, SECOND), () -> versions);
  private HostChecks checks = checks();

  /** Answers as it is told, at once; or only later, when it holds answers back. */
  private final class FakeAsker implements Asker {
    final Map<String, CheckAnswer> answers = new HashMap<>();
    final List<Question> asked = new ArrayList<>();
    final List<Long> askedAtNs = new ArrayList<>();
    final List<Consumer<CheckAnswer>> held = new ArrayList<>();
    final List<Question> renewed = new ArrayList<>();
    final Set<String> unaskable = new HashSet<>();
    boolean broken;
    boolean holding;

    @Override
    public void ask(Question question, Consumer<CheckAnswer> to) {
      asked.add(question);
      askedAtNs.add(ticker.nanoTime());
      if (broken) {
        // Not for want of memory, which JUnit takes for its own end.
        throw new LinkageError("no transport");
      }
      if (unaskable.contains(question.host().id())) {
        throw new IllegalStateException("no channel");
      }
      if (holding) {
        held.add(to);
      } else {
        String host = question.host().id();
        CheckAnswer ofHost = answers.getOrDefault(host, CheckAnswer.READY);
        to.accept(answers.getOrDefault(host + question.about(), ofHost));
      }
    }

    @Override
    public void renew(Question question) {
      renewed.add(question);
    }

    @Override
    public void close() {
      // Nothing was opened.
    }
  }

  private Host host(int index, CheckMethod method) {
    Host host =
        new Host(index, "h" + index, new InetSocketAddress(InetAddress.getLoopbackAddress(), 1));
    methods.put(host, method);
    return host;
  }

  private HostHealth.Version version(String model, String version, Host... hosts) {
    int slot = slots.of(model, version);
    List<Eligible> eligible = new ArrayList<>();
    for (Host host : hosts) {
      eligible.add(new Eligible(host, Proof.VERIFIED, "", "", 1, 1, seats.of(host, slot)));
    }
    return new HostHealth.Version(slot, eligible);
  }

  private void serve(HostHealth.Version... now) {
    versions = List.of(now);
    checks = checks();
  }

  /** Of the hosts there are by now. */
  private HostChecks checks() {
    return new HostChecks(
        methods,
        new CheckTiming(PERIOD, SECOND),
        new HostChecks.Source(() -> versions, slots),
        ticker,
        new SplittableRandom(7),
        health,
        asker);
  }

  private void pass(long ns) {
    for (long left = ns; left > 0; left -= HostChecks.LOOK_NS) {
      ticker.advance(HostChecks.LOOK_NS, TimeUnit.NANOSECONDS);
      checks.look();
      health.look();
    }
  }

  /** What is said of a version on a host; empty when there is nothing to say. */
  private String standing(String host, String model, String version) {
    return health.reports().stream()
        .filter(report -> report.host().id().equals(host))
        .filter(report -> report.slot() == slots.of(model, version))
        .map(HostChecksTest::text)
        .findFirst()
        .orElse("");
  }

  private static String text(SeatReport report) {
    return report.state().word() + " " + report.reason();
  }

  @Test
  void asksEachHostForEachOfItsVersionsOncePerPeriod() {
    Host a = host(0, CheckMethod.MODEL_READY);
    Host b = host(1, CheckMethod.MODEL_READY);
    serve(version("m", "1", a, b), version("m", "2", a));
    pass(PERIOD);
    assertThat(asker.asked)
        .containsExactlyInAnyOrder(
            new Question(a, CheckMethod.MODEL_READY, new Slots.Name("m", "1")),
            new Question(b, CheckMethod.MODEL_READY, new Slots.Name("m", "1")),
            new Question(a, CheckMethod.MODEL_READY, new Slots.Name("m", "2")));
    pass(100 * PERIOD);
    assertThat(asker.asked).hasSizeBetween(285, 320);
    assertThat(checks.report(a).answers().get("ready")).isBetween(190L, 215L);
  }

  @Test
  void aHostThatSaysItIsNotReadyRestsAfterThreeTimes() {
    Host a = host(0, CheckMethod.MODEL_READY);
    Host b = host(1, CheckMethod.MODEL_READY);
    serve(version("m", "1", a, b));
    asker.answers.put("h0", CheckAnswer.NOT_READY);
    while (asker.asked.stream().filter(asked -> asked.host() == a).count() < Checked.FAILURES) {
      assertThat(standing("h0", "m", "1")).isEmpty();
      pass(HostChecks.LOOK_NS);
    }
    pass(HostHealth.LOOK_NS);
    assertThat(standing("h0", "m", "1")).isEqualTo("resting not_ready");
    assertThat(standing("h1", "m", "1")).isEmpty();
    pass(10 * PERIOD);
    assertThat(standing("h0", "m", "1")).isEqualTo("resting not_ready");

    asker.answers.put("h0", CheckAnswer.READY);
    pass(PERIOD / 4);
    assertThat(standing("h0", "m", "1")).isEqualTo("probation not_ready");
  }

  @Test
  void theWorstCaseFromReadyToResting() {
    Host a = host(0, CheckMethod.MODEL_READY);
    Host b = host(1, CheckMethod.MODEL_READY);
    serve(version("m", "1", a, b));
    pass(2 * PERIOD);
    asker.answers.put("h0", CheckAnswer.NOT_READY);
    pass(PERIOD * 11 / 10 + 2 * (PERIOD / 5) * 11 / 10 + 4 * HostHealth.LOOK_NS);
    assertThat(standing("h0", "m", "1")).isEqualTo("resting not_ready");
  }

  @Test
  void aLostAnswerOrTwoAreNothing() {
    Host a = host(0, CheckMethod.MODEL_READY);
    serve(version("m", "1", a));
    for (int i = 0; i < 300; i++) {
      asker.answers.put("h0", i % 3 == 0 ? CheckAnswer.READY : CheckAnswer.FAILED);
      int before = asker.asked.size();
      while (asker.asked.size() == before) {
        pass(HostChecks.LOOK_NS);
      }
      assertThat(standing("h0", "m", "1")).isEmpty();
    }
    assertThat(asker.renewed).isEmpty();
  }

  @Test
  void aHostThatCannotBeAskedIsLeftAloneAndShown() {
    Host a = host(0, CheckMethod.MODEL_READY);
    serve(version("m", "1", a));
    asker.answers.put("h0", CheckAnswer.UNIMPLEMENTED);
    pass(50 * PERIOD);
    assertThat(asker.asked).hasSize(1);
    assertThat(standing("h0", "m", "1")).isEmpty();
    assertThat(checks.report(a).method()).isEqualTo("unimplemented");
    asker.answers.put("h0", CheckAnswer.READY);
    pass(20 * PERIOD);
    assertThat(checks.report(a).method()).isEqualTo("model-ready");
  }

  @Test
  void aHostThatLetsItselfBeAskedAboutSomeOfItsVersionsIsAsked() {
    Host a = host(0, CheckMethod.MODEL_READY);
    serve(version("m", "1", a), version("m", "2", a));
    asker.answers.put("h0 of m 2", CheckAnswer.UNIMPLEMENTED);
    pass(2 * PERIOD);
    assertThat(checks.report(a).method()).isEqualTo("model-ready");
    // What is not asked any more says nothing.
    versions = List.of(version("m", "2", a));
    pass(PERIOD);
    assertThat(checks.report(a).method()).isEqualTo("unimplemented");
  }

  @Test
  void aHostWithoutAConnectionIsNotJudged() {
    Host a = host(0, CheckMethod.MODEL_READY);
    serve(version("m", "1", a));
    asker.answers.put("h0", CheckAnswer.UNREACHABLE);
    pass(20 * PERIOD);
    assertThat(asker.asked).hasSizeGreaterThan(15);
    assertThat(asker.renewed).hasSizeGreaterThan(15);
    assertThat(standing("h0", "m", "1")).isEmpty();
  }

  @Test
  void aQuestionThatCannotBePutIsPutAgainAndDelaysNoOther() {
    Host[] all =
        IntStream.range(0, 20).mapToObj(i -> host(i, CheckMethod.MODEL_READY)).toArray(Host[]::new);
    serve(version("m", "1", all));
    asker.unaskable.add("h0");
    pass(2 * PERIOD);
    assertThat(asker.asked.stream().filter(question -> question.host() == all[0]).count())
        .isGreaterThan(1);
    for (Host other : all) {
      String answer = other == all[0] ? "unreachable" : "ready";
      assertThat(checks.report(other).answers()).containsOnlyKeys(answer);
    }
    assertThat(standing("h0", "m", "1")).isEmpty();
  }

  @Test
  void aQuestionThatAnErrorKeptFromBeingPutIsPutAgain() {
    Host a = host(0, CheckMethod.MODEL_READY);
    serve(version("m", "1", a));
    asker.broken = true;
    pass(PERIOD);
    asker.broken = false;
    pass(2 * PERIOD);
    assertThat(checks.report(a).answers()).containsKeys("unreachable", "ready");
  }

  @Test
  void thatItCannotBePutIsLoggedOnceUntilItCould() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(HostCheck.class);
    log.start();
    logger.addAppender(log);
    try {
      Host a = host(0, CheckMethod.MODEL_READY);
      serve(version("m", "1", a), version("m", "2", a));
      for (int spell = 1; spell <= 2; spell++) {
        asker.unaskable.add("h0");
        pass(5 * PERIOD);
        assertThat(log.list).hasSize(spell);
        asker.unaskable.clear();
        pass(2 * PERIOD);
      }
      assertThat(log.list.getFirst().getFormattedMessage()).contains("h0");
      assertThat(log.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("no channel");
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void oneThatIsKilledWhileItRestsGoesOnResting() {
    Host a = host(0, CheckMethod.MODEL_READY);
    Host b = host(1, CheckMethod.MODEL_READY);
    serve(version("m", "1", a, b));
    asker.answers.put("h0", CheckAnswer.FAILED);
    pass(2 * PERIOD);
    assertThat(standing("h0", "m", "1")).isEqualTo("resting not_ready");
    asker.answers.put("h0", CheckAnswer.UNREACHABLE);
    pass(5 * PERIOD);
    assertThat(standing("h0", "m", "1")).isEqualTo("resting not_ready");
    asker.answers.put("h0", CheckAnswer.READY);
    pass(2 * PERIOD);
    assertThat(standing("h0", "m", "1")).isEqualTo("probation not_ready");
  }

  @Test
  void anAnswerForTheWholeHostCountsForAllItServes() {
    Host a = host(0, CheckMethod.GRPC_HEALTH);
    Host b = host(1, CheckMethod.NONE);
    serve(
        version("m", "1", a, b),
        version("m", "2", a, b),
        // A service of `routes`.
        version("/shop.Cart", "", a, b));
    pass(PERIOD);
    assertThat(asker.asked).containsExactly(new Question(a, CheckMethod.GRPC_HEALTH, null));
    asker.answers.put("h0", CheckAnswer.NOT_READY);
    pass(2 * PERIOD);
    for (String served : List.of("m 1", "m 2", "/shop.Cart ")) {
      String[] name = served.split(" ", -1);
      assertThat(standing("h0", name[0], name[1])).isEqualTo("resting not_ready");
    }
    assertThat(checks.report(b)).isEqualTo(new HostChecks.Report("none", Map.of()));
  }

  @Test
  void servicesAreNoModels() {
    Host a = host(0, CheckMethod.MODEL_READY);
    serve(version("/shop.Cart", "", a));
    pass(2 * PERIOD);
    assertThat(asker.asked).isEmpty();
  }

  @Test
  void allOfThemNotReadyGetCallsAllTheSame() {
    Host a = host(0, CheckMethod.MODEL_READY);
    Host b = host(1, CheckMethod.MODEL_READY);
    serve(version("m", "1", a, b));
    asker.answers.put("h0", CheckAnswer.NOT_READY);
    asker.answers.put("h1", CheckAnswer.NOT_READY);
    pass(3 * PERIOD);
    assertThat(standing("h0", "m", "1")).isEqualTo("served not_ready");
    assertThat(standing("h1", "m", "1")).isEqualTo("served not_ready");
  }

  @Test
  void manyQuestionsSpreadAndAreBounded() {
    Host[] all =
        IntStream.range(0, 1_000)
            .mapToObj(i -> host(i, CheckMethod.MODEL_READY))
            .toArray(Host[]::new);
    serve(version("m", "1", all));
    pass(PERIOD + 2 * HostChecks.LOOK_NS);
    assertThat(Set.copyOf(asker.asked)).hasSize(1_000);
    // Those asked first may be due again.
    assertThat(asker.asked).hasSizeLessThan(1_100);
    long looks = PERIOD / HostChecks.LOOK_NS;
    Map<Long, Integer> perLook = new HashMap<>();
    asker.askedAtNs.forEach(at -> perLook.merge(at, 1, Integer::sum));
    assertThat(perLook).hasSizeGreaterThan((int) (looks * 9 / 10));
    assertThat(perLook.values()).allMatch(count -> count <= HostChecks.ASKED_PER_LOOK_MAX);
  }

  @Test
  void moreThanCanBeAskedInAPeriodAreAskedMoreRarelyAllOfThem() {
    Host[] all =
        IntStream.range(0, 1_000)
            .mapToObj(i -> host(i, CheckMethod.MODEL_READY))
            .toArray(Host[]::new);
    HostHealth.Version[] served = new HostHealth.Version[5];
    for (int i = 0; i < served.length; i++) {
      served[i] = version("m", "v" + i, all);
    }
    serve(served);
    pass(4 * PERIOD + HostChecks.LOOK_NS);
    assertThat(asker.asked).hasSize(4 * 2_500);
    Map<Question, Integer> times = new HashMap<>();
    asker.asked.forEach(question -> times.merge(question, 1, Integer::sum));
    assertThat(times).hasSize(5_000);
    assertThat(times.values()).allMatch(count -> count <= 3);
  }

  @Test
  void nobodyIsAskedTwiceAtATime() {
    Host a = host(0, CheckMethod.MODEL_READY);
    serve(version("m", "1", a));
    asker.holding = true;
    pass(10 * PERIOD);
    assertThat(asker.asked).hasSize(1);
    asker.holding = false;
    asker.held.getFirst().accept(CheckAnswer.READY);
    pass(2 * PERIOD);
    assertThat(asker.asked).hasSizeGreaterThan(1);
  }

  @Test
  void aVersionThatIsServedNoMoreIsAskedNoMoreAndForgiven() {
    Host a = host(0, CheckMethod.MODEL_READY);
    Host b = host(1, CheckMethod.MODEL_READY);
    HostHealth.Version one = version("m", "1", a, b);
    serve(one);
    asker.answers.put("h0", CheckAnswer.NOT_READY);
    pass(2 * PERIOD);
    asker.holding = true;
    pass(PERIOD);
    versions = List.of();
    pass(HostHealth.LOOK_NS);
    int before = asker.asked.size();
    asker.held.forEach(to -> to.accept(CheckAnswer.NOT_READY));
    pass(2 * PERIOD);
    assertThat(asker.asked).hasSize(before);
    versions = List.of(one);
    pass(HostHealth.LOOK_NS);
    assertThat(standing("h0", "m", "1")).isEqualTo("probation not_ready");
  }
}
