package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.stub.StreamObserver;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A gateway with 24 MiB for its buffers, and callers who would fill 128 MiB of windows with large
 * requests to a host that reads nothing: {@code mvn -Psoak verify}. It refuses, lives, and
 * recovers.
 */
class ShortOfMemory {
  private static final int CALLERS = 64;
  private static final int CALLS_PER_CALLER = 8;
  private static final int REQUEST_BYTES = 1 << 20;
  private static final int REFUSED_MIN = 1_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final CallerKey KEY = new CallerKey("memory", "[\"*\"]");

  @TempDir private Path folder;
  private final List<TestCaller> callers = new ArrayList<>();
  private final Semaphore free = new Semaphore(CALLERS * CALLS_PER_CALLER);
  private final AtomicInteger refused = new AtomicInteger();
  private StubHost host;
  private FaultProxy toHost;
  private GatewayProcess gateway;
  private volatile boolean over;

  @BeforeEach
  void start() throws IOException {
    host = new StubHost(0);
    toHost = new FaultProxy(host.address());
    Files.writeString(folder.resolve("keys.yaml"), KEY.keysFile());
    Files.writeString(
        folder.resolve("gateway.yaml"),
        """
        gateway: {id: gw-memory}
        listen:
          predict: {address: "127.0.0.1:0"}
          admin: {address: "127.0.0.1:0"}
          http: {address: "127.0.0.1:0"}
        keys: {file: keys.yaml}
        hosts:
          - {id: h, address: "127.0.0.1:%d", serves: [{model: m, version: "1"}]}
        models:
          - {name: m, integrity: none, versions: [{version: "1"}]}
        # The host is not given up: what waits for it stays.
        limits: {host-silence-max: 1h}
        """
            .formatted(toHost.address().getPort()));
    gateway =
        new GatewayProcess(
            folder, "-Xmx96m", "-XX:MaxDirectMemorySize=24m", "-XX:+ExitOnOutOfMemoryError");
    for (int i = 0; i < CALLERS; i++) {
      callers.add(new TestCaller(gateway.predict(), KEY));
    }
  }

  @AfterEach
  void stop() throws IOException {
    over = true;
    free.release();
    callers.forEach(TestCaller::close);
    gateway.close();
    toHost.close();
    host.close();
  }

  /** Keeps as many calls going as there are places. */
  private void load() {
    ModelInferRequest large =
        TestCaller.request("m", "large").toBuilder()
            .addRawInputContents(ByteString.copyFrom(new byte[REQUEST_BYTES]))
            .build();
    for (int i = 0; !over; i++) {
      free.acquireUninterruptibly();
      callers
          .get(i % CALLERS)
          .stub()
          .withDeadlineAfter(8, TimeUnit.SECONDS)
          .modelInfer(
              large,
              new StreamObserver<ModelInferResponse>() {
                @Override
                public void onNext(ModelInferResponse answer) {
                  // Only that it ends counts.
                }

                @Override
                public void onError(Throwable cause) {
                  if (String.valueOf(cause.getMessage()).contains("UNAVAILABLE: overloaded")) {
                    refused.incrementAndGet();
                  }
                  free.release();
                }

                @Override
                public void onCompleted() {
                  free.release();
                }
              });
    }
  }

  @Test
  void shedsLivesAndRecovers() throws Exception {
    TestCaller small = callers.getFirst();
    assertThat(small.call(TestCaller.request("m", "before")).status().isOk()).isTrue();
    toHost.towardsTarget(Fault.STALL);
    Thread load = Thread.ofPlatform().start(this::load);
    await().atMost(PATIENCE).until(() -> refused.get() > REFUSED_MIN);
    assertThat(gateway.metric("weighbridge_shed_percent")).isPositive();
    assertThat(gateway.metric("weighbridge_ready")).isEqualTo(1);
    System.out.printf(
        "memory: %d refused; buffers hold %.1f MiB, for slow receivers %.1f MiB%n",
        refused.get(),
        gateway.metric("weighbridge_buffers_held_bytes") / (1 << 20),
        gateway.metric("weighbridge_queued_bytes") / (1 << 20));
    over = true;
    free.release();
    load.join();
    toHost.heal();
    await()
        .atMost(PATIENCE)
        .until(() -> small.call(TestCaller.request("m", "after"), 2_000).status().isOk());
    await().atMost(PATIENCE).until(() -> gateway.metric("weighbridge_shed_percent") == 0);
    assertThat(gateway.stop()).isZero();
    assertThat(gateway.log()).doesNotContain("OutOf").doesNotContain("defect");
  }
}
