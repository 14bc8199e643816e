package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.grpc.netty.NettyChannelBuilder;
import io.weighbridge.admin.v1.DrainHostRequest;
import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.HostServiceGrpc.HostServiceBlockingStub;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.admin.v1.UndrainHostRequest;
import io.weighbridge.conformance.fault.TestCaller.Outcome;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An operator drains a host under load, restarts it, and takes it back: no call notices. */
class HostDrainTest {
  private static final int CALLERS = 4;
  private static final int CALLS = 40;
  private static final int DELAY_MS = 60;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final CallerKey KEY = new CallerKey("drain", "[\"*\"]");

  @TempDir private Path folder;
  private final List<HostProcess> hosts = new ArrayList<>();
  private final Map<Integer, AtomicInteger> byHost = new ConcurrentHashMap<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final List<TestCaller> callers = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private GatewayProcess gateway;
  private volatile boolean over;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 2; i++) {
      hosts.add(new HostProcess(folder.resolve("host-" + i + ".log")));
    }
    OneModel.write(
        folder,
        KEY,
        "limits: {host-backoff-max: 100ms}",
        OneModel.host("a", hosts.get(0).address()),
        OneModel.host("b", hosts.get(1).address()));
    gateway = new GatewayProcess(folder);
  }

  @AfterEach
  void stop() throws IOException {
    callers.forEach(TestCaller::close);
    gateway.close();
    hosts.forEach(HostProcess::close);
  }

  private int port(int host) {
    return hosts.get(host).address().getPort();
  }

  private void load() {
    for (int i = 0; i < CALLERS; i++) {
      TestCaller caller = caller();
      threads.add(
          Thread.startVirtualThread(() -> {
            while (!over) {
              Outcome outcome = caller.call(request());
              if (outcome.status().isOk()) {
                answeredBy(port(outcome)).incrementAndGet();
              } else {
                errors.add(outcome.status().toString());
              }
            }
          }));
    }
  }

  private TestCaller caller() {
    TestCaller caller = new TestCaller(NettyChannelBuilder.forAddress(gateway.predict()), KEY);
    callers.add(caller);
    return caller;
  }

  private static inference.ModelInferRequest request() {
    return TestCaller.request("m", "id", StubHost.ANSWER_BYTES, 500, StubHost.DELAY_MS, DELAY_MS);
  }

  private static int port(Outcome outcome) {
    return (int)
        Objects.requireNonNull(outcome.answer())
            .getParametersOrThrow(StubHost.PORT)
            .getInt64Param();
  }

  private AtomicInteger answeredBy(int port) {
    return byHost.computeIfAbsent(port, _ -> new AtomicInteger());
  }

  /** So many more calls are answered there. */
  private void passCallsOn(int host) {
    AtomicInteger answered = answeredBy(port(host));
    int enough = answered.get() + CALLS;
    await().atMost(PATIENCE).until(() -> answered.get() >= enough);
  }

  private HostServiceBlockingStub admin() throws IOException {
    return HostServiceGrpc.newBlockingStub(gateway.admin());
  }

  private Host host(String id) throws IOException {
    return admin().listHosts(ListHostsRequest.getDefaultInstance()).getHostsList().stream()
        .filter(host -> host.getId().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private static DrainHostRequest drain(String id) {
    return DrainHostRequest.newBuilder().setId(id).setReason("kernel").build();
  }

  @Test
  void noCallNoticesThatAHostIsRestarted() throws Exception {
    load();
    passCallsOn(0);
    passCallsOn(1);
    assertThat(admin().drainHost(drain("a")).getHost().getDrain().getReason()).isEqualTo("kernel");
    await().atMost(PATIENCE).until(() -> host("a").getInFlight() == 0);
    await().atMost(PATIENCE).until(() -> host("b").getInFlight() > 0);
    int answeredOnA = answeredBy(port(0)).get();
    passCallsOn(1);
    assertThat(answeredBy(port(0)).get() - answeredOnA)
        .as("answers that were on their way when the last call had ended")
        .isLessThanOrEqualTo(CALLERS);
    assertThat(gateway.metric("weighbridge_host_draining")).isEqualTo(1);

    hosts.get(0).stop();
    passCallsOn(1);
    hosts.get(0).startAgain();
    var _ = admin().undrainHost(UndrainHostRequest.newBuilder().setId("a").setReason("up").build());
    passCallsOn(0);
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(errors).isEmpty();
  }

  @Test
  void aDrainOutlivesTheGatewayAndTheLastHostNeedsForce() throws Exception {
    var _ = admin().drainHost(drain("a"));
    assertThat(gateway.stop()).isZero();
    gateway.close();
    gateway = new GatewayProcess(folder);
    assertThat(host("a").getDrain().getReason()).isEqualTo("kernel");
    TestCaller caller = caller();
    for (int i = 0; i < 10; i++) {
      assertThat(port(caller.call(request()))).isEqualTo(port(1));
    }
    assertThat(catchThrowable(() -> admin().drainHost(drain("b"))))
        .hasMessageContaining("nobody else serves m 1");
    var _ = admin().drainHost(drain("b").toBuilder().setForce(true).build());
    assertThat(caller.call(request()).description()).startsWith("no_reachable_host");
  }
}
