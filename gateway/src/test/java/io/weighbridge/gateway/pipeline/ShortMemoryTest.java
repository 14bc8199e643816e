package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import io.grpc.StatusRuntimeException;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.http2.ErrorCode;
import io.weighbridge.gateway.http2.Headroom;
import io.weighbridge.gateway.observe.VersionCalls;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Calls while memory for buffers is short: what would have to be held ends at once, and says why.
 */
class ShortMemoryTest {
  private static final double SHORT = Headroom.SHORT_SHARE + 0.01;
  private static final double FULL = Headroom.FULL_SHARE + 0.01;
  private static final int FRAME_BYTES = 10_000;

  /** More than a window of HTTP/2's own. */
  private static final int FRAMES = 10;

  private PathHarness gateway;
  private FakeHost host;

  @BeforeEach
  void start() throws Exception {
    gateway = new PathHarness(PathHarness.limits());
    host = new FakeHost(PathHarness.DIGEST);
    gateway.serve(PathHarness.DIGEST, host);
  }

  @AfterEach
  void stop() {
    gateway.close();
    host.close();
  }

  private static byte[] request() {
    byte[] tensor = new byte[FRAMES * FRAME_BYTES];
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .addRawInputContents(ByteString.copyFrom(tensor))
            .build()
            .toByteArray();
    return RawConnection.message(0, message.length, message);
  }

  private static byte[] part(byte[] of, int frame) {
    int from = frame * FRAME_BYTES;
    return Arrays.copyOfRange(of, from, Math.min(of.length, from + FRAME_BYTES));
  }

  /** Waits until what the caller sent is dealt with. */
  private static void settle(RawConnection caller) throws IOException {
    caller.send(RawConnection.PING, 0, 0, new byte[8]);
    caller.next(RawConnection.PING);
  }

  private void assertRefused(int calls) {
    assertThat(gateway.metrics.refusals(Refusal.OVERLOADED)).isEqualTo(calls);
    assertThat(gateway.lane.records).hasSize(calls);
    assertThat(gateway.lane.records).allMatch(each -> each.reason().equals("overloaded"));
  }

  @Test
  void aRequestThatIsNotUnderstoodYetIsHeldNoLonger() throws Exception {
    byte[] beginning = RawConnection.message(0, 1_000, new byte[0]);
    try (RawConnection caller = new RawConnection(gateway.address)) {
      caller.begin(1, "ModelInfer", "identity");
      caller.send(RawConnection.DATA, 0, 1, beginning);
      gateway.memoryUsed = Headroom.SHORT_SHARE;
      // Field 99, as long as the rest: nothing of it says where the call goes.
      caller.send(RawConnection.DATA, 0, 1, new byte[] {(byte) 0x9a, 6, (byte) 0xb0, 7});
      settle(caller);
      assertThat(gateway.lane.records).isEmpty();
      gateway.memoryUsed = SHORT;
      caller.send(RawConnection.DATA, 0, 1, new byte[1]);
      assertThat(caller.next(RawConnection.HEADERS).text())
          .contains("overloaded: this gateway is short of memory for buffers");
    }
    assertRefused(1);
  }

  @Test
  void someNewCallsPassWhileItIsShortAndNoneWhileItIsFull() {
    gateway.memoryUsed = SHORT;
    assertThat(passed(200)).isBetween(5, 45);
    gateway.memoryUsed = FULL;
    assertThat(passed(200)).isZero();
    gateway.memoryUsed = 0;
    await().untilAsserted(() -> assertThat(passed(1)).isEqualTo(1));
  }

  private int passed(int calls) {
    int passed = 0;
    for (int i = 0; i < calls; i++) {
      ModelInferRequest small = ModelInferRequest.newBuilder().setModelName("m").build();
      StatusRuntimeException refused =
          catchThrowableOfType(
              StatusRuntimeException.class, () -> gateway.stub().modelInfer(small));
      if (refused == null) {
        passed++;
      } else {
        assertThat(refused).hasMessageContaining("short of memory for buffers");
      }
    }
    return passed;
  }

  @Test
  void anAnswerThatWaitsForItsCallerEndsAndIsRecorded() throws Exception {
    host.silent = true;
    byte[] request = request();
    try (RawConnection caller = new RawConnection(gateway.address)) {
      caller.begin(1, "ModelInfer", "identity");
      for (int i = 0; i <= FRAMES; i++) {
        int end = i == FRAMES ? RawConnection.END_STREAM : 0;
        caller.send(RawConnection.DATA, end, 1, part(request, i));
      }
      await().until(() -> host.requests.size() == 1);
      gateway.memoryUsed = SHORT;
      host.answerNext();
      byte[] code = caller.next(RawConnection.RST_STREAM).payload();
      assertThat(code).containsExactly(0, 0, 0, (int) ErrorCode.ENHANCE_YOUR_CALM);
    }
    await().untilAsserted(() -> assertRefused(1));
    assertThat(gateway.inFlight(0)).isZero();
  }

  @Test
  void anAnswerWhoseLastBytesHaveNoRoomEndsOnce() throws Exception {
    byte[] answer = RawConnection.message(0, FRAMES * FRAME_BYTES, new byte[FRAMES * FRAME_BYTES]);
    try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawConnection caller = new RawConnection(gateway.address)) {
      gateway.serve(null, (InetSocketAddress) port.getLocalSocketAddress());
      byte[] request = ModelInferRequest.newBuilder().setModelName("m").build().toByteArray();
      caller.call(1, "ModelInfer", request);
      try (Socket accepted = port.accept();
          RawConnection quick = new RawConnection(accepted)) {
        quick.next(RawConnection.HEADERS);
        quick.answer(1, 0, ":status", "200", "content-type", "application/grpc");
        for (int i = 0; i < FRAMES; i++) {
          quick.send(RawConnection.DATA, 0, 1, part(answer, i));
        }
        settle(quick);
        gateway.memoryUsed = SHORT;
        quick.send(RawConnection.DATA, 0, 1, part(answer, FRAMES));
        quick.answer(1, RawConnection.END_STREAM, "grpc-status", "0");
        byte[] code = caller.next(RawConnection.RST_STREAM).payload();
        assertThat(code).containsExactly(0, 0, 0, (int) ErrorCode.ENHANCE_YOUR_CALM);
        settle(caller);
      }
    }
    assertThat(gateway.lane.records).singleElement().matches(each -> each.status() == 0);
    VersionCalls ended = gateway.metrics.calls(gateway.slots.of("m", "1"));
    assertThat(ended.okCount()).isOne();
    assertThat(ended.failedCount()).isZero();
  }

  @Test
  void aRequestThatWaitsForItsHostEndsAndTheHostIsNotBlamed() throws Exception {
    byte[] request = request();
    try (ServerSocket port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        RawConnection caller = new RawConnection(gateway.address)) {
      gateway.serve(PathHarness.DIGEST, (InetSocketAddress) port.getLocalSocketAddress());
      caller.begin(1, "ModelInfer", "identity");
      caller.send(RawConnection.DATA, 0, 1, part(request, 0));
      try (Socket accepted = port.accept();
          RawConnection slow = new RawConnection(accepted)) {
        slow.next(RawConnection.HEADERS);
        for (int i = 1; i < FRAMES; i++) {
          caller.send(RawConnection.DATA, 0, 1, part(request, i));
        }
        settle(caller);
        assertThat(gateway.lane.records).isEmpty();
        gateway.memoryUsed = SHORT;
        caller.send(RawConnection.DATA, 0, 1, part(request, FRAMES));
        assertThat(caller.next(RawConnection.HEADERS).text())
            .contains("overloaded: this gateway holds too much for slow receivers");
        slow.next(RawConnection.RST_STREAM);
      }
    }
    assertRefused(1);
  }
}
