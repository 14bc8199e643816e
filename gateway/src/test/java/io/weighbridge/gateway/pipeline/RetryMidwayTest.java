package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import io.weighbridge.gateway.http2.ErrorCode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host that refuses a call whose request is still coming, and another one that takes it. */
class RetryMidwayTest {
  private static final int READ_MS_MAX = 5_000;
  private static final int ACCEPT_MS_MAX = 20;
  private static final int WINDOW_UPDATE = 8;
  private static final int WINDOW_BYTES = PathHarness.limits().streamWindowBytes();

  /** Enough to be routed, and little enough to be kept. */
  private static final int SENT_BYTES = 40_000;

  private PathHarness gateway;
  private ServerSocket left;
  private ServerSocket right;
  private RawConnection caller;

  /** The second host's, connected once the first has refused the call. */
  private Socket second = new Socket();

  @AfterEach
  void stop() throws Exception {
    caller.close();
    gateway.close();
    left.close();
    right.close();
  }

  @BeforeEach
  void start() throws Exception {
    begin(PathHarness.limits());
  }

  private void begin(CallLimits limits) throws Exception {
    gateway = new PathHarness(limits);
    left = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    right = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
    gateway.serve(
        null,
        (InetSocketAddress) left.getLocalSocketAddress(),
        (InetSocketAddress) right.getLocalSocketAddress());
    caller = new RawConnection(gateway.address);
  }

  private static byte[] request(int bytes) {
    byte[] tensor = new byte[bytes];
    for (int i = 0; i < bytes; i++) {
      tensor[i] = (byte) (i * 31);
    }
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .setModelVersion("1")
            .addRawInputContents(ByteString.copyFrom(tensor))
            .build()
            .toByteArray();
    return RawConnection.message(0, message.length, message);
  }

  /** Waits until what was sent is dealt with; returns the credit for the call that came of it. */
  private int settle() throws IOException {
    caller.send(RawConnection.PING, 0, 0, new byte[8]);
    int credit = 0;
    for (RawConnection.Frame next = caller.next(); ; next = caller.next()) {
      if (next.type() == RawConnection.PING && next.flags() == RawConnection.ACK) {
        return credit;
      }
      if (next.type() == WINDOW_UPDATE && next.streamId() == 1) {
        credit += ByteBuffer.wrap(next.payload()).getInt();
      }
    }
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  /** One host, whichever is asked first, refuses the call; the other one's connection begins. */
  private RawConnection refusedByTheFirst() throws IOException {
    Socket accepted = null;
    ServerSocket other = left;
    left.setSoTimeout(ACCEPT_MS_MAX);
    right.setSoTimeout(ACCEPT_MS_MAX);
    while (accepted == null) {
      ServerSocket port = other;
      other = port.equals(left) ? right : left;
      try {
        accepted = port.accept();
      } catch (SocketTimeoutException e) {
        assertThat(e).as("the other one's turn").isNotNull();
      }
    }
    accepted.setSoTimeout(READ_MS_MAX);
    RawConnection first = new RawConnection(accepted);
    first.next(RawConnection.HEADERS);
    first.send(RawConnection.RST_STREAM, 0, 1, number((int) ErrorCode.REFUSED_STREAM));
    other.setSoTimeout(READ_MS_MAX);
    second = other.accept();
    second.setSoTimeout(READ_MS_MAX);
    return first;
  }

  /** What the second host is given, of that many bytes or until it is told that there are none. */
  private static byte[] received(RawConnection host, int bytes) throws IOException {
    host.next(RawConnection.HEADERS);
    host.send(WINDOW_UPDATE, 0, 0, number(1 << 24));
    host.send(WINDOW_UPDATE, 0, 1, number(1 << 24));
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    while (all.size() < bytes) {
      RawConnection.Frame data = host.next(RawConnection.DATA);
      all.writeBytes(data.payload());
      if ((data.flags() & RawConnection.END_STREAM) != 0) {
        break;
      }
    }
    return all.toByteArray();
  }

  /** However much comes while the second host is being connected, in however many pieces. */
  @ParameterizedTest
  @ValueSource(ints = {SENT_BYTES + 1, 60_000, 200_000})
  void theNextHostGetsWhatComesBeforeItIsConnected(int bytes) throws Exception {
    byte[] request = request(bytes);
    caller.begin(1, "ModelInfer", "identity");
    caller.body(1, request, 0, SENT_BYTES);
    // All of it is kept: the first host is not connected before it has said its settings.
    settle();
    try (RawConnection _ = refusedByTheFirst()) {
      int half = (SENT_BYTES + request.length) / 2;
      caller.body(1, request, SENT_BYTES, half);
      settle();
      caller.body(1, request, half, request.length);
      settle();
      try (RawConnection host = new RawConnection(second)) {
        assertThat(received(host, request.length)).isEqualTo(request);
      }
    }
  }

  @Test
  void theCallerGetsTheCreditThatTheFirstHostKept() throws Exception {
    stop();
    // All that fits into the caller's window is kept.
    begin(TestCallLimits.roomyForRetries(2 * WINDOW_BYTES));
    byte[] request = request(2 * WINDOW_BYTES);
    caller.begin(1, "ModelInfer", "identity");
    caller.body(1, request, 0, WINDOW_BYTES);
    assertThat(settle()).isZero();
    try (RawConnection _ = refusedByTheFirst();
        RawConnection host = new RawConnection(second)) {
      assertThat(received(host, WINDOW_BYTES)).hasSize(WINDOW_BYTES);
      await().until(() -> settle() == WINDOW_BYTES);
    }
  }
}
