package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gateway asks its hosts whether they are ready, and finds out without a caller's call. */
class HealthCheckTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final CallerKey KEY = new CallerKey("check", "[\"*\"]");
  private static final int CALLS = 20;
  private static final String READY_ON_A =
      "weighbridge_host_checks_total{answer=\"ready\",host=\"a\"}";

  @TempDir private Path folder;
  private StubHost hostA;
  private StubHost hostB;
  private FaultProxy toHostA;
  private GatewayProcess gateway;
  private TestCaller caller;

  @BeforeEach
  void start() throws IOException {
    hostA = new StubHost(0);
    hostB = new StubHost(0);
    toHostA = new FaultProxy(hostA.address());
    OneModel.write(
        folder,
        KEY,
        "limits: {host-check-period: 500ms, host-check-max: 500ms}",
        OneModel.host("a", toHostA.address()),
        OneModel.host("b", hostB.address(), "health-check: grpc-health"));
    gateway = new GatewayProcess(folder);
    caller = new TestCaller(gateway.predict(), KEY);
  }

  @AfterEach
  void stop() throws IOException {
    caller.close();
    gateway.close();
    toHostA.close();
    hostA.close();
    hostB.close();
  }

  private Host host(String id) throws IOException {
    return HostServiceGrpc.newBlockingStub(gateway.admin())
        .listHosts(ListHostsRequest.getDefaultInstance())
        .getHostsList()
        .stream()
        .filter(host -> host.getId().equals(id))
        .findFirst()
        .orElseThrow();
  }

  /** How the model stands on host a. */
  private String standing() throws IOException {
    Host.HostModel model = host("a").getModels(0);
    return model.getStanding() + " " + model.getStandingReason();
  }

  private void awaitStanding(String standing) {
    await().atMost(PATIENCE).until(this::standing, standing::equals);
  }

  private void call() {
    assertThat(caller.call(TestCaller.request("m", "id")).status().isOk()).isTrue();
  }

  private void awaitCallsOnA() {
    int before = hostA.received.get();
    await()
        .atMost(PATIENCE)
        .until(() -> {
          call();
          return hostA.received.get() > before + CALLS && standing().startsWith("in ");
        });
  }

  @Test
  void aHostThatSaysItIsNotReadyGetsNoCalls() throws Exception {
    hostA.ready = false;
    awaitStanding("resting not_ready");
    for (int i = 0; i < CALLS; i++) {
      call();
    }
    assertThat(hostA.received).hasValue(0);
    assertThat(hostB.received).hasValue(CALLS);
    assertThat(gateway.metric("weighbridge_host_rests_total")).isEqualTo(1);
    assertThat(gateway.metric("weighbridge_host_checks_total")).isGreaterThan(3);

    hostA.ready = true;
    awaitStanding("probation not_ready");
    awaitCallsOnA();
  }

  @Test
  void aHostThatHangsIsFoundWithoutACall() throws Exception {
    // Only what hangs after it could be asked is judged.
    await().atMost(PATIENCE).until(() -> gateway.metric(READY_ON_A) > 0);
    toHostA.towardsTarget(Fault.STALL);
    awaitStanding("resting not_ready");
    call();
    assertThat(hostA.received).hasValue(0);
    toHostA.heal();
    awaitCallsOnA();
  }

  @Test
  void oneThatCannotBeAskedServes() throws Exception {
    await().atMost(PATIENCE).until(() -> host("b").getHealthCheck().equals("unimplemented"));
    assertThat(host("a").getHealthCheck()).isEqualTo("model-ready");
    assertThat(gateway.log()).containsOnlyOnce("host b does not answer health-check grpc-health");
    for (int i = 0; i < CALLS; i++) {
      call();
    }
    assertThat(hostB.received).hasPositiveValue();
  }
}
