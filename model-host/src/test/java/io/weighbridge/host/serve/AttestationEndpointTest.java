package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.attest.v1.AttestRequest;
import io.weighbridge.attest.v1.AttestResponse;
import io.weighbridge.attest.v1.AttestationServiceGrpc;
import io.weighbridge.attest.v1.AttestationServiceGrpc.AttestationServiceBlockingStub;
import io.weighbridge.attest.v1.HashPoint;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.attest.v1.LoadedModel;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.tensor.TensorType;
import io.weighbridge.integrity.HostStatements;
import io.weighbridge.integrity.HostStatements.Answer;
import io.weighbridge.integrity.ModelFolder;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttestationEndpointTest {
  private static final byte[] NONCE = new byte[HostStatements.NONCE_BYTES];

  @TempDir private Path root;
  private TestHost host;

  @BeforeEach
  void start() throws IOException {
    ModelFolders.adding(root, "add", "1", 1);
    ModelFolders.identity(root, "id", "7", TensorType.BYTES, 1);
    host = new TestHost(root, new Limits(1 << 20, 1 << 20, 8192, 10, 10, 100, 10, 1, 12), 1);
  }

  @AfterEach
  void stop() {
    host.close();
  }

  @Test
  void provesTheFilesOnDiskWhenTheyAreTheOnesLoaded() throws IOException {
    HostStatement statement = prove(request(1));
    assertThat(statement.getHostId()).isEqualTo("host-a");
    assertThat(HexFormat.of().formatHex(statement.getBootId().toByteArray()))
        .isEqualTo(host.server.bootId());
    assertThat(statement.getModelsList())
        .extracting(
            model -> model.getName() + "/" + model.getVersion() + "/" + model.getLoadGeneration())
        .containsExactly("add/1/1", "id/7/1");
    for (LoadedModel model : statement.getModelsList()) {
      Path folder = root.resolve(model.getName()).resolve(model.getVersion());
      assertThat(model.getRootDigest().toByteArray())
          .isEqualTo(ModelFolder.list(folder, Set.of()).manifest().rootDigest().bytes());
      assertThat(model.getHashPoint()).isEqualTo(HashPoint.HASH_POINT_WHILE_LOADING);
      assertThat(model.getHashedAt()).isPositive();
    }
  }

  @Test
  void hashesTheChallengeAsItArrivedUnknownFieldsIncluded() {
    // Field 15, then the known ones: no generated code would write it so.
    ByteString odd =
        ByteString.copyFrom(new byte[] {0x7A, 0x01, 0x55}).concat(request(1).toByteString());
    MethodDescriptor<AttestRequest, AttestResponse> method =
        AttestationServiceGrpc.getAttestMethod();
    MethodDescriptor<ByteString, AttestResponse> raw =
        method.toBuilder(new WrittenAsGiven(), method.getResponseMarshaller()).build();
    byte[] envelope =
        ClientCalls.blockingUnaryCall(host.channel, raw, CallOptions.DEFAULT, odd)
            .getEnvelope()
            .toByteArray();
    assertThat(
            HostStatements.verify(
                envelope,
                new HostStatements.Challenge(odd.toByteArray(), NONCE, "gw-1", "host-a"),
                host.key.publicKey()))
        .isInstanceOf(Answer.Proved.class);
  }

  @Test
  void countsTheCallsOfEachGatewayAndBoot() {
    for (int i = 0; i < 3; i++) {
      call("gw-1", "1", "add", true);
    }
    call("gw-1", "1", "add", false);
    call("gw-1", "1", "unknown", false);
    call("gw-1", "2", "add", true);
    call("gw-2", "1", "add", true);
    HostStatement statement = prove(request(1));
    assertThat(statement.getCounters().getStarted()).isEqualTo(5);
    assertThat(statement.getCounters().getAnswered()).isEqualTo(3);
    assertThat(statement.getCounters().getFailed()).isEqualTo(2);
    assertThat(statement.getCounters().getInFlight()).isZero();
    assertThat(prove(request(2)).getCounters().getAnswered()).isEqualTo(1);
    assertThat(prove(request(3)).getCounters().getStarted()).isZero();
  }

  @Test
  void strangersDoNotMakeItForgetTheCallsOfAGatewayThatAsked() {
    prove(request(1));
    call("gw-1", "1", "add", true);
    for (int i = 0; i < CallTally.STRANGERS_MAX; i++) {
      call("stranger-" + i, "1", "add", true);
    }
    assertThat(prove(request(1)).getCounters().getStarted()).isEqualTo(1);
  }

  @Test
  void oneAddressLeavesChallengesForOthers() throws IOException {
    PeerRates rates = new PeerRates(20, () -> 0);
    InetAddress stranger = InetAddress.getByName("2001:db8::1");
    for (int i = 0; i < 5; i++) {
      assertThat(rates.tryAcquire(stranger)).isTrue();
    }
    assertThat(rates.tryAcquire(stranger)).isFalse();
    assertThat(rates.tryAcquire(InetAddress.getByName("2001:db8::2"))).isFalse();
    assertThat(rates.tryAcquire(InetAddress.getByName("2001:db8:0:1::1"))).isTrue();
    assertThat(rates.tryAcquire(InetAddress.getByName("10.0.0.1"))).isTrue();
  }

  @Test
  void refusesANonceOfAnotherLength() {
    for (int length : new int[] {0, 31, 33}) {
      ByteString nonce = ByteString.copyFrom(new byte[length]);
      Status status = refused(request(1).toBuilder().setNonce(nonce).build());
      assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
      assertThat(status.getDescription()).contains("expected 32 bytes, found " + length);
    }
  }

  @Test
  void refusesMoreThanItsRate() {
    for (int i = 0; i < 3; i++) {
      prove(request(1));
    }
    // The fourth within a third of a second may find a permit refilled; a burst of ten cannot.
    Status last = Status.OK;
    for (int i = 0; i < 10 && last.isOk(); i++) {
      StatusRuntimeException error =
          catchThrowableOfType(StatusRuntimeException.class, () -> stub().attest(request(1)));
      last = error == null ? Status.OK : error.getStatus();
    }
    assertThat(last.getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(last.getDescription()).startsWith("rate_limited: at most 3 ");
  }

  @Test
  void permitsComeBackWithTime() {
    AtomicLong nowNs = new AtomicLong();
    AttestationEndpoint.RateLimit limit = new AttestationEndpoint.RateLimit(2, nowNs::get);
    assertThat(limit.tryAcquire()).isTrue();
    assertThat(limit.tryAcquire()).isTrue();
    assertThat(limit.tryAcquire()).isFalse();
    nowNs.addAndGet(499_000_000);
    assertThat(limit.tryAcquire()).isFalse();
    nowNs.addAndGet(1_000_000);
    assertThat(limit.tryAcquire()).isTrue();
    assertThat(limit.tryAcquire()).isFalse();
    nowNs.addAndGet(3600_000_000_000L);
    assertThat(limit.tryAcquire()).isTrue();
    assertThat(limit.tryAcquire()).isTrue();
    assertThat(limit.tryAcquire()).as("no more than one second's worth is kept").isFalse();
  }

  private AttestationServiceBlockingStub stub() {
    return AttestationServiceGrpc.newBlockingStub(host.channel);
  }

  private Status refused(AttestRequest request) {
    StatusRuntimeException error =
        catchThrowableOfType(StatusRuntimeException.class, () -> stub().attest(request));
    return Objects.requireNonNull(error).getStatus();
  }

  private HostStatement prove(AttestRequest request) {
    byte[] envelope = stub().attest(request).getEnvelope().toByteArray();
    Answer answer =
        HostStatements.verify(
            envelope,
            new HostStatements.Challenge(request.toByteArray(), NONCE, "gw-1", "host-a"),
            host.key.publicKey());
    assertThat(answer).isInstanceOf(Answer.Proved.class);
    return ((Answer.Proved) answer).statement();
  }

  private static AttestRequest request(long bootEpoch) {
    return AttestRequest.newBuilder()
        .setNonce(ByteString.copyFrom(NONCE))
        .setGatewayId("gw-1")
        .setBootEpoch(bootEpoch)
        .build();
  }

  private void call(String gateway, String epoch, String model, boolean good) {
    Metadata metadata = new Metadata();
    metadata.put(CallTally.GATEWAY_ID, gateway);
    metadata.put(CallTally.BOOT_EPOCH, epoch);
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(model);
    if (good) {
      request
          .addInputsBuilder()
          .setName("x")
          .setDatatype("FP32")
          .addShape(1)
          .getContentsBuilder()
          .addFp32Contents(1);
    }
    StatusRuntimeException error =
        catchThrowableOfType(
            StatusRuntimeException.class,
            () ->
                GRPCInferenceServiceGrpc.newBlockingStub(host.channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                    .modelInfer(request.build()));
    assertThat(error == null).isEqualTo(good);
  }
}
