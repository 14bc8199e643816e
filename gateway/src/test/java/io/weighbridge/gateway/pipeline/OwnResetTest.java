package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.route.ModelSpec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Streams that the gateway ends by itself, and what it says why. */
class OwnResetTest {
  private static final int FRAME_BYTES = 10_000;
  private static final int WINDOW_UPDATE = 8;
  private static final int WINDOW_BYTES = PathHarness.limits().streamWindowBytes();

  /** More fields than a header list may have, whatever they are. */
  private static final int FIELDS = PathHarness.HTTP2.headerListBytesMax() / 32;

  private static final long BODY_IDLE_MS = 800;
  private static final int ACCEPT_MS = 20;
  private static final int READ_MS_MAX = 5_000;

  /** May be kept for a second try, and with its names does not fit into HTTP/2's own window. */
  private static final int SHORT_BYTES = PathHarness.limits().retryBodyBytesMax() - 12;

  private static final String[] NOT_FOUND = {
    ":status", "200", "content-type", "application/grpc", "grpc-status", "5"
  };

  private PathHarness gateway;
  private ServerSocket port;
  private RawConnection caller;

  @BeforeEach
  void start() throws Exception {
    gateway =
        new PathHarness(TestCallLimits.impatient(TimeUnit.MILLISECONDS.toNanos(BODY_IDLE_MS)));
    port = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    gateway.serve(null, (InetSocketAddress) port.getLocalSocketAddress());
    caller = new RawConnection(gateway.address);
  }

  @AfterEach
  void stop() throws Exception {
    caller.close();
    gateway.close();
    port.close();
  }

  private static byte[] request(int bytes) {
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .addRawInputContents(ByteString.copyFrom(new byte[bytes]))
            .build()
            .toByteArray();
    return RawConnection.message(0, message.length, message);
  }

  private void call(int bytes) throws IOException {
    caller.begin(1, "ModelInfer", "identity");
    byte[] request = request(bytes);
    caller.body(1, request, 0, request.length);
  }

  /** The host's end, with the call on it. */
  private RawConnection host() throws IOException {
    RawConnection host = new RawConnection(port.accept());
    host.next(RawConnection.HEADERS);
    return host;
  }

  private void assertEnded(String reason) {
    await().until(() -> !gateway.lane.records.isEmpty());
    assertThat(gateway.lane.records).extracting(FakeLane.Seen::reason).containsExactly(reason);
    Refusal refusal =
        Arrays.stream(Refusal.values())
            .filter(each -> each.reason().equals(reason))
            .findAny()
            .get();
    assertThat(gateway.metrics.refusals(refusal)).isOne();
  }

  /** What the caller is told. */
  private String told() throws IOException {
    return caller.next(RawConnection.HEADERS).text();
  }

  private static String[] manyFields(String... first) {
    String[] fields = Arrays.copyOf(first, first.length + 2 * FIELDS);
    Arrays.fill(fields, first.length, fields.length, "x");
    return fields;
  }

  // The caller's.

  @Test
  void aBodyThatIsNotWhatItAnnouncesIsTheCallersFault() throws Exception {
    caller.begin(1, "ModelInfer", "identity", "content-length", "5");
    byte[] request = request(1);
    caller.body(1, request, 0, request.length);
    caller.next(RawConnection.RST_STREAM);
    assertEnded("framing_malformed");
  }

  @Test
  void soItIsWhereNobodyKnowsWhoCalls() throws Exception {
    caller.answer(1, RawConnection.END_STREAM, ":method", "POST", "content-length", "5");
    caller.next(RawConnection.RST_STREAM);
    await().until(() -> gateway.metrics.refusals(Refusal.FRAMING_MALFORMED) == 1);
    assertThat(gateway.folded).containsExactly("framing_malformed");
    assertThat(gateway.lane.records).isEmpty();
  }

  @Test
  void trailersThatAreTooLargeAreTheCallersFault() throws Exception {
    caller.begin(1, "ModelInfer", "identity");
    caller.answer(1, RawConnection.END_STREAM, manyFields());
    caller.next(RawConnection.RST_STREAM);
    assertEnded("request_malformed");
  }

  @Test
  void anAnswerThatIsNotTakenRunsOutOfTime() throws Exception {
    call(1);
    try (RawConnection host = host()) {
      host.answer(1, 0, ":status", "200", "content-type", "application/grpc");
      byte[] answer = request(8 * FRAME_BYTES);
      for (int at = 0; at < answer.length; at += FRAME_BYTES) {
        byte[] piece = Arrays.copyOfRange(answer, at, Math.min(answer.length, at + FRAME_BYTES));
        host.send(RawConnection.DATA, 0, 1, piece);
      }
      caller.next(RawConnection.RST_STREAM);
      assertEnded("deadline_exceeded");
    }
  }

  // The host's.

  @ParameterizedTest
  @CsvSource({"content-length, 5, frames break HTTP/2", ":status, 200, header-list-bytes-max"})
  void anAnswerThatBreaksHttpIsTheHostsFault(String name, String value, String detail)
      throws Exception {
    call(1);
    try (RawConnection host = host()) {
      String[] first = {":status", "200", "content-type", "application/grpc", name, value};
      boolean large = name.startsWith(":");
      host.answer(1, large ? 0 : RawConnection.END_STREAM, large ? manyFields(first) : first);
      host.next(RawConnection.RST_STREAM);
      assertThat(told()).contains("host_protocol_error").contains(detail);
      assertEnded("host_protocol_error");
    }
  }

  @Test
  void aHostThatStopsTakingTheRequestIsSaidTo() throws Exception {
    call(WINDOW_BYTES / 2);
    try (RawConnection host = host()) {
      host.next(RawConnection.RST_STREAM);
      assertThat(told()).contains("deadline_exceeded").contains("the host stopped taking");
      assertEnded("deadline_exceeded");
    }
  }

  @Test
  void anotherHostIsAskedWhereTheCallMayRunTwice() throws Exception {
    gateway.secondTry = ModelSpec.SecondTry.WHEN_FAILED;
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      gateway.serve(
          null,
          (InetSocketAddress) port.getLocalSocketAddress(),
          (InetSocketAddress) other.getLocalSocketAddress());
      call(SHORT_BYTES);
      // All of it must be here before a host takes any.
      caller.send(RawConnection.PING, 0, 0, new byte[8]);
      caller.next(RawConnection.PING);
      try (Socket first = either(port, other);
          RawConnection shut = new RawConnection(first)) {
        ServerSocket left = first.getLocalPort() == port.getLocalPort() ? other : port;
        left.setSoTimeout(READ_MS_MAX);
        shut.next(RawConnection.RST_STREAM);
        try (RawConnection host = new RawConnection(left.accept())) {
          host.next(RawConnection.HEADERS);
          host.answer(1, RawConnection.END_STREAM, NOT_FOUND);
          assertThat(told()).contains("grpc-status");
        }
      }
    }
    await().until(() -> gateway.lane.records.size() == 2);
    assertThat(gateway.lane.records)
        .extracting(FakeLane.Seen::reason)
        .containsExactlyInAnyOrder("deadline_exceeded", "");
  }

  /** The one that is called first. */
  private static Socket either(ServerSocket one, ServerSocket other) throws IOException {
    one.setSoTimeout(ACCEPT_MS);
    other.setSoTimeout(ACCEPT_MS);
    for (int i = 0; ; i++) {
      try {
        return (i % 2 == 0 ? one : other).accept();
      } catch (SocketTimeoutException e) {
        // Not this one, or not yet.
      }
    }
  }

  @Test
  void aCallerIsNotSilentWhileNoHostHasTheCall() throws Exception {
    caller.begin(1, "ModelInfer", "identity");
    caller.body(1, request(WINDOW_BYTES), 0, WINDOW_BYTES);
    await()
        .during(BODY_IDLE_MS * 5 / 4, TimeUnit.MILLISECONDS)
        .until(() -> gateway.lane.records.isEmpty());
    host().close();
    assertEnded("host_connection_lost");
  }

  /** Nobody can send what no host takes; once it does, the caller has all its time again. */
  @Test
  void aCallerIsNotSilentWhileTheHostTakesNothing() throws Exception {
    byte[] request = request(WINDOW_BYTES);
    caller.begin(1, "ModelInfer", "identity");
    caller.body(1, request, 0, WINDOW_BYTES);
    try (RawConnection host = host()) {
      await()
          .during(BODY_IDLE_MS * 5 / 4, TimeUnit.MILLISECONDS)
          .until(() -> gateway.lane.records.isEmpty());
      byte[] wide = ByteBuffer.allocate(Integer.BYTES).putInt(WINDOW_BYTES).array();
      host.send(WINDOW_UPDATE, 0, 0, wide);
      host.send(WINDOW_UPDATE, 0, 1, wide);
      caller.next(WINDOW_UPDATE);
      assertThat(told()).contains("deadline_exceeded").contains("the request stopped coming");
      assertEnded("deadline_exceeded");
    }
  }
}
