package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.weighbridge.gateway.call.Refusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is recorded of a stream whose host answers as it likes, frame by frame. */
class StreamRecordsTest {
  private static final int KIND_PREDICTION = 1;
  private static final int KIND_REFUSAL = 2;
  private static final int STREAM = 1;

  /** What each request is longer by than the one before. */
  private static final int PADDING = 10;

  private PathHarness path;
  private ServerSocket port;
  private RawConnection caller;

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
    port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    path.serve(null, (InetSocketAddress) port.getLocalSocketAddress());
    caller = new RawConnection(path.address);
    caller.begin(STREAM, "ModelStreamInfer", "identity");
  }

  @AfterEach
  void stop() throws Exception {
    caller.close();
    port.close();
    path.close();
  }

  private void ask(String model, String id, int bytes) throws IOException {
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName(model)
            .setId(id)
            .addRawInputContents(ByteString.copyFrom(new byte[bytes]))
            .build()
            .toByteArray();
    caller.send(RawConnection.DATA, 0, STREAM, RawConnection.message(0, message.length, message));
  }

  /** Asks under each of these ids, each time with a longer message. */
  private void ask(String... ids) throws IOException {
    for (int i = 0; i < ids.length; i++) {
      ask("m", ids[i], PADDING * i);
    }
  }

  /** The host, once it has the stream, with the first block of its answer sent. */
  private RawConnection host() throws IOException {
    RawConnection host = new RawConnection(port.accept());
    host.next(RawConnection.HEADERS);
    host.answer(STREAM, 0, ":status", "200", "content-type", "application/grpc");
    return host;
  }

  private static void answer(RawConnection host, String... ids) throws IOException {
    for (String id : ids) {
      byte[] message =
          ModelStreamInferResponse.newBuilder()
              .setInferResponse(ModelInferResponse.newBuilder().setModelName("m").setId(id))
              .build()
              .toByteArray();
      host.send(RawConnection.DATA, 0, STREAM, RawConnection.message(0, message.length, message));
    }
  }

  /** The first of what is recorded: more may come while a test looks at it. */
  private List<FakeLane.Seen> records(int count) {
    return path.lane.records.stream().limit(count).toList();
  }

  private void awaitRecords(int count) {
    await().until(() -> path.lane.records.size() >= count);
  }

  /** Waits until what the caller sent is dealt with. */
  private void settle() throws IOException {
    caller.send(RawConnection.PING, 0, 0, new byte[8]);
    caller.next(RawConnection.PING);
  }

  @Test
  void answersThatTakeTurnsBelongToTheRequestsTheyName() throws Exception {
    ask("A", "B", "C");
    try (RawConnection host = host()) {
      answer(host, "A", "B", "A", "B", "C", "A");
      awaitRecords(6);
    }
    assertThat(records(6))
        .extracting(FakeLane.Seen::requestId)
        .containsExactly("A", "B", "A", "B", "C", "A");
    assertThat(records(6))
        .extracting(FakeLane.Seen::requestSha256)
        .doesNotContain("")
        .satisfies(hashes -> {
          assertThat(hashes.get(2)).isEqualTo(hashes.get(0)).isEqualTo(hashes.get(5));
          assertThat(hashes.get(3)).isEqualTo(hashes.get(1)).isNotEqualTo(hashes.get(0));
        });
  }

  @Test
  void aFurtherAnswerLeavesTheOthersWaiting() throws Exception {
    ask("A", "B", "C", "D", "E", "F", "G", "H");
    try (RawConnection host = host()) {
      answer(host, "A", "B", "A", "A", "A", "B");
      awaitRecords(6);
      ask("I", "J");
      settle();
      assertThat(path.lane.records).hasSize(6);
      ask("K");
      awaitRecords(7);
    }
    assertThat(path.lane.records.get(6).reason()).isEqualTo("overloaded");
  }

  @Test
  void anAnswerToNobodyIsRecordedUnderItsOwnIdWithoutARequest() throws Exception {
    ask("A", "B");
    try (RawConnection host = host()) {
      answer(host, "X", "B", "A");
      awaitRecords(3);
    }
    assertThat(records(3)).extracting(FakeLane.Seen::requestId).containsExactly("X", "B", "A");
    FakeLane.Seen unknown = path.lane.records.getFirst();
    assertThat(unknown.requestSha256()).isEmpty();
    assertThat(unknown.requestBytes()).isZero();
    assertThat(unknown.responseSha256()).isNotEmpty();
  }

  @Test
  void anIdTheHostMadeUpAnswersTheRequestThatHasNone() throws Exception {
    ask("A", "", "");
    try (RawConnection host = host()) {
      answer(host, "f81d4fae", "A", "f81d4faf");
      awaitRecords(3);
    }
    assertThat(records(3)).extracting(FakeLane.Seen::requestId).containsExactly("", "A", "");
    assertThat(records(3)).extracting(FakeLane.Seen::requestSha256).doesNotContain("");
  }

  @Test
  void longIdsAreToldApartByTheirEnds() throws Exception {
    String alike = "i".repeat(190);
    ask(alike + "-1", alike + "-2", alike + "-3");
    try (RawConnection host = host()) {
      answer(host, alike + "-3", alike + "-2", alike + "-1");
      awaitRecords(3);
    }
    var bytes = records(3).stream().map(FakeLane.Seen::requestBytes).toList();
    assertThat(bytes.get(0)).isGreaterThan(bytes.get(1));
    assertThat(bytes.get(1)).isGreaterThan(bytes.get(2));
  }

  @Test
  void aRefusalThatHasNoPlaceAmongPlainAnswersEndsTheStreamBehindTheFirst() throws Exception {
    ask("m", "A", 0);
    try (RawConnection host = host()) {
      settle();
      ask("secret", "B", 0);
      settle();
      byte[] plain =
          ModelInferResponse.newBuilder()
              .setModelName("m")
              .addOutputs(ModelInferResponse.InferOutputTensor.newBuilder().setName("o"))
              .build()
              .toByteArray();
      byte[] framed = RawConnection.message(0, plain.length, plain);
      host.send(RawConnection.DATA, 0, STREAM, framed);

      RawConnection.Frame answered = caller.next(RawConnection.DATA);
      assertThat(answered.payload()).isEqualTo(framed);
      RawConnection.Frame end = caller.next();
      assertThat(end.type()).isEqualTo(RawConnection.HEADERS);
      assertThat(end.text()).contains("permission_denied");
      awaitRecords(3);
    }
    assertThat(path.lane.records)
        .extracting(FakeLane.Seen::reason)
        .containsExactly("permission_denied", "", "permission_denied");
    assertThat(path.metrics.refusals(Refusal.PERMISSION_DENIED)).isOne();
  }

  @Test
  void aCallWithoutAnAnswerIsRecordedBesideTheMessagesThatWereRefused() throws Exception {
    ask("m", "A", 0);
    ask("secret", "B", 0);
    settle();
    try (RawConnection host = host()) {
      host.answer(STREAM, RawConnection.END_STREAM, "grpc-status", "0");
      caller.next(RawConnection.HEADERS);
    }
    awaitRecords(2);
    assertThat(path.lane.records)
        .extracting(FakeLane.Seen::kind)
        .containsExactly(KIND_REFUSAL, KIND_PREDICTION);
    assertThat(path.lane.records.get(1).host()).isEqualTo("host-0");
    assertThat(path.lane.records.get(1).status()).isZero();
  }

  @Test
  void anEndBetweenMessagesHasNoAnswerToHash() throws Exception {
    ask("A");
    try (RawConnection host = host()) {
      answer(host, "A");
      awaitRecords(1);
      host.answer(STREAM, RawConnection.END_STREAM, "grpc-status", "13");
      awaitRecords(2);
    }
    assertThat(path.lane.records.get(0).responseSha256()).isNotEmpty();
    assertThat(path.lane.records.get(1).status()).isEqualTo(13);
    assertThat(path.lane.records.get(1).responseSha256()).isEmpty();
    assertThat(path.lane.records.get(1).responseBytes()).isZero();
  }
}
