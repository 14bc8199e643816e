package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.END_HEADERS;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.ENHANCE_YOUR_CALM;
import static io.weighbridge.gateway.wire.Frames.HEADERS;
import static io.weighbridge.gateway.wire.Frames.INITIAL_WINDOW_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_CONCURRENT_STREAMS;
import static io.weighbridge.gateway.wire.Frames.MAX_HEADER_LIST_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_PAYLOAD;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.REFUSED_STREAM;
import static io.weighbridge.gateway.wire.Frames.RST_STREAM;
import static io.weighbridge.gateway.wire.Frames.continuation;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.frame;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.gateway.wire.Frame;
import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import io.weighbridge.gateway.wire.RawPeer;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a peer may do too often, too much of, or too many of at once. */
interface FloodContract extends Contract {
  byte[] HOLD = Hpack.request("/hold");
  byte[] ECHO = Hpack.request("/echo");

  /** One frame that costs the sender nothing. */
  record Flood(String name, Supplier<byte[]> first, Supplier<byte[]> again) {
    Flood(String name, Supplier<byte[]> again) {
      this(name, () -> new byte[0], again);
    }
  }

  private static List<Flood> floods() {
    Supplier<byte[]> open = () -> headers(1, 0, HOLD);
    return List.of(
        new Flood("PING", () -> Frames.ping(1)),
        new Flood("PING answers", () -> frame(Frames.PING, 1, 0, new byte[8])),
        new Flood("SETTINGS", () -> Frames.settings(INITIAL_WINDOW_SIZE, 65_535)),
        new Flood("empty SETTINGS", () -> Frames.settings()),
        new Flood("WINDOW_UPDATE", () -> windowUpdate(0, 1)),
        new Flood("WINDOW_UPDATE of a stream", open, () -> windowUpdate(1, 1)),
        new Flood("PRIORITY", () -> Frames.priority(7, 0)),
        new Flood("GOAWAY", () -> Frames.goAway(0, 0)),
        new Flood("unknown frames", () -> frame(0x16, 0, 0)),
        new Flood("empty DATA", open, () -> data(1, 0)),
        new Flood("DATA of padding", open, () -> data(1, Frames.PADDED, (byte) 0)),
        new Flood(
            "empty CONTINUATION", () -> frame(HEADERS, 0, 1, HOLD), () -> continuation(1, 0)));
  }

  @TestFactory
  default Stream<DynamicTest> cutsFloodsOff() {
    return tests(
        floods().stream().map(each -> new Part("flood of " + each.name(), () -> flood(each))));
  }

  private void flood(Flood flood) {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer();
        RawPeer honest = port.peer()) {
      Echo flooded = port.echo();
      peer.send(flood.first().get());
      byte[] hundred = new byte[0];
      for (int i = 0; i < 100; i++) {
        hundred = Frames.concat(hundred, flood.again().get());
      }
      for (int i = 0; i < 100 && flooded.violations.isEmpty(); i++) {
        peer.send(hundred);
      }
      peer.awaitShutOut(ENHANCE_YOUR_CALM);
      await().untilAsserted(() -> assertThat(flooded.closed).hasValue(1));
      assertThat(flooded.violations).containsExactly((long) ENHANCE_YOUR_CALM);
      honest.send(headers(1, END_STREAM, ECHO));
      honest.awaitHeaders(1);
    }
  }

  @Test
  default void cutsResetFloodsOff() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo flooded = port.echo();
      for (int i = 0; i < 4 * TestLimits.RESETS_MAX && flooded.violations.isEmpty(); i++) {
        peer.send(headers(2 * i + 1, 0, HOLD), Frames.reset(2 * i + 1, CANCEL));
      }
      peer.awaitShutOut(ENHANCE_YOUR_CALM);
      assertThat(flooded.streams).hasValueLessThanOrEqualTo(2 * TestLimits.RESETS_MAX);
    }
  }

  /** What makes a server reset streams by itself costs it as much as resets of the peer. */
  @Test
  default void cutsOffWhoMakesItReset() throws Throwable {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo flooded = port.echo();
      for (int i = 0; i < 8 * TestLimits.RESETS_MAX && flooded.violations.isEmpty(); i++) {
        peer.send(headers(2 * i + 1, END_STREAM, HOLD), windowUpdate(2 * i + 1, 0));
      }
      peer.awaitShutOut(ENHANCE_YOUR_CALM);
    }
  }

  @Test
  default void honestCancelsAreNotCutOff() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.lenient());
        RawPeer peer = port.peer()) {
      for (int i = 0; i < 5_000; i++) {
        int stream = 2 * i + 1;
        if (i % 5 == 0) {
          peer.send(headers(stream, 0, HOLD), Frames.reset(stream, CANCEL));
        } else {
          peer.send(headers(stream, END_STREAM, ECHO));
          peer.await(HEADERS, stream);
        }
      }
      peer.probe().sawNoError();
    }
  }

  /** As grpc-java does: what it had queued follows its own reset. */
  @Test
  default void aCancelThatDataFollowsCountsOnce() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      byte[] cancels = new byte[0];
      int last = 2 * (TestLimits.RESETS_MAX - 100) + 1;
      for (int stream = 1; stream <= last; stream += 2) {
        byte[] cancelled = Frames.concat(headers(stream, 0, HOLD), Frames.reset(stream, CANCEL));
        cancels = Frames.concat(cancels, cancelled, data(stream, 0, new byte[100]));
      }
      peer.send(cancels);
      peer.awaitReset(last, Frames.STREAM_CLOSED);
      peer.send(headers(last + 2, END_STREAM, ECHO));
      peer.awaitHeaders(last + 2);
      assertThat(port.echo().violations).isEmpty();
    }
  }

  @Test
  default void refusesExactlyTheStreamsOverTheLimit() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      assertThat(peer.peerSetting(MAX_CONCURRENT_STREAMS)).isEqualTo(TestLimits.STREAMS_MAX);
      for (int i = 0; i < TestLimits.STREAMS_MAX + 50; i++) {
        peer.send(headers(2 * i + 1, 0, HOLD));
      }
      peer.probe();
      List<Frame> resets = peer.seen().stream().filter(each -> each.type() == RST_STREAM).toList();
      assertThat(resets).hasSize(50).allMatch(each -> each.errorCode() == REFUSED_STREAM);
      assertThat(resets).allMatch(each -> each.streamId() > 2 * TestLimits.STREAMS_MAX);
      assertThat(echo.streams).hasValue(TestLimits.STREAMS_MAX);
      // One goes, one comes.
      peer.send(Frames.reset(1, CANCEL), headers(1001, END_STREAM, ECHO));
      peer.awaitHeaders(1001);
    }
  }

  @Test
  default void headersOfRefusedStreamsStillFillTheTable() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      for (int i = 0; i < TestLimits.STREAMS_MAX; i++) {
        peer.send(headers(2 * i + 1, 0, HOLD));
      }
      peer.send(headers(1001, 0, Frames.concat(HOLD, Hpack.incremental("x-bytes", "3"))));
      peer.awaitReset(1001, REFUSED_STREAM);
      byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.indexed(62));
      peer.send(Frames.reset(1, CANCEL), headers(1003, END_STREAM, burst));
      peer.awaitHeaders(1003);
      peer.awaitData(1003, 3);
    }
  }

  @Test
  default void takesAHeaderListOfItsLimit() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      assertThat(peer.peerSetting(MAX_HEADER_LIST_SIZE)).isEqualTo(TestLimits.HEADER_LIST_MAX);
      peer.send(headers(1, END_STREAM, list(TestLimits.HEADER_LIST_MAX)));
      peer.awaitHeaders(1);
    }
  }

  /** A list counts its names, its values and 32 bytes for each field. */
  private static byte[] list(int bytes) {
    // The six fields of a request count 283 of them.
    int value = bytes - 283 - 32 - 1;
    return Frames.concat(ECHO, Hpack.literal("x", "v".repeat(value)));
  }

  @Test
  default void refusesAHeaderListOverItsLimit() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo echo = port.echo();
      byte[] block = list(TestLimits.HEADER_LIST_MAX + 1);
      peer.send(inPieces(1, block));
      Frame end = peer.await("an end", each -> each.is(RST_STREAM, 1) || each.is(HEADERS, 1));
      if (end.type() == HEADERS) {
        assertThat(peer.lastHeaders().status()).hasToString("431");
      } else {
        assertThat(end.errorCode()).isIn(PROTOCOL_ERROR, ENHANCE_YOUR_CALM, REFUSED_STREAM);
      }
      // The table is as the peer thinks it is, and the connection lives.
      peer.send(headers(3, END_STREAM, ECHO));
      peer.awaitHeaders(3);
      assertThat(echo.streams).hasValue(1);
    }
  }

  private static byte[] inPieces(int streamId, byte[] block) {
    byte[] all = new byte[0];
    for (int at = 0; at < block.length; at += MAX_PAYLOAD) {
      boolean last = at + MAX_PAYLOAD >= block.length;
      byte[] part =
          java.util.Arrays.copyOfRange(block, at, Math.min(block.length, at + MAX_PAYLOAD));
      int type = at == 0 ? HEADERS : Frames.CONTINUATION;
      int flags = (at == 0 ? END_STREAM : 0) | (last ? END_HEADERS : 0);
      all = Frames.concat(all, frame(type, flags, streamId, part));
    }
    return all;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  default void cutsOffHeaderListsThatGoOn(boolean indexed) {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer()) {
      Echo flooded = port.echo();
      peer.send(
          frame(HEADERS, 0, 1, Frames.concat(HOLD, Hpack.incremental("x", "v".repeat(4_000)))));
      byte[] literal = Hpack.literal("x", "v".repeat(4_000));
      // A bomb: each byte stands for 4 KiB.
      byte[] bomb = new byte[4_000];
      java.util.Arrays.fill(bomb, Hpack.indexed(62)[0]);
      for (int i = 0; i < 2_000 && flooded.violations.isEmpty(); i++) {
        peer.send(continuation(1, 0, indexed ? bomb : literal));
      }
      peer.awaitShutOut(ENHANCE_YOUR_CALM, PROTOCOL_ERROR);
      assertThat(flooded.streams).hasValueLessThanOrEqualTo(1);
    }
  }

  @Test
  default void dataThatWaitsIsBoundedPerConnection() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient());
        RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 0)) {
      Echo echo = port.echo();
      byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.literal("x-bytes", "300000"));
      for (int stream = 1; stream <= 19; stream += 2) {
        peer.send(headers(stream, END_STREAM, burst));
      }
      peer.probe();
      assertThat(port.queuedBytes()).isBetween(600_000L, (long) TestLimits.QUEUED_MAX);
      // Three of them fit; the others paid, the longest stuck first.
      assertThat(echo.resets).hasSize(7).allMatch(code -> code == ErrorCode.NO_ROOM);
      assertThat(peer.seen())
          .anyMatch(each -> each.is(RST_STREAM, 1) && each.intAt(0) == ENHANCE_YOUR_CALM);
      assertThat(peer.seen()).noneMatch(each -> each.is(RST_STREAM, 19));
    }
  }

  @Test
  default void dataThatWaitsIsBoundedPerLoop() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient(), 500_000);
        RawPeer one = port.peer(INITIAL_WINDOW_SIZE, 0);
        RawPeer other = port.peer(INITIAL_WINDOW_SIZE, 0)) {
      byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.literal("x-bytes", "200000"));
      one.send(headers(1, END_STREAM, burst)).probe();
      other.send(headers(1, END_STREAM, burst)).probe();
      one.sawNoError();
      other.send(headers(3, END_STREAM, burst)).probe();
      assertThat(other.seen()).anyMatch(each -> each.is(RST_STREAM, 1));
      assertThat(port.queuedBytes()).isEqualTo(400_000);
    }
  }

  @Test
  default void nothingWaitsOnceItsConnectionIsGone() {
    try (EchoPort port = new EchoPort(transport(), TestLimits.patient())) {
      try (RawPeer peer = port.peer(INITIAL_WINDOW_SIZE, 0)) {
        byte[] burst = Frames.concat(Hpack.request("/burst"), Hpack.literal("x-bytes", "200000"));
        peer.send(headers(1, END_STREAM, burst), headers(3, END_STREAM, burst));
        peer.probe();
        assertThat(port.queuedBytes()).isEqualTo(400_000);
        peer.send(Frames.reset(1, CANCEL)).probe();
        assertThat(port.queuedBytes()).isEqualTo(200_000);
      }
      await().untilAsserted(() -> assertThat(port.queuedBytes()).isZero());
    }
  }
}
