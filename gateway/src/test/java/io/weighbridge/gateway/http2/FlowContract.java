package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.FLOW_CONTROL_ERROR;
import static io.weighbridge.gateway.wire.Frames.INITIAL_WINDOW_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_FRAME_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_PAYLOAD;
import static io.weighbridge.gateway.wire.Frames.WINDOW_UPDATE;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.settings;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.wire.Frame;
import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Windows of both sides, to the byte (RFC 9113 section 5.2). */
interface FlowContract extends Contract {
  int PROTOCOL_WINDOW = 65_535;
  byte[] ECHO = Hpack.request("/echo");
  byte[] HOLD = Hpack.request("/hold");

  private static byte[] burst(int byteCount) {
    return Frames.concat(
        Hpack.request("/burst"), Hpack.literal("x-bytes", Integer.toString(byteCount)));
  }

  private static int dataSoFar(RawPeer peer, int streamId) {
    return peer.settle().dataBytes(streamId);
  }

  @Test
  default void announcesItsWindows() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      peer.probe();
      assertThat(peer.peerSetting(INITIAL_WINDOW_SIZE)).isEqualTo(TestLimits.STREAM_WINDOW);
      assertThat(peer.credit().connection()).isEqualTo(TestLimits.CONNECTION_WINDOW);
    }
  }

  @Test
  default void keepsToTheStreamWindowOfThePeer() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 1)) {
      peer.send(headers(1, END_STREAM, burst(5)));
      peer.awaitHeaders(1);
      assertThat(dataSoFar(peer, 1)).isEqualTo(1);
      peer.send(windowUpdate(1, 2));
      assertThat(dataSoFar(peer, 1)).isEqualTo(3);
      peer.send(windowUpdate(1, 100));
      assertThat(dataSoFar(peer, 1)).isEqualTo(5);
      assertThat(port.queuedBytes()).isZero();
    }
  }

  @Test
  default void keepsToTheConnectionWindowOfThePeer() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 1 << 20)) {
      peer.send(headers(1, END_STREAM, burst(PROTOCOL_WINDOW + 10)));
      peer.awaitHeaders(1);
      assertThat(dataSoFar(peer, 1)).isEqualTo(PROTOCOL_WINDOW);
      peer.send(windowUpdate(0, 9));
      assertThat(dataSoFar(peer, 1)).isEqualTo(PROTOCOL_WINDOW + 9);
      peer.send(windowUpdate(0, 1));
      assertThat(dataSoFar(peer, 1)).isEqualTo(PROTOCOL_WINDOW + 10);
    }
  }

  @Test
  default void windowsMayBecomeNegative() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 3)) {
      peer.send(headers(1, END_STREAM, burst(10)));
      peer.awaitHeaders(1);
      assertThat(dataSoFar(peer, 1)).isEqualTo(3);
      // Three of two are spent: two more bytes must be given before anything moves.
      peer.send(settings(INITIAL_WINDOW_SIZE, 1), windowUpdate(1, 2));
      assertThat(dataSoFar(peer, 1)).isEqualTo(3);
      peer.send(windowUpdate(1, 1));
      assertThat(dataSoFar(peer, 1)).isEqualTo(4);
      peer.send(settings(INITIAL_WINDOW_SIZE, 100));
      assertThat(dataSoFar(peer, 1)).isEqualTo(10);
    }
  }

  @Test
  default void emptyDataNeedsNoWindow() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 0)) {
      peer.send(headers(1, 0, ECHO), data(1, END_STREAM));
      peer.awaitHeaders(1);
      peer.awaitData(1, 0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {MAX_PAYLOAD, 20_000, 1 << 20})
  default void framesAreNoLargerThanThePeerTakes(int frameMax) {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(MAX_FRAME_SIZE, frameMax, INITIAL_WINDOW_SIZE, 1 << 20)) {
      peer.send(windowUpdate(0, 1 << 20), headers(1, END_STREAM, burst(100_000)));
      peer.awaitHeaders(1);
      peer.awaitData(1, 100_000);
      assertThat(peer.seen()).allMatch(frame -> frame.payload().length <= frameMax);
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        TestLimits.STREAM_WINDOW - 1,
        TestLimits.STREAM_WINDOW,
        TestLimits.STREAM_WINDOW + 1,
        TestLimits.CONNECTION_WINDOW - 1,
        TestLimits.CONNECTION_WINDOW,
        TestLimits.CONNECTION_WINDOW + 1
      })
  default void messagesOfAWindowPass(int byteCount) {
    try (EchoPort port = new EchoPort(transport(), TestLimits.lenient());
        RawPeer peer = port.peer()) {
      peer.send(headers(1, 0, ECHO));
      int back = Uploads.exchange(peer, 1, byteCount);
      assertThat(back).isEqualTo(byteCount);
      peer.sawNoError();
    }
  }

  @Test
  default void refusesDataBeyondTheStreamWindow() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      peer.send(headers(1, 0, HOLD));
      Uploads.send(peer, 1, TestLimits.STREAM_WINDOW);
      peer.probe().sawNoError();
      peer.send(data(1, 0, (byte) 1));
      peer.awaitResetOrShutOut(1, FLOW_CONTROL_ERROR);
    }
  }

  @Test
  default void paddingCountsAgainstTheStreamWindow() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      peer.send(headers(1, 0, Hpack.request("/sink")));
      byte[] padded = new byte[256];
      padded[0] = (byte) 250;
      // Ten windows of nearly nothing but padding: all of it is credited, or this would be cut off.
      for (int sent = 0; sent < 10 * TestLimits.STREAM_WINDOW; sent += padded.length) {
        Uploads.awaitCredit(peer, 1, padded.length);
        peer.credit().spend(1, padded.length);
        peer.send(data(1, Frames.PADDED, padded));
      }
      peer.probe().sawNoError();
    }
  }

  @Test
  default void tenThousandCancelledUploadsLeaveTheConnectionWindowWhole() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.lenient());
        RawPeer peer = port.peer()) {
      byte[] some = new byte[4_000];
      for (int i = 0; i < 10_000; i++) {
        int stream = 2 * i + 1;
        Uploads.awaitCredit(peer, stream, some.length);
        peer.credit().spend(stream, some.length);
        peer.send(headers(stream, 0, HOLD), data(stream, 0, some), Frames.reset(stream, CANCEL));
        peer.credit().over(stream);
      }
      peer.probe();
      // Credit is given in halves of a window at least.
      assertThat(peer.credit().connection()).isGreaterThan(TestLimits.CONNECTION_WINDOW / 2);
      assertThat(peer.credit().connection()).isLessThanOrEqualTo(TestLimits.CONNECTION_WINDOW);
      peer.sawNoError();
    }
  }

  @Test
  default void dataForStreamsWeResetIsCreditedToTheConnection() {
    try (CallingEnd end = new CallingEnd(transport(), TestLimits.patient()).exchangeSettings()) {
      RawPeer host = end.server;
      for (int i = 0; i < 200; i++) {
        Call call = end.call(true);
        end.onLoop(() -> {
          end.connection().reset(call.streamId, ErrorCode.CANCEL);
          return true;
        });
        Uploads.awaitCredit(host, call.streamId, MAX_PAYLOAD);
        host.credit().spend(call.streamId, MAX_PAYLOAD);
        host.send(
            headers(call.streamId, 0, Hpack.response()),
            data(call.streamId, END_STREAM, new byte[MAX_PAYLOAD]));
        host.credit().over(call.streamId);
        assertThat(call.bytes).hasValue(0);
      }
      host.probe();
      assertThat(host.credit().connection()).isGreaterThan(TestLimits.CONNECTION_WINDOW / 2);
      assertThat(host.seen()).noneMatch(frame -> frame.type() == Frames.GOAWAY);
    }
  }

  @Test
  default void aStreamThatIsHeldDoesNotHoldOthers() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      // Twenty-four held windows are more than the connection's: it is refilled on receipt.
      for (int stream = 1; stream < 49; stream += 2) {
        peer.send(headers(stream, 0, HOLD));
        Uploads.send(peer, stream, TestLimits.STREAM_WINDOW);
      }
      peer.send(headers(101, 0, ECHO));
      assertThat(Uploads.exchange(peer, 101, 200_000)).isEqualTo(200_000);
    }
  }

  @Test
  default void creditWaitsForTheReader() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 0)) {
      peer.send(headers(1, 0, ECHO));
      Uploads.send(peer, 1, TestLimits.STREAM_WINDOW);
      peer.probe();
      // Nothing of it has left for us, so no more may be sent.
      assertThat(peer.seen()).noneMatch(frame -> frame.is(WINDOW_UPDATE, 1));
      assertThat(port.queuedBytes()).isEqualTo(TestLimits.STREAM_WINDOW);
      peer.send(windowUpdate(1, PROTOCOL_WINDOW));
      Frame given = peer.await(WINDOW_UPDATE, 1);
      assertThat(given.intAt(0)).isPositive();
    }
  }
}
