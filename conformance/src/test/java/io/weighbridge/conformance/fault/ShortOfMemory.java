package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
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
 * A gateway with 24 MiB for its buffers, and callers who would fill 128 MiB of windows: with large
 * requests to a host that reads nothing, or with large answers that they do not read themselves:
 * {@code mvn -Psoak verify}. It refuses, lives, and recovers, and no connection fails for want of
 * memory.
 */
class ShortOfMemory {
  private static final int CALLERS = 64;
  private static final int CALLS_PER_CALLER = 8;
  private static final int LARGE_BYTES = 1 << 20;
  private static final int CALL_SECONDS = 8;
  private static final int WINDOW_BYTES = 64 << 10;
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

  /** Asks for little, beside the others. */
  private TestCaller small;

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
    small = new TestCaller(gateway.predict(), KEY);
    for (int i = 0; i < CALLERS; i++) {
      NettyChannelBuilder to = NettyChannelBuilder.forAddress(gateway.predict());
      callers.add(new TestCaller(to.flowControlWindow(WINDOW_BYTES), KEY));
    }
  }

  @AfterEach
  void stop() throws IOException {
    over = true;
    free.release();
    callers.forEach(TestCaller::close);
    small.close();
    gateway.close();
    toHost.close();
    host.close();
  }

  /** A call's end, however much its caller reads before. */
  private final class Ended
      implements ClientResponseObserver<ModelInferRequest, ModelInferResponse> {
    private final boolean reads;

    Ended(boolean reads) {
      this.reads = reads;
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> call) {
      if (!reads) {
        call.disableAutoRequestWithInitial(0);
      }
    }

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
  }

  /** Keeps as many calls going as there are places. */
  private Thread load(ModelInferRequest request, boolean reads) {
    return Thread.ofPlatform()
        .start(() -> {
          for (int i = 0; !over; i++) {
            free.acquireUninterruptibly();
            callers
                .get(i % CALLERS)
                .stub()
                .withDeadlineAfter(CALL_SECONDS, TimeUnit.SECONDS)
                .modelInfer(request, new Ended(reads));
          }
        });
  }

  private boolean served(String id) {
    return small.call(TestCaller.request("m", id), 2_000).status().isOk();
  }

  private void assertSheds(String what) throws Exception {
    await().atMost(PATIENCE).until(() -> refused.get() > REFUSED_MIN);
    System.out.printf(
        "memory, %s: %d refused; buffers hold %.1f MiB, for slow receivers %.1f MiB; %.0f missed%n",
        what,
        refused.get(),
        gateway.metric("weighbridge_buffers_held_bytes") / (1 << 20),
        gateway.metric("weighbridge_queued_bytes") / (1 << 20),
        gateway.metric("weighbridge_buffers_missed_total"));
    await().atMost(PATIENCE).until(() -> gateway.metric("weighbridge_shed_percent") > 0);
    assertThat(gateway.metric("weighbridge_ready")).isEqualTo(1);
  }

  private void assertRecovers() throws Exception {
    await().atMost(PATIENCE).until(() -> served("after"));
    await().atMost(PATIENCE).until(() -> gateway.metric("weighbridge_shed_percent") == 0);
    await().atMost(PATIENCE).until(() -> gateway.metric("weighbridge_buffers_held_bytes") == 0);
    assertThat(gateway.stop()).isZero();
    assertThat(gateway.log())
        .doesNotContain("OutOf", "defect", "for want of memory", "Cannot reserve");
  }

  private void end(Thread load) throws InterruptedException {
    over = true;
    free.release();
    load.join();
  }

  @Test
  void largeRequestsForAHostThatReadsNothing() throws Exception {
    assertThat(served("before")).isTrue();
    toHost.towardsTarget(Fault.STALL);
    ModelInferRequest large =
        TestCaller.request("m", "large").toBuilder()
            .addRawInputContents(ByteString.copyFrom(new byte[LARGE_BYTES]))
            .build();
    Thread load = load(large, true);
    assertSheds("requests");
    end(load);
    toHost.heal();
    assertRecovers();
  }

  @Test
  void largeAnswersForCallersWhoReadNothing() throws Exception {
    assertThat(served("before")).isTrue();
    Thread load = load(TestCaller.request("m", "large", StubHost.ANSWER_BYTES, LARGE_BYTES), false);
    assertSheds("answers");
    end(load);
    // While the others are still there, and still read nothing.
    await().atMost(PATIENCE).until(() -> served("beside"));
    callers.forEach(TestCaller::close);
    assertRecovers();
  }
}
