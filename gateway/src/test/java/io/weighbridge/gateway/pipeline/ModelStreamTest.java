package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.identity.KeyTable;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ModelStreamTest {
  private PathHarness path;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
    host = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, host);
  }

  @AfterEach
  void stop() {
    path.close();
    host.close();
  }

  private Conversation<ModelInferRequest, ModelStreamInferResponse> stream(Metadata metadata) {
    return new Conversation<>(
        path.channel(),
        GRPCInferenceServiceGrpc.getModelStreamInferMethod(),
        CallOptions.DEFAULT,
        metadata);
  }

  private Conversation<ModelInferRequest, ModelStreamInferResponse> stream() {
    return stream(Conversation.key());
  }

  private static ModelInferRequest request(String id, int bytes) {
    byte[] tensor = new byte[bytes];
    new Random(bytes).nextBytes(tensor);
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .setId(id)
        .addRawInputContents(ByteString.copyFrom(tensor))
        .build();
  }

  private static String sha256(byte[] bytes) throws Exception {
    return FakeLane.hex(MessageDigest.getInstance("SHA-256").digest(bytes));
  }

  @Test
  void answersEveryMessageAndRecordsEachWithItsRequest() throws Exception {
    var stream = stream();
    int[] sizes = {0, 1, 1024, 32_700, 32_768, 65_536, 262_144, 1 << 20, 3, 5 << 20, 7};
    List<ModelInferRequest> asked = new ArrayList<>();
    List<ModelStreamInferResponse> heard = new ArrayList<>();
    for (int size : sizes) {
      ModelInferRequest request = request("r" + size, size);
      asked.add(request);
      heard.add(stream.say(request).hear());
    }
    stream.halfClose();

    assertThat(stream.end().isOk()).isTrue();
    assertThat(path.lane.records).hasSize(sizes.length);
    for (int i = 0; i < sizes.length; i++) {
      assertThat(heard.get(i).getInferResponse().getModelVersion()).isEqualTo("1");
      assertThat(heard.get(i).getInferResponse().getRawOutputContentsList())
          .isEqualTo(asked.get(i).getRawInputContentsList());
      FakeLane.Seen record = path.lane.records.get(i);
      assertThat(record.ordinal()).isEqualTo(i);
      assertThat(record.requestId()).isEqualTo("r" + sizes[i]);
      assertThat(record.requestBytes()).isEqualTo(asked.get(i).getSerializedSize());
      assertThat(record.requestSha256()).isEqualTo(sha256(asked.get(i).toByteArray()));
      assertThat(record.responseBytes()).isEqualTo(heard.get(i).getSerializedSize());
      assertThat(record.responseSha256()).isEqualTo(sha256(heard.get(i).toByteArray()));
      assertThat(record.integrity()).isEqualTo(1);
      assertThat(record.version()).isEqualTo("1");
    }
  }

  @Test
  void leavesTheVersionAloneWhereAMessageNamesIt() throws Exception {
    var stream = stream();
    var named = request("a", 10).toBuilder().setModelVersion("1").build();
    var labelled = request("b", 10).toBuilder().setModelVersion("stable").build();

    stream.say(labelled).hear();
    stream.say(named).hear();
    stream.say(request("c", 10)).hear();

    assertThat(host.requests)
        .extracting(ModelInferRequest::getModelVersion)
        .containsExactly("1", "1", "1");
    assertThat(path.lane.records)
        .extracting(FakeLane.Seen::versionAsked)
        .containsExactly("stable", "1", "");
  }

  @Test
  void tellsInTheStreamThatAMessageNamesAnotherModelOrVersionAndGoesOn() throws Exception {
    var stream = stream();
    stream.say(request("1", 10)).hear();

    var forbidden = request("2", 10).toBuilder().setModelName("secret").build();
    var denied = stream.say(forbidden).hear();
    var otherVersion = request("3", 100_000).toBuilder().setModelVersion("2").build();
    var unknown = stream.say(otherVersion).hear();
    var last = stream.say(request("4", 10)).hear();
    stream.halfClose();

    assertThat(denied.getErrorMessage()).startsWith("permission_denied: ");
    assertThat(denied.getInferResponse().getId()).isEqualTo("2");
    assertThat(unknown.getErrorMessage()).startsWith("version_unknown: ");
    assertThat(last.getInferResponse().getId()).isEqualTo("4");
    assertThat(stream.end().isOk()).isTrue();
    assertThat(host.requests).extracting(ModelInferRequest::getId).containsExactly("1", "4");
    assertThat(path.lane.records)
        .extracting(FakeLane.Seen::reason)
        .containsExactly("", "permission_denied", "version_unknown", "");
    assertThat(path.lane.records.get(1).model()).isEqualTo("secret");
    assertThat(path.lane.records.get(1).kind()).isEqualTo(2);
  }

  @Test
  void endsWithAStatusInsteadWhereTheCallerAsksForOne() throws Exception {
    Metadata metadata = Conversation.key();
    metadata.put(Metadata.Key.of("triton_grpc_error", Metadata.ASCII_STRING_MARSHALLER), "true");
    var stream = stream(metadata);
    stream.say(request("1", 10)).hear();
    stream.say(request("2", 10).toBuilder().setModelName("secret").build());

    assertThat(stream.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(host.metadata.get(0).keys()).contains("triton_grpc_error");
  }

  @Test
  void refusesAStreamWhoseFirstMessageMayNotBegin() throws Exception {
    var stream = stream();
    stream.say(request("1", 10).toBuilder().setModelName("secret").build());

    assertThat(stream.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(host.requests).isEmpty();
  }

  @Test
  void endsBeforeASecondNameInALaterMessageReachesTheHost() throws Exception {
    var stream =
        new Conversation<byte[], byte[]>(
            path.channel(),
            FakeService.method("Echo").toBuilder()
                .setFullMethodName("inference.GRPCInferenceService/ModelStreamInfer")
                .build(),
            CallOptions.DEFAULT,
            Conversation.key());
    stream.say(request("1", 100_000).toByteArray()).hear();
    byte[] good = request("2", 100_000).toByteArray();
    byte[] smuggled = java.util.Arrays.copyOf(good, good.length + 3);
    System.arraycopy(new byte[] {0x0a, 1, 'x'}, 0, smuggled, good.length, 3);
    stream.say(smuggled);

    Status refused = stream.end();
    assertThat(refused.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(refused.getDescription()).startsWith("request_malformed: routing_late");
    assertThat(host.requests).extracting(ModelInferRequest::getId).containsExactly("1");
  }

  @Test
  void saysOfAnErrorOfTheHostThatItFailed() throws Exception {
    var stream = stream();
    assertThat(stream.say(request("bad", 1)).hear().getErrorMessage()).isEqualTo("no such tensor");
    assertThat(stream.say(request("good", 1)).hear().getErrorMessage()).isEmpty();

    assertThat(path.lane.records).extracting(FakeLane.Seen::status).containsExactly(2, 0);
  }

  @Test
  void pairsAnswersWithRequestsSentAhead() throws Exception {
    var stream = stream();
    for (int i = 0; i < 8; i++) {
      stream.say(request("r" + i, i));
    }
    stream.halfClose();
    for (int i = 0; i < 8; i++) {
      assertThat(stream.hear().getInferResponse().getId()).isEqualTo("r" + i);
    }

    assertThat(stream.end().isOk()).isTrue();
    assertThat(path.lane.records)
        .extracting(FakeLane.Seen::requestId)
        .containsExactly("r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7");
  }

  @Test
  void refusesMoreRequestsThanMayWaitForAnAnswer() throws Exception {
    host.silent = true;
    var stream = stream();
    for (int i = 0; i < 9; i++) {
      stream.say(request("r" + i, i));
    }

    assertThat(stream.end().getDescription()).startsWith("overloaded: 8 requests wait");
  }

  @Test
  void endsWithDataLossOnceItsHostProvesNothingAnyMore() throws Exception {
    var stream = stream();
    stream.say(request("1", 1)).hear();
    path.tables.publish(HostTable.empty());

    Status ended = stream.end();
    assertThat(ended.getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(ended.getDescription()).startsWith("host_withdrawn");
    await().untilAsserted(() -> assertThat(host.cancelled.get()).isEqualTo(1));
  }

  @Test
  void endsOnceItsKeyIsRevoked() throws Exception {
    var stream = stream();
    stream.say(request("1", 1)).hear();
    path.tables.publish(new KeyTable(Map.of()));

    assertThat(stream.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
  }

  @Test
  void tellsTheHostThatTheCallerLeft() throws Exception {
    host.silent = true;
    var stream = stream();
    stream.say(request("1", 1));
    await().untilAsserted(() -> assertThat(host.requests).hasSize(1));
    stream.cancel();

    await().untilAsserted(() -> assertThat(host.cancelled.get()).isEqualTo(1));
    await().untilAsserted(() -> assertThat(path.lane.records).hasSize(1));
    assertThat(path.lane.records.get(0).reason()).isEqualTo("cancelled");
  }

  @Test
  void passesTheHostsStatusAndRecordsIt() throws Exception {
    host.failure = Status.ABORTED.withDescription("enough");
    var stream = stream();
    stream.say(request("1", 1)).hear();
    stream.halfClose();

    assertThat(stream.end().getDescription()).isEqualTo("enough");
    assertThat(path.lane.records).extracting(FakeLane.Seen::status).containsExactly(0, 10);
  }

  @Test
  void failsWhenTheHostBreaksOffInTheMiddle() throws Exception {
    var stream = stream();
    stream.say(request("1", 1)).hear();
    host.close();

    assertThat(stream.end().getDescription()).startsWith("host_");
    assertThat(host.requests).hasSize(1);
  }

  @Test
  void refusesAnAnswerWithAnotherDigest() throws Exception {
    host.digest = "sha256:" + "cd".repeat(32);
    var stream = stream();
    stream.say(request("1", 1));

    assertThat(stream.end().getDescription()).startsWith("model_digest_mismatch");
    assertThat(path.mismatches).containsExactly("host-0");
  }

  @Test
  void givesNoMessageThatTheLedgerDidNotTake() throws Exception {
    var stream = stream();
    stream.say(request("1", 1)).hear();
    path.lane.full = true;
    stream.say(request("2", 1));

    assertThat(stream.end().getDescription()).startsWith("audit_unavailable");
  }

  @Test
  void holdsBackAFastHostBehindASlowReader() throws Exception {
    var stream = stream();
    for (int i = 0; i < 8; i++) {
      stream.say(request("r" + i, 1 << 20));
    }
    stream.halfClose();
    for (int i = 0; i < 8; i++) {
      assertThat(stream.hear().getInferResponse().getId()).isEqualTo("r" + i);
    }

    assertThat(stream.end().isOk()).isTrue();
  }

  @Test
  void keepsASequenceOnOneHost() throws Exception {
    try (FakeHost second = new FakeHost(PathHarness.DIGEST)) {
      path.serve(PathHarness.DIGEST, host, second);
      for (int sequence = 1; sequence <= 6; sequence++) {
        ModelInferRequest.Builder request = request("s", 1).toBuilder();
        request.putParameters(
            "sequence_id", inference.InferParameter.newBuilder().setInt64Param(sequence).build());
        int before = host.requests.size();
        for (int i = 0; i < 10; i++) {
          var _ = path.stub().modelInfer(request.build());
        }
        assertThat(host.requests.size() - before).isIn(0, 10);
      }
      assertThat(host.requests).isNotEmpty();
      assertThat(second.requests).isNotEmpty();
    }
  }
}
