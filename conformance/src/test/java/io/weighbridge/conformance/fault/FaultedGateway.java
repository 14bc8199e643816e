package io.weighbridge.conformance.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.Status;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.conformance.process.CallerKey;
import io.weighbridge.conformance.process.GatewayProcess;
import io.weighbridge.ledger.read.Leaf;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Query;
import io.weighbridge.ledger.read.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A gateway in a process of its own, two hosts, and a {@link FaultProxy} on every way: from callers
 * to the gateway, from it to host a, from it to host b. Model {@value #ONE} is on host a, model
 * {@value #TWO} on both. Used from the test's thread.
 */
final class FaultedGateway implements AutoCloseable {
  static final String ONE = "one";
  static final String TWO = "two";
  static final int CALL_MS_MAX = 3_000;
  static final int SILENCE_MS_MAX = 300;
  static final int STALL_MS_MAX = 1_000;

  private static final CallerKey KEY = new CallerKey("fault", "[\"*\"]");
  private static final int RECORDS_LOOKED_AT = 200;

  final StubHost hostA = new StubHost(0);
  final StubHost hostB = new StubHost(0);
  final FaultProxy toHostA = new FaultProxy(hostA.address());
  final FaultProxy toHostB = new FaultProxy(hostB.address());
  final GatewayProcess gateway;
  final FaultProxy toGateway;
  private final Path folder;
  private int calls;

  FaultedGateway(Path folder) throws IOException {
    this.folder = folder;
    Files.writeString(folder.resolve("keys.yaml"), KEY.keysFile());
    Files.writeString(folder.resolve("gateway.yaml"), config());
    gateway = new GatewayProcess(folder, "-Dio.netty.leakDetection.level=paranoid");
    toGateway = new FaultProxy(gateway.predict());
  }

  private String config() {
    return """
    gateway: {id: gw-fault}
    listen:
      predict: {address: "127.0.0.1:0"}
      admin: {address: "127.0.0.1:0"}
      http: {address: "127.0.0.1:0"}
    keys: {file: keys.yaml}
    hosts:
      - {id: a, address: "127.0.0.1:%d", serves: [{model: one, version: "1"}, {model: two, version: "1"}],
         health-check: none}
      - {id: b, address: "127.0.0.1:%d", serves: [{model: two, version: "1"}], health-check: none}
    models:
      - {name: one, integrity: none, versions: [{version: "1"}]}
      - {name: two, integrity: none, versions: [{version: "1"}]}
    limits:
      call-duration-max: %dms
      write-stall-max: %dms
      host-backoff-max: 100ms
      host-connect-max: 1s
      host-silence-max: %dms
    """
        .formatted(
            toHostA.address().getPort(),
            toHostB.address().getPort(),
            CALL_MS_MAX,
            STALL_MS_MAX,
            SILENCE_MS_MAX);
  }

  /** An id no other call has. */
  String nextId() {
    return "call-" + calls++;
  }

  /** A caller straight to the gateway. */
  TestCaller caller() {
    return new TestCaller(gateway.predict(), KEY);
  }

  /** A caller behind the proxy. */
  TestCaller caller(FaultProxy by) {
    return new TestCaller(by.address(), KEY);
  }

  /** Nothing is wrong any more, and the gateway has noticed. */
  void heal() {
    for (FaultProxy proxy : List.of(toHostA, toHostB, toGateway)) {
      proxy.heal();
      proxy.reset();
    }
    try (TestCaller caller = caller()) {
      for (String model : List.of(ONE, TWO)) {
        await().until(() -> caller.call(TestCaller.request(model, nextId())).status().isOk());
      }
    }
  }

  /** The one record of the call with this id. */
  Record recordOf(String id) {
    return await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> find(id), Optional::isPresent)
        .orElseThrow();
  }

  private Optional<Record> find(String id) throws IOException {
    Path ledger = folder.resolve("ledger");
    List<Record> found =
        LedgerReader.open(ledger).search(Query.ALL, RECORDS_LOOKED_AT).stream()
            .map(Leaf::record)
            .filter(record ->
                record.getKind() == Kind.KIND_PREDICTION || record.getKind() == Kind.KIND_REFUSAL)
            .filter(record -> record.getRpc().getRequestId().equals(id))
            .toList();
    assertThat(found).hasSizeLessThanOrEqualTo(1);
    return found.stream().findFirst();
  }

  /** Holds the record of a call against what its caller was told. */
  void assertRecorded(String id, Status.Code code, String reason) {
    Record record = recordOf(id);
    assertThat(record.getRpc().getStatus()).isEqualTo(code.value());
    assertThat(record.getRpc().getReason()).isEqualTo(reason);
  }

  /** Nothing of any call is left, neither in the gateway nor at the hosts. */
  void assertIdle() {
    await()
        .atMost(Duration.ofSeconds(10))
        .untilAsserted(() -> {
          assertThat(gateway.metric("weighbridge_calls_in_flight")).isZero();
          assertThat(gateway.metric("weighbridge_host_calls_in_flight")).isZero();
        });
  }

  /** Stops it, and judges what it leaves behind. */
  void stopWhole() throws IOException, InterruptedException {
    assertThat(gateway.stop()).isZero();
    assertThat(gateway.log()).doesNotContain("LEAK").doesNotContain("defect");
    Path ledger = folder.resolve("ledger");
    assertThat(
            LedgerVerifier.verify(ledger, LedgerReader.ownKey(ledger), Map.of(), leaf -> {})
                .verdict())
        .isEqualTo(Verdict.PROVED);
  }

  @Override
  public void close() throws IOException {
    gateway.close();
    toGateway.close();
    toHostA.close();
    toHostB.close();
    hostA.close();
    hostB.close();
  }
}
