package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ServerReadyRequest;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.gateway.call.Refusal;
import java.io.ByteArrayOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Locale;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProxyCallTest {
  private static final Metadata.Key<String> RECORD_ID =
      Metadata.Key.of("weighbridge-record-id", Metadata.ASCII_STRING_MARSHALLER);
  private static final Metadata.Key<String> VERSION =
      Metadata.Key.of("weighbridge-model-version", Metadata.ASCII_STRING_MARSHALLER);

  private PathHarness path;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
    host = new FakeHost(PathHarness.DIGEST);
  }

  @AfterEach
  void stop() {
    path.close();
    host.close();
  }

  private static ModelInferRequest request(int bytes) {
    byte[] tensor = new byte[bytes];
    new Random(bytes).nextBytes(tensor);
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .setId("r-1")
        .addRawInputContents(ByteString.copyFrom(tensor))
        .build();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return FakeLane.hex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void passesMessagesOfEverySizeAndRecordsTheirDigests() throws Exception {
    path.serve(PathHarness.DIGEST, host);
    var stub = path.stub();
    int[] sizes = {
      0, 1, 1024, 16_000, 32_700, 32_768, 40_000, 65_530, 65_536, 70_000, 262_144, 1 << 20, 5 << 20
    };
    for (int size : sizes) {
      ModelInferRequest request = request(size);

      ModelInferResponse answer = stub.modelInfer(request);

      assertThat(answer.getModelVersion()).as("version for %d bytes", size).isEqualTo("1");
      assertThat(answer.getRawOutputContentsList()).isEqualTo(request.getRawInputContentsList());
      FakeLane.Seen record = path.lane.records.get(path.lane.records.size() - 1);
      assertThat(record.requestSha256()).isEqualTo(sha256(request.toByteArray()));
      assertThat(record.responseSha256()).isEqualTo(sha256(answer.toByteArray()));
      assertThat(record.requestBytes()).isEqualTo(request.getSerializedSize());
      assertThat(record.responseBytes()).isEqualTo(answer.getSerializedSize());
      assertThat(record.integrity()).isEqualTo(1);
      assertThat(record.host()).isEqualTo("host-0");
    }
    assertThat(path.lane.records).hasSize(sizes.length);
  }

  @Test
  void tellsTheCallerVersionAndRecord() {
    path.serve(PathHarness.DIGEST, host);
    AtomicReference<Metadata> headers = new AtomicReference<>(new Metadata());
    AtomicReference<Metadata> trailers = new AtomicReference<>(new Metadata());

    var _ =
        path.stub()
            .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, trailers))
            .modelInfer(request(10));

    assertThat(Objects.requireNonNull(headers.get()).get(VERSION)).isEqualTo("1");
    assertThat(Objects.requireNonNull(trailers.get()).get(RECORD_ID))
        .isEqualTo("01900000-0000-8000-0000-000000000000");
    assertThat(Objects.requireNonNull(headers.get()).keys())
        .contains("x-from-host")
        .doesNotContain("weighbridge-boot-id");
    assertThat(host.metadata.get(0).keys())
        .contains("weighbridge-gateway-id")
        .doesNotContain("authorization");
  }

  @Test
  void refusesWithoutCredentials() {
    path.serve(PathHarness.DIGEST, host);
    for (String bad :
        new String[] {
          "", "Bearer", "Bearer wb_demo_x", "Bearer wb_other_" + PathHarness.SECRET, "Basic x"
        }) {
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> path.stub(bad).modelInfer(request(1)));
      assertThat(refused.getStatus().getCode()).as(bad).isEqualTo(Status.Code.UNAUTHENTICATED);
    }
    assertThat(host.requests).isEmpty();
    assertThat(path.lane.records).isEmpty();
    assertThat(path.folded).hasSize(5).containsOnly("credentials_invalid");
  }

  @Test
  void deniesAModelTheCallerMayNotSeeWhetherItExistsOrNot() {
    path.serve(PathHarness.DIGEST, host);
    ModelInferRequest other = request(1).toBuilder().setModelName("secret").build();

    StatusRuntimeException refused =
        catchThrowableOfType(StatusRuntimeException.class, () -> path.stub().modelInfer(other));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(path.lane.records).extracting(FakeLane.Seen::kind).containsExactly(2);
  }

  @Test
  void passesTheHostsErrorUntouched() {
    path.serve(PathHarness.DIGEST, host);
    host.failure = Status.INVALID_ARGUMENT.withDescription("input x: expected [1]");

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> path.stub().modelInfer(request(1)));

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(failed.getStatus().getDescription()).isEqualTo("input x: expected [1]");
    assertThat(path.lane.records).extracting(FakeLane.Seen::integrity).containsExactly(5);
  }

  @Test
  void dropsAnAnswerWithAnotherDigestAndAsksAnotherHost() throws Exception {
    try (FakeHost liar = new FakeHost("sha256:" + "cd".repeat(32))) {
      path.serve(PathHarness.DIGEST, liar, host);
      for (int i = 0; i < 20 && path.mismatches.isEmpty(); i++) {
        assertThat(path.stub().modelInfer(request(1)).getModelVersion()).isEqualTo("1");
      }
      assertThat(path.mismatches).containsExactly("host-0");
      assertThat(path.lane.records).extracting(FakeLane.Seen::kind).contains(3);
      FakeLane.Seen attempt =
          path.lane.records.stream().filter(seen -> seen.kind() == 3).findFirst().orElseThrow();
      assertThat(attempt.integrity()).isEqualTo(4);
    }
  }

  @Test
  void answersAreUnverifiedHoweverOftenTheyBeginAlikeWhereNothingIsProved() {
    path.serve(null, host);
    var stub = path.stub();

    for (int i = 0; i < 5; i++) {
      assertThat(stub.modelInfer(request(1)).getModelVersion()).isEqualTo("1");
    }
    host.digest = "sha256:" + "cd".repeat(32);
    var _ = stub.modelInfer(request(1));

    assertThat(path.lane.records).hasSize(6).extracting(FakeLane.Seen::integrity).containsOnly(3);
    assertThat(path.mismatches).isEmpty();
  }

  @Test
  void failsWithDataLossWhenOnlyALiarIsLeft() {
    path.serve("sha256:" + "cd".repeat(32), host);

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> path.stub().modelInfer(request(1)));

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(failed.getStatus().getDescription()).startsWith("model_digest_mismatch");
    assertThat(path.lane.records).extracting(FakeLane.Seen::integrity).containsExactly(4);
  }

  @Test
  void refusesAnAnswerOfAProcessThatProvedNothing() {
    path.serve(PathHarness.DIGEST, host);
    host.bootId = "ffffffffffffffffffffffffffffffff";

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> path.stub().modelInfer(request(1)));

    assertThat(failed.getStatus().getDescription()).startsWith("no_verified_host");
    assertThat(path.mismatches).containsExactly("host-0 restarted");
  }

  @Test
  void givesNoAnswerThatTheLedgerDidNotTake() {
    path.serve(PathHarness.DIGEST, host);
    path.lane.full = true;

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> path.stub().modelInfer(request(1)));

    assertThat(failed.getStatus().getDescription()).startsWith("audit_unavailable");
  }

  @Test
  void givesNoAnswerWhoseFailedTryTheLedgerDidNotTake() throws Exception {
    path.lane.fullForKind = 3;
    try (FakeHost liar = new FakeHost("sha256:" + "cd".repeat(32))) {
      path.serve(PathHarness.DIGEST, liar, host);
      StatusRuntimeException failed = null;
      for (int i = 0; i < 20 && path.mismatches.isEmpty(); i++) {
        failed =
            catchThrowableOfType(
                StatusRuntimeException.class, () -> path.stub().modelInfer(request(1)));
      }
      assertThat(failed).hasMessageContaining("audit_unavailable");
      assertThat(path.metrics.refusals(Refusal.AUDIT_UNAVAILABLE)).isOne();
    }
  }

  @Test
  void sendsNoTraceOnThatTheCallerDidNotMakeWell() {
    path.serve(PathHarness.DIGEST, host);
    String trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    for (String bad : new String[] {"", trace + "-", trace.toUpperCase(Locale.ROOT)}) {
      call("traceparent", bad, "tracestate", "vendor=x");
      assertThat(host.metadata.getLast().keys()).doesNotContain("traceparent", "tracestate");
    }
    call("x-note", "none", "tracestate", "vendor=x");
    assertThat(host.metadata.getLast().keys()).contains("x-note").doesNotContain("tracestate");
  }

  @ParameterizedTest
  @ValueSource(strings = {"00-%s-00", "00-%s-01", "00-%s-03", "01-%s-01-extra"})
  void passesTheCallersTraceAsItCameWhileTracingIsOff(String form) {
    path.serve(PathHarness.DIGEST, host);
    String trace = form.formatted("0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331");
    call("traceparent", trace, "tracestate", "vendor=x");

    Metadata seen = host.metadata.getLast();
    assertThat(seen.get(Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER)))
        .isEqualTo(trace);
    assertThat(seen.get(Metadata.Key.of("tracestate", Metadata.ASCII_STRING_MARSHALLER)))
        .isEqualTo("vendor=x");
  }

  /** A call with these fields besides. */
  private void call(String... fields) {
    Metadata metadata = new Metadata();
    for (int i = 0; i < fields.length; i += 2) {
      metadata.put(Metadata.Key.of(fields[i], Metadata.ASCII_STRING_MARSHALLER), fields[i + 1]);
    }
    var _ =
        path.stub()
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
            .modelInfer(request(1));
  }

  @Test
  void triesAnotherHostWhenOneCannotBeReached() throws Exception {
    FakeHost gone = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, gone, host);
    gone.close();
    var stub = path.stub();
    for (int i = 0; i < 50; i++) {
      assertThat(stub.modelInfer(request(100)).getModelVersion()).isEqualTo("1");
    }
  }

  @Test
  void keepsToTheDeadlineAndTellsTheHost() {
    path.serve(PathHarness.DIGEST, host);
    host.silent = true;
    long startNs = System.nanoTime();

    StatusRuntimeException failed =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> path.stub().withDeadlineAfter(300, TimeUnit.MILLISECONDS).modelInfer(request(1)));

    assertThat(failed.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs)).isLessThan(2_000);
    await().untilAsserted(() -> assertThat(host.cancelled.get()).isEqualTo(1));
    await().untilAsserted(() -> assertThat(path.lane.records).hasSize(1));
  }

  @Test
  void asksNoHostWhenTheDeadlinePassedInTheReadThatBroughtTheCall() throws Exception {
    path.serve(PathHarness.DIGEST, host);
    byte[] message = request(100).toByteArray();
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch sent = new CountDownLatch(1);
    try (RawConnection caller = new RawConnection(path.address)) {
      var _ =
          path.loop()
              .submit(() -> {
                busy.countDown();
                sent.await();
                return null;
              });
      busy.await();
      caller.begin(1, "ModelInfer", "identity", "grpc-timeout", "1n");
      byte[] body = RawConnection.message(0, message.length, message);
      caller.send(RawConnection.DATA, RawConnection.END_STREAM, 1, body);
      sent.countDown();

      RawConnection.Frame answer = caller.next(RawConnection.HEADERS);
      assertThat(answer.text()).contains("deadline_exceeded");
    }
    await().until(() -> path.lane.records.size() == 1);
    assertThat(path.lane.records.get(0).attempts()).isZero();
  }

  @Test
  void answersProbesWithoutCredentials() {
    var stub = inference.GRPCInferenceServiceGrpc.newBlockingStub(path.channel());

    assertThat(stub.serverReady(ServerReadyRequest.getDefaultInstance()).getReady()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({":path,/elsewhere", "x-note,a\bb", "Upper,case", "connection,close"})
  void refusesTrailersThatAreNone(String name, String value) throws Exception {
    path.serve(PathHarness.DIGEST, host);
    byte[] message = request(100).toByteArray();
    ByteArrayOutputStream trailers = new ByteArrayOutputStream();
    RawConnection.field(trailers, name, value);
    try (RawConnection caller = new RawConnection(path.address)) {
      caller.begin(1, "ModelInfer", "identity");
      caller.send(0, 0, 1, RawConnection.message(0, message.length, message));
      int last = RawConnection.END_HEADERS | RawConnection.END_STREAM;
      caller.send(RawConnection.HEADERS, last, 1, trailers.toByteArray());

      RawConnection.Frame answer = caller.next(RawConnection.HEADERS);
      assertThat(answer.flags() & RawConnection.END_STREAM).isEqualTo(RawConnection.END_STREAM);
    }
    await().until(() -> path.lane.records.size() == 1);
    assertThat(path.lane.records.get(0).reason()).isEqualTo("request_malformed");
    assertThat(host.requests).isEmpty();
  }

  @Test
  void refusesASecondNameBehindTheTensors() {
    path.serve(PathHarness.DIGEST, host);
    byte[] smuggled =
        Arrays.copyOf(request(100).toByteArray(), request(100).getSerializedSize() + 3);
    smuggled[smuggled.length - 3] = 0x0a;
    smuggled[smuggled.length - 2] = 1;
    smuggled[smuggled.length - 1] = 'x';

    StatusRuntimeException refused =
        catchThrowableOfType(
            StatusRuntimeException.class, () -> RawCall.infer(path.stub(), smuggled));

    assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getStatus().getDescription()).startsWith("request_malformed: name_repeated");
    assertThat(host.requests).isEmpty();
  }
}
