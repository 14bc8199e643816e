package io.weighbridge.conformance.fault;

import static io.weighbridge.conformance.fault.SoakTraffic.GARBLED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.netty.NettyChannelBuilder;
import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import io.weighbridge.admin.v1.Weight;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Verdict;
import io.weighbridge.ledger.read.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Some minutes of everything at once: {@code mvn -Psoak verify}. Two gateways, three hosts that are
 * killed, a proxy on every way with faults from a seed, callers of which a fifth leave, reloads; at
 * its end nothing may be left.
 */
class GatewaySoak {
  private static final int SECONDS = Integer.getInteger("soak.seconds", 180);
  private static final long SEED = Long.getLong("soak.seed", System.nanoTime());
  private static final int CALLERS_PER_GATEWAY = 4;
  private static final int HOSTS = 3;
  private static final int SAMPLE_S = 10;

  /** Code is compiled, pools and lanes are filled: only after this share memory must be flat. */
  private static final double WARM_SHARE = 0.4;

  /** MiB a minute; a leak of one 256 B buffer per 100 calls is more than that. */
  private static final double HEAP_SLOPE_MAX = 2;

  /** MiB of buffers with nothing in flight; a leak of one of 256 B per 10 calls is more. */
  private static final double HELD_AT_REST_MAX = 0.5;

  /** MiB; what was used at a time is kept, in chunks of 4. */
  private static final double DIRECT_MAX = 48;

  /** The allocator of C and the collector's own structures wander. */
  private static final double RESIDENT_SLOPE_MAX = 12;

  private static final CallerKey KEY = new CallerKey("soak", "[\"*\"]");

  @TempDir private Path folder;
  private final List<AutoCloseable> parts = new ArrayList<>();
  private final List<HostProcess> hosts = new ArrayList<>();
  private final List<FaultProxy> proxies = new ArrayList<>();
  private final List<Side> sides = new ArrayList<>();
  private final SoakTraffic.Seen seen = new SoakTraffic.Seen();
  private final Random random = new Random(SEED);
  private int reloads;
  private int kills;

  /** One gateway with its files and figures. */
  private record Side(Path folder, GatewayProcess gateway, SoakFigures figures) {}

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable part : parts.reversed()) {
      part.close();
    }
  }

  private <T extends AutoCloseable> T closing(T part) {
    parts.add(part);
    return part;
  }

  @Test
  void leavesNothingBehind() throws Exception {
    System.out.printf("soak: %d s, -Dsoak.seed=%d%n", SECONDS, SEED);
    start();
    List<SoakTraffic> callers = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (Side side : sides) {
      FaultProxy proxy = closing(new FaultProxy(side.gateway.predict()));
      proxies.add(proxy);
      for (int i = 0; i < CALLERS_PER_GATEWAY; i++) {
        String name = "caller-" + callers.size();
        var address = i % 2 == 0 ? side.gateway.predict() : proxy.address();
        NettyChannelBuilder to =
            NettyChannelBuilder.forAddress(address)
                .keepAliveTime(10, TimeUnit.SECONDS)
                .keepAliveTimeout(2, TimeUnit.SECONDS);
        TestCaller caller = closing(new TestCaller(to, KEY));
        callers.add(new SoakTraffic(name, caller, random.nextLong(), proxy::garbled, seen));
      }
    }
    callers.forEach(caller -> threads.add(Thread.ofPlatform().start(caller)));
    trouble();
    callers.forEach(SoakTraffic::stop);
    for (Thread thread : threads) {
      assertThat(thread.join(Duration.ofSeconds(90))).as("a caller ends").isTrue();
    }
    assertIdle();
    report();
    judge();
  }

  private void start() throws IOException {
    for (int i = 0; i < HOSTS; i++) {
      hosts.add(closing(new HostProcess(folder.resolve("host-" + i + ".log"))));
    }
    for (int i = 0; i < 2; i++) {
      Path own = Files.createDirectory(folder.resolve("gateway-" + i));
      StringBuilder config = new StringBuilder(config(i));
      for (int host = 0; host < HOSTS; host++) {
        FaultProxy proxy = closing(new FaultProxy(hosts.get(host).address()));
        proxies.add(proxy);
        config.append(host(host, proxy));
      }
      Files.writeString(own.resolve("keys.yaml"), KEY.keysFile());
      Files.writeString(own.resolve("gateway.yaml"), config);
      GatewayProcess gateway =
          closing(
              new GatewayProcess(
                  own, "-Dio.netty.leakDetection.level=paranoid", "-Xmx512m", "-Xms128m"));
      sides.add(new Side(own, gateway, new SoakFigures(gateway)));
    }
  }

  private static String config(int gateway) {
    return """
    gateway: {id: gw-soak-%d}
    listen:
      predict: {address: "127.0.0.1:0"}
      admin: {address: "127.0.0.1:0"}
      http: {address: "127.0.0.1:0"}
    keys: {file: keys.yaml}
    models:
      - name: m
        integrity: none
        versions: [{version: "1"}, {version: "2"}]
        split: {"1": 50%%, "2": 50%%}
    limits:
      call-duration-max: 5s
      stream-idle-max: 5s
      write-stall-max: 2s
      body-idle-max: 2s
      host-silence-max: 1s
      host-backoff-max: 500ms
      host-connect-max: 1s
    hosts:
    """
        .formatted(gateway);
  }

  private static String host(int number, FaultProxy by) {
    return """
      - id: h%d
        address: "127.0.0.1:%d"
        serves: [{model: m, version: "1"}, {model: m, version: "2"}]
    """
        .formatted(number, by.address().getPort());
  }

  /** Until the time is over: faults one after the other, kills, reloads, and a look at memory. */
  private void trouble() throws Exception {
    SoakTrouble trouble = new SoakTrouble(random.nextLong(), proxies);
    long startNs = System.nanoTime();
    long endNs = startNs + TimeUnit.SECONDS.toNanos(SECONDS);
    long sampleNs = startNs;
    while (System.nanoTime() < endNs) {
      trouble.next();
      last(200 + random.nextInt(1_500));
      if (random.nextInt(5) == 0) {
        HostProcess host = hosts.get(random.nextInt(HOSTS));
        host.kill();
        kills++;
        last(random.nextInt(1_000));
        host.startAgain();
      }
      trouble.over();
      reload();
      last(200);
      if (System.nanoTime() >= sampleNs) {
        sampleNs += TimeUnit.SECONDS.toNanos(SAMPLE_S);
        for (Side side : sides) {
          double minute = (System.nanoTime() - startNs) / 60e9;
          System.out.println(
              "soak: gateway " + sides.indexOf(side) + " " + side.figures.take(minute));
        }
      }
    }
    System.out.printf("soak: %s, %d hosts killed, %d reloads%n", trouble, kills, reloads);
  }

  /** How long a fault lasts is part of it: nothing is waited for here. */
  private static void last(int ms) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  /** A keys file that says the same in other words, or one that is broken; another split. */
  private void reload() throws IOException {
    for (Side side : sides) {
      reloads++;
      String noise = reloads % 3 == 0 ? "keys: [" : "# " + reloads + "\n";
      Path next = Files.writeString(side.folder.resolve("keys.next"), noise + KEY.keysFile());
      Files.move(next, side.folder.resolve("keys.yaml"), StandardCopyOption.REPLACE_EXISTING);
      setTraffic(side, random.nextInt(1_000_001));
    }
  }

  private static void setTraffic(Side side, int ppm) throws IOException {
    var _ =
        TrafficServiceGrpc.newBlockingStub(side.gateway.admin())
            .withDeadlineAfter(20, TimeUnit.SECONDS)
            .setTraffic(
                SetTrafficRequest.newBuilder()
                    .setModel("m")
                    .setReason("soak")
                    .addWeights(Weight.newBuilder().setVersion("1").setPpm(ppm))
                    .addWeights(Weight.newBuilder().setVersion("2").setPpm(1_000_000 - ppm))
                    .build());
  }

  private void assertIdle() {
    for (Side side : sides) {
      await()
          .atMost(Duration.ofSeconds(20))
          .untilAsserted(() -> {
            for (String figure :
                List.of("calls_in_flight", "host_calls_in_flight", "queued_bytes")) {
              assertThat(side.gateway.metric("weighbridge_" + figure)).as(figure).isZero();
            }
          });
    }
  }

  private void report() throws IOException, InterruptedException {
    new TreeMap<>(seen.byOutcome)
        .forEach((outcome, count) ->
            System.out.printf(
                "soak: %8d %s, such as: %s%n",
                count.get(), outcome, seen.examples.getOrDefault(outcome, "-")));
    System.out.printf("soak: %d answers in streams%n", seen.streamAnswers.get());
    for (Side side : sides) {
      System.out.printf(
          "soak: gateway %d at rest: %s; %s%n",
          sides.indexOf(side),
          side.figures.take(SECONDS / 60.0 + 0.1),
          side.figures.slope(SECONDS / 60.0 * WARM_SHARE));
    }
  }

  private void judge() throws IOException, InterruptedException {
    assertThat(seen.faults).isEmpty();
    assertThat(seen.recordIds).hasSizeGreaterThan(SECONDS);
    assertThat(seen.byOutcome.keySet())
        .noneMatch(outcome -> outcome.contains(" internal") || outcome.contains("DATA_LOSS"));
    assertThat(seen.byOutcome.keySet())
        .as("only who was sent garbage may think that the gateway is broken")
        .noneMatch(outcome -> outcome.contains("INTERNAL") && !outcome.endsWith(GARBLED));
    Set<String> recorded = new HashSet<>();
    for (Side side : sides) {
      assertThat(side.gateway.stop()).isZero();
      assertThat(side.gateway.log()).doesNotContain("LEAK").doesNotContain("defect");
      Path ledger = side.folder.resolve("ledger");
      VerifyReport report =
          LedgerVerifier.verify(ledger, LedgerReader.ownKey(ledger), Map.of(), leaf -> {});
      assertThat(report.verdict()).isEqualTo(Verdict.PROVED);
      System.out.printf("soak: %d leaves proved%n", report.leavesHashed());
      LedgerReader reader = LedgerReader.open(ledger);
      reader.forEach(
          0,
          Long.MAX_VALUE,
          leaf -> {
            if (leaf.record().getRpc().getStatus() == 0) {
              recorded.add(leaf.id().toString());
            }
          });
    }
    assertThat(recorded.containsAll(seen.recordIds)).as("every answer has its record").isTrue();
    for (Side side : sides) {
      SoakFigures.Slope slope = side.figures.slope(SECONDS / 60.0 * WARM_SHARE);
      assertThat(slope.heap()).isLessThan(HEAP_SLOPE_MAX);
      assertThat(side.figures.last().held()).isLessThan(HELD_AT_REST_MAX);
      assertThat(side.figures.last().direct()).isLessThan(DIRECT_MAX);
      assertThat(slope.resident()).isLessThan(RESIDENT_SLOPE_MAX);
    }
  }
}
