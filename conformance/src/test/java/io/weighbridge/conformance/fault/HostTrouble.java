package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * One host of three is in trouble, each time another kind, under steady calls of an idempotent
 * model: {@code mvn -Psoak verify}. It is out of the way within a second, callers notice nothing,
 * and it comes back once it is well. Then all of them fail, and second tries stay within budget.
 */
class HostTrouble {
  private static final int HOSTS = 3;
  private static final int CALLERS = 4;
  private static final CallerKey KEY = new CallerKey("trouble", "[\"*\"]");

  /** What an answer may take until the host's share is looked at. */
  private static final Duration OUT_WITHIN = Duration.ofSeconds(1);

  /** How long trouble lasts after that. */
  private static final Duration LASTS = Duration.ofSeconds(6);

  /** Longest rest of this gateway, probation, and five seconds of a growing share, twice. */
  private static final Duration BACK_WITHIN = Duration.ofSeconds(30);

  private static final Duration QUIET = Duration.ofSeconds(2);

  /** Of all calls; a third would be its part. What is on probation, or is hedged, is less. */
  private static final double SHARE_OUT_MAX = 0.05;

  private static final double SHARE_BACK_MIN = 0.2;
  private static final double ERROR_SHARE_MAX = 0.001;

  /** Second tries a model may save up, by event loop. */
  private static final int SAVED_TRIES_MAX = 100;

  private static final double SECOND_TRIES_MAX = 0.2;

  @TempDir private Path folder;
  private final List<HostProcess> hosts = new ArrayList<>();
  private final List<FaultProxy> proxies = new ArrayList<>();
  private final List<TestCaller> callers = new ArrayList<>();
  private GatewayProcess gateway;
  private SteadyCalls calls;

  /** What an answer takes on this machine while all hosts are well. */
  private int usualMs;

  /** Something that may fail to be done to a host. */
  private interface Deed {
    void run() throws IOException;
  }

  @BeforeEach
  void start() throws IOException {
    StringBuilder config = new StringBuilder(config());
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(new HostProcess(folder.resolve("host-" + i + ".log")));
      proxies.add(new FaultProxy(hosts.get(i).address()));
      config.append(
          "  - {id: h%d, address: \"127.0.0.1:%d\", serves: [{model: m, version: \"1\"}]}%n"
              .formatted(i, proxies.get(i).address().getPort()));
    }
    Files.writeString(folder.resolve("keys.yaml"), KEY.keysFile());
    Files.writeString(folder.resolve("gateway.yaml"), config);
    gateway = new GatewayProcess(folder, "-Xmx512m");
    for (int i = 0; i < CALLERS; i++) {
      callers.add(new TestCaller(gateway.predict(), KEY));
    }
    calls = new SteadyCalls(callers);
    calls.start();
  }

  private static String config() {
    return """
    gateway: {id: gw-trouble}
    listen:
      predict: {address: "127.0.0.1:0"}
      admin: {address: "127.0.0.1:0"}
      http: {address: "127.0.0.1:0"}
    keys: {file: keys.yaml}
    models:
      - {name: m, integrity: none, versions: [{version: "1"}], idempotent: true}
    limits: {host-rest-max: 2s, host-backoff-max: 500ms}
    hosts:
    """;
  }

  @AfterEach
  void stop() throws Exception {
    calls.stop();
    callers.forEach(TestCaller::close);
    gateway.close();
    for (FaultProxy proxy : proxies) {
      proxy.close();
    }
    hosts.forEach(HostProcess::close);
  }

  /** How long something lasts is part of it: nothing is waited for here. */
  private static void last(Duration time) {
    long endNs = System.nanoTime() + time.toNanos();
    for (long leftNs = time.toNanos(); leftNs > 0; leftNs = endNs - System.nanoTime()) {
      LockSupport.parkNanos(leftNs);
    }
  }

  private int port(int host) {
    return hosts.get(host).address().getPort();
  }

  /** Until each host answers its part. */
  private void awaitAllServe(String after) {
    long startNs = System.nanoTime();
    await()
        .pollInterval(Duration.ofMillis(1))
        .atMost(BACK_WITHIN.plus(QUIET))
        .until(() -> {
          SteadyCalls.Tally tally = calls.next();
          last(QUIET);
          for (int i = 0; i < HOSTS; i++) {
            if (tally.shareOf(port(i)) < SHARE_BACK_MIN) {
              return false;
            }
          }
          usualMs = tally.meanMs();
          return true;
        });
    System.out.printf(
        "trouble: all serve %d ms after %s%n",
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs), after);
  }

  /** One host in trouble, and well again. */
  private void episode(SoftAssertions judged, String name, int host, Deed trouble, Deed end)
      throws IOException {
    int port = port(host);
    SteadyCalls.Tally first = calls.next();
    trouble.run();
    last(OUT_WITHIN);
    SteadyCalls.Tally then = calls.next();
    last(LASTS);
    SteadyCalls.Tally after = calls.next();
    end.run();
    last(QUIET);
    calls.next();
    for (SteadyCalls.Tally tally : List.of(first, then, after)) {
      await().atMost(Duration.ofSeconds(20)).until(tally::allEnded);
    }
    System.out.printf(
        "trouble: h%d %s: first second %s; then %s, %.1f %% of them there; after it %s%n",
        host, name, first, then, 100 * then.shareOf(port), after);
    judged.assertThat(then.shareOf(port)).as(name + ": its share").isLessThan(SHARE_OUT_MAX);
    int made = first.made() + then.made() + after.made();
    double errors =
        first.errorShare() * first.made()
            + then.errorShare() * then.made()
            + after.errorShare() * after.made();
    judged.assertThat(errors / made).as(name + ": errors").isLessThan(ERROR_SHARE_MAX);
    awaitAllServe(name);
  }

  @Test
  void isOutOfTheWayWithinASecondAndBack() throws Exception {
    awaitAllServe("the start");
    SoftAssertions judged = new SoftAssertions();
    episode(
        judged,
        "ten times slower",
        0,
        () -> hosts.get(0).tell(StubHost.DELAY_MS, 9 * usualMs),
        () -> hosts.get(0).tell(StubHost.DELAY_MS, 0));
    episode(
        judged,
        "failing 30 %",
        1,
        () -> hosts.get(1).tell(StubHost.FAIL_PERCENT, 30),
        () -> hosts.get(1).tell(StubHost.FAIL_PERCENT, 0));
    episode(
        judged,
        "hanging",
        2,
        () -> proxies.get(2).towardsTarget(Fault.STALL),
        () -> proxies.get(2).heal());
    episode(judged, "killed", 0, () -> hosts.get(0).kill(), () -> hosts.get(0).startAgain());
    judged.assertAll();
  }

  @Test
  void aHostThatFlapsDoesNotDragItsVersionDown() throws Exception {
    awaitAllServe("the start");
    SteadyCalls.Tally all = calls.next();
    for (int i = 0; i < 10; i++) {
      hosts.get(1).tell(StubHost.FAIL_PERCENT, i % 2 == 0 ? 100 : 0);
      last(OUT_WITHIN);
    }
    calls.next();
    hosts.get(1).tell(StubHost.FAIL_PERCENT, 0);
    await().atMost(Duration.ofSeconds(20)).until(all::allEnded);
    System.out.printf("trouble: h1 flapping: %s%n", all);
    assertThat(all.errorShare()).isLessThan(ERROR_SHARE_MAX);
    awaitAllServe("flapping");
  }

  @Test
  void secondTriesStayWithinTheirBudgetWhenAllFail() throws Exception {
    awaitAllServe("the start");
    int before = 0;
    for (HostProcess host : hosts) {
      before += host.tell(StubHost.FAIL_PERCENT, 100);
    }
    double triesBefore = gateway.metric("weighbridge_host_retries_total");
    SteadyCalls.Tally storm = calls.next();
    last(LASTS);
    calls.next();
    await().atMost(Duration.ofSeconds(20)).until(storm::allEnded);
    double secondTries = gateway.metric("weighbridge_host_retries_total") - triesBefore;
    int received = -before;
    for (HostProcess host : hosts) {
      received += host.tell(StubHost.FAIL_PERCENT, 0);
    }
    System.out.printf(
        "trouble: all fail: %s; hosts received %d, second tries %.0f%n",
        storm, received, secondTries);
    int saved = Runtime.getRuntime().availableProcessors() * SAVED_TRIES_MAX;
    assertThat(secondTries).isPositive().isLessThan(storm.made() * SECOND_TRIES_MAX + saved);
    assertThat(received).isLessThan((int) (storm.made() * (1 + SECOND_TRIES_MAX)) + saved);
    awaitAllServe("all failed");
  }
}
