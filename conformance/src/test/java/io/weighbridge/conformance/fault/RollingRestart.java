package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import inference.ModelInferResponse;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.NameResolverProvider;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusOr;
import io.grpc.netty.NettyChannelBuilder;
import io.weighbridge.conformance.fault.TestCaller.Outcome;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
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

/**
 * Gateways and hosts are restarted one after the other under a stock grpc-java client that knows
 * both gateways and is otherwise as it comes (round_robin, transparent retries of gRFC A6): it
 * notices nothing.
 */
class RollingRestart {
  private static final int CALLERS = 4;
  private static final int CALLS_BETWEEN = 40;
  private static final CallerKey KEY = new CallerKey("rolling", "[\"*\"]");

  @TempDir private Path folder;
  private final List<HostProcess> hosts = new ArrayList<>();
  private final List<GatewayProcess> gateways = new ArrayList<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final Map<Integer, AtomicInteger> byHost = new ConcurrentHashMap<>();
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final NameResolverProvider pair = new Pair();
  private volatile boolean over;

  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 2; i++) {
      hosts.add(new HostProcess(folder.resolve("host-" + i + ".log")));
    }
    for (int i = 0; i < 2; i++) {
      Files.createDirectory(folder(i));
      Files.writeString(folder(i).resolve("keys.yaml"), KEY.keysFile());
      configure(i, 0);
      gateways.add(new GatewayProcess(folder(i)));
      configure(i, gateways.get(i).predict().getPort());
    }
    NameResolverRegistry.getDefaultRegistry().register(pair);
  }

  @AfterEach
  void stop() throws IOException {
    NameResolverRegistry.getDefaultRegistry().deregister(pair);
    for (GatewayProcess gateway : gateways) {
      gateway.close();
    }
    hosts.forEach(HostProcess::close);
  }

  private Path folder(int gateway) {
    return folder.resolve("gateway-" + gateway);
  }

  private void configure(int gateway, int predictPort) throws IOException {
    String serves = "serves: [{model: m, version: \"1\"}]";
    Files.writeString(
        folder(gateway).resolve("gateway.yaml"),
        """
        gateway: {id: gw-rolling-%d}
        listen:
          predict: {address: "127.0.0.1:%d"}
          admin: {address: "127.0.0.1:0"}
          http: {address: "127.0.0.1:0"}
        keys: {file: keys.yaml}
        hosts:
          - {id: a, address: "127.0.0.1:%d", %s}
          - {id: b, address: "127.0.0.1:%d", %s}
        models:
          - {name: m, integrity: none, versions: [{version: "1"}]}
        limits: {host-backoff-max: 100ms}
        """
            .formatted(
                gateway,
                predictPort,
                hosts.get(0).address().getPort(),
                serves,
                hosts.get(1).address().getPort(),
                serves));
  }

  /** Resolves to both gateways. */
  private final class Pair extends NameResolverProvider {
    @Override
    protected boolean isAvailable() {
      return true;
    }

    @Override
    protected int priority() {
      return 5;
    }

    @Override
    public String getDefaultScheme() {
      return "pair";
    }

    @Override
    public NameResolver newNameResolver(URI target, NameResolver.Args args) {
      return new NameResolver() {
        @Override
        public String getServiceAuthority() {
          return "gateways";
        }

        @Override
        public void start(Listener2 listener) {
          List<EquivalentAddressGroup> groups = new ArrayList<>();
          for (GatewayProcess gateway : gateways) {
            InetSocketAddress address = gateway.predict();
            groups.add(new EquivalentAddressGroup(address));
          }
          listener.onResult(
              ResolutionResult.newBuilder()
                  .setAddressesOrError(StatusOr.fromValue(groups))
                  .build());
        }

        @Override
        public void shutdown() {
          // Nothing was opened.
        }
      };
    }
  }

  private void call(String name, TestCaller caller) {
    for (int i = 0; !over; i++) {
      String id = name + "-" + i;
      Outcome outcome =
          caller.call(
              TestCaller.request(
                  "m", id, StubHost.ANSWER_BYTES, 500, StubHost.DELAY_MS, i % 8 == 0 ? 30 : 0));
      if (outcome.status().isOk()) {
        answered.incrementAndGet();
        answeredBy(outcome).incrementAndGet();
      } else {
        errors.add(id + ": " + outcome.status());
      }
    }
  }

  private AtomicInteger answeredBy(Outcome outcome) {
    ModelInferResponse answer = Objects.requireNonNull(outcome.answer());
    return answeredBy((int) answer.getParametersOrThrow(StubHost.PORT).getInt64Param());
  }

  private AtomicInteger answeredBy(int port) {
    return byHost.computeIfAbsent(port, _ -> new AtomicInteger());
  }

  /** Calls go on for a while, on whatever is there now. */
  private void passSomeCalls() {
    int enough = answered.get() + CALLS_BETWEEN;
    await().atMost(Duration.ofSeconds(20)).until(() -> answered.get() >= enough);
  }

  @Test
  void isNotNoticedByACompliantClient() throws Exception {
    List<Thread> threads = new ArrayList<>();
    List<TestCaller> callers = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      NettyChannelBuilder to =
          NettyChannelBuilder.forTarget("pair:///gateways")
              .defaultLoadBalancingPolicy("round_robin");
      TestCaller caller = new TestCaller(to, KEY);
      callers.add(caller);
      String name = "caller-" + i;
      threads.add(Thread.startVirtualThread(() -> call(name, caller)));
    }
    passSomeCalls();
    for (int i = 0; i < gateways.size(); i++) {
      GatewayProcess old = gateways.get(i);
      assertThat(old.stop()).isZero();
      old.close();
      passSomeCalls();
      gateways.set(i, new GatewayProcess(folder(i)));
      // The next one may only go once clients are back on this one.
      int index = i;
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateways.get(index).metric("weighbridge_caller_connections") == CALLERS);
      passSomeCalls();
    }
    for (HostProcess host : hosts) {
      host.stop();
      passSomeCalls();
      host.startAgain();
      // The next one may only go once this one has its share again.
      AtomicInteger calls = answeredBy(host.address().getPort());
      int enough = calls.get() + CALLS_BETWEEN;
      await().atMost(Duration.ofSeconds(20)).until(() -> calls.get() >= enough);
      passSomeCalls();
    }
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
    callers.forEach(TestCaller::close);
    assertThat(errors).isEmpty();
  }
}
