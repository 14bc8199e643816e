package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import inference.ModelInferRequest;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a caller sees on the wire while the gateway stops, frame by frame. */
final class DrainTest {
  private static final byte[] NOTHING = {};
  private static final byte[] CANCEL = {0, 0, 0, 8};

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

  private static ModelInferRequest request() {
    return ModelInferRequest.newBuilder()
        .setModelName("m")
        .addRawInputContents(ByteString.copyFromUtf8("x"))
        .build();
  }

  @Test
  void warnsAndNamesTheLastStreamOnlyWhenThePingIsAnswered() throws Exception {
    host.silent = true;
    try (RawConnection caller = new RawConnection(path.address)) {
      caller.call(1, "ModelInfer", request().toByteArray());
      await().until(() -> host.requests.size() == 1);

      path.port.drain();

      RawConnection.Frame warning = caller.next(RawConnection.GOAWAY);
      assertThat(warning.lastStream()).isEqualTo(Integer.MAX_VALUE);
      assertThat(warning.errorCode()).isZero();
      RawConnection.Frame ping = caller.next();
      assertThat(ping.type()).isEqualTo(RawConnection.PING);
      assertThat(ping.flags()).isZero();

      // This stream was on its way when the warning was sent: it must be answered.
      caller.call(3, "ServerLive", NOTHING);
      caller.send(RawConnection.PING, RawConnection.ACK, 0, ping.payload());
      RawConnection.Frame answer = caller.next(RawConnection.HEADERS);
      assertThat(answer.streamId()).isEqualTo(3);
      RawConnection.Frame last = caller.next(RawConnection.GOAWAY);
      assertThat(last.lastStream()).isEqualTo(3);
      assertThat(last.errorCode()).isZero();

      assertThat(path.connections()).as("stream 1 is still at work").isEqualTo(1);
      caller.send(RawConnection.RST_STREAM, 0, 1, CANCEL);
      assertThat(caller.ended()).isTrue();
    }
  }

  @Test
  void namesTheLastStreamToAPeerThatAnswersNoPing() throws Exception {
    try (RawConnection caller = new RawConnection(path.address)) {
      caller.call(1, "ServerLive", NOTHING);
      caller.next(RawConnection.HEADERS);

      path.port.drain();

      assertThat(caller.next(RawConnection.GOAWAY).lastStream()).isEqualTo(Integer.MAX_VALUE);
      assertThat(caller.next(RawConnection.GOAWAY).lastStream()).isEqualTo(1);
      assertThat(caller.ended()).isTrue();
    }
    await().until(() -> path.connections() == 0);
  }

  @Test
  void tellsCallsThatTakeTooLong() throws Exception {
    host.silent = true;
    try (RawConnection caller = new RawConnection(path.address)) {
      caller.call(1, "ModelInfer", request().toByteArray());
      await().until(() -> host.requests.size() == 1);
      path.port.drain();
      caller.next(RawConnection.GOAWAY);

      path.port.cutShort();

      RawConnection.Frame trailers = caller.next(RawConnection.HEADERS);
      assertThat(trailers.streamId()).isEqualTo(1);
      assertThat(trailers.flags() & RawConnection.END_STREAM).isEqualTo(RawConnection.END_STREAM);
      assertThat(caller.ended()).isTrue();
    }
    await().until(() -> host.cancelled.get() == 1);
    assertThat(path.lane.records).hasSize(1);
    assertThat(path.lane.records.get(0).status()).isEqualTo(14);
    assertThat(path.lane.records.get(0).reason()).isEqualTo("draining");
  }

  @Test
  void refusesNewConnectionsAtOnce() {
    path.port.drain();

    assertThat(path.stub().withDeadlineAfter(5, TimeUnit.SECONDS))
        .satisfies(stub ->
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> stub.modelInfer(request()))
                .hasMessageContaining("UNAVAILABLE"));
    assertThat(host.requests).isEmpty();
  }

  @Test
  void callersNoticeNothingWhenConnectionsAreReplaced() throws Exception {
    PathHarness.Ages ages =
        new PathHarness.Ages(TimeUnit.MILLISECONDS.toNanos(20), TimeUnit.MILLISECONDS.toNanos(20));
    try (PathHarness ageing = new PathHarness(PathHarness.limits(), ages)) {
      ageing.serve(PathHarness.DIGEST, host);
      GRPCInferenceServiceBlockingStub stub = ageing.stub();
      long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
      int answered = 0;
      while (System.nanoTime() - endNs < 0) {
        stub.modelInfer(request());
        answered++;
      }
      assertThat(ageing.lane.records).hasSize(answered);
      assertThat(ageing.opened.get()).as("connections of the caller").isGreaterThan(10);
      assertThat(ageing.openedToHosts.get()).as("connections to the host").isGreaterThan(3);
    }
  }
}
