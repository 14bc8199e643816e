package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import io.weighbridge.gateway.http2.ErrorCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A host that ends a call before or after it has all of it, or does not end where it should. */
class EarlyAnswerTest {
  private static final int READ_MS_MAX = 5_000;
  private static final int FRAME_BYTES = 10_000;

  /** More than a window of HTTP/2's own. */
  private static final int LARGE_BYTES = 100_000;

  /** A message of two bytes. */
  private static final byte[] MESSAGE = RawConnection.message(0, 2, new byte[] {0x0a, 0});

  private PathHarness gateway;
  private ServerSocket port;
  private RawConnection caller;

  @BeforeEach
  void start() throws Exception {
    gateway = new PathHarness(PathHarness.limits());
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

  /** Sends a whole request and waits until the gateway has it. */
  private void call(int bytes) throws IOException {
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .addRawInputContents(ByteString.copyFrom(new byte[bytes]))
            .build()
            .toByteArray();
    byte[] request = RawConnection.message(0, message.length, message);
    caller.begin(1, "ModelInfer", "identity");
    caller.body(1, request, 0, request.length);
    settle(caller);
  }

  /** Waits until what was sent is dealt with; the codes of resets that came of it. */
  private static List<Integer> settle(RawConnection connection) throws IOException {
    connection.send(RawConnection.PING, 0, 0, new byte[8]);
    List<Integer> resets = new ArrayList<>();
    while (true) {
      RawConnection.Frame frame = connection.next();
      if (frame.type() == RawConnection.PING && frame.flags() == RawConnection.ACK) {
        return resets;
      }
      if (frame.type() == RawConnection.RST_STREAM) {
        resets.add(ByteBuffer.wrap(frame.payload()).getInt());
      }
    }
  }

  /** The host's end of the connection, with the call on it. */
  private static RawConnection host(Socket accepted) throws IOException {
    accepted.setSoTimeout(READ_MS_MAX);
    RawConnection host = new RawConnection(accepted);
    host.next(RawConnection.HEADERS);
    return host;
  }

  private static void answer(RawConnection host) throws IOException {
    int last = RawConnection.END_STREAM;
    host.answer(1, last, ":status", "200", "content-type", "application/grpc", "grpc-status", "3");
  }

  private void assertEndedOnce() {
    assertThat(gateway.inFlight(0)).isZero();
    assertThat(gateway.lane.records).singleElement().matches(each -> each.status() == 3);
  }

  @Test
  void whatWaitsForAHostThatHasAnsweredIsDroppedAndTheTryEndsOnce() throws Exception {
    call(LARGE_BYTES);
    try (Socket accepted = port.accept();
        RawConnection host = host(accepted)) {
      answer(host);
      assertThat(settle(host)).containsExactly((int) ErrorCode.CANCEL);
      // As a server may say that it wants no more (RFC 9113 section 8.1).
      host.send(RawConnection.RST_STREAM, 0, 1, new byte[Integer.BYTES]);
      assertThat(settle(host)).isEmpty();
    }
    assertEndedOnce();
  }

  @Test
  void aHostThatHasEverythingIsToldNothing() throws Exception {
    call(FRAME_BYTES);
    try (Socket accepted = port.accept();
        RawConnection host = host(accepted)) {
      answer(host);
      assertThat(settle(host)).isEmpty();
    }
    assertEndedOnce();
  }

  @Test
  void nothingOfAnAnswerPassesThatGoesOnBehindItsMessage() throws Exception {
    call(FRAME_BYTES);
    byte[] more = {0};
    try (Socket accepted = port.accept();
        RawConnection host = host(accepted)) {
      host.answer(1, 0, ":status", "200", "content-type", "application/grpc");
      host.send(
          RawConnection.DATA,
          0,
          1,
          ByteBuffer.allocate(MESSAGE.length + 1).put(MESSAGE).put(more).array());
      assertThat(settle(host)).containsExactly((int) ErrorCode.CANCEL);
    }
    assertRefusedWithoutData();
  }

  @Test
  void norOfOneThatGoesOnInAnotherFrame() throws Exception {
    call(FRAME_BYTES);
    byte[] more = {0};
    try (Socket accepted = port.accept();
        RawConnection host = host(accepted)) {
      host.answer(1, 0, ":status", "200", "content-type", "application/grpc");
      host.send(RawConnection.DATA, 0, 1, MESSAGE);
      host.send(RawConnection.DATA, 0, 1, more);
      assertThat(settle(host)).containsExactly((int) ErrorCode.CANCEL);
    }
    assertRefusedWithoutData();
  }

  private void assertRefusedWithoutData() throws IOException {
    caller.send(RawConnection.PING, 0, 0, new byte[8]);
    RawConnection.Frame frame = caller.next();
    while (frame.type() != RawConnection.PING || frame.flags() != RawConnection.ACK) {
      assertThat(frame.type()).isNotEqualTo(RawConnection.DATA);
      frame = caller.next();
    }
    assertThat(gateway.lane.records)
        .singleElement()
        .matches(each -> each.reason().equals("host_protocol_error"));
  }
}
