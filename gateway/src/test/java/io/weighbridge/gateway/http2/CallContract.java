package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.CANCEL;
import static io.weighbridge.gateway.wire.Frames.ENABLE_PUSH;
import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.HEADER_TABLE_SIZE;
import static io.weighbridge.gateway.wire.Frames.INITIAL_WINDOW_SIZE;
import static io.weighbridge.gateway.wire.Frames.MAX_CONCURRENT_STREAMS;
import static io.weighbridge.gateway.wire.Frames.PROTOCOL_ERROR;
import static io.weighbridge.gateway.wire.Frames.REFUSED_STREAM;
import static io.weighbridge.gateway.wire.Frames.data;
import static io.weighbridge.gateway.wire.Frames.goAway;
import static io.weighbridge.gateway.wire.Frames.headers;
import static io.weighbridge.gateway.wire.Frames.ping;
import static io.weighbridge.gateway.wire.Frames.settings;
import static io.weighbridge.gateway.wire.Frames.windowUpdate;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.Hpack;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the owner of a stream we opened hears, whatever the server does. */
interface CallContract extends Contract {
  byte[] ANSWER = Hpack.response();
  byte[] TRAILERS = Hpack.block("grpc-status", "0");

  private CallingEnd end(long... settings) {
    return new CallingEnd(transport(), TestLimits.patient()).exchangeSettings(settings);
  }

  @Test
  default void asksForNoPush() {
    try (CallingEnd end = end()) {
      assertThat(end.server.peerSetting(ENABLE_PUSH)).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "headers", "data"})
  default void refusesAServerThatDoesNotBeginWithSettings(String what) {
    try (CallingEnd end = new CallingEnd(transport(), TestLimits.patient())) {
      end.server.send(
          switch (what) {
            case "ping" -> ping(1);
            case "headers" -> headers(1, END_STREAM, ANSWER);
            default -> data(1, 0, (byte) 1);
          });
      end.server.awaitShutOut(PROTOCOL_ERROR);
      await().untilAsserted(() -> assertThat(end.events.closed).hasValue(1));
    }
  }

  @Test
  default void hearsAnAnswer() {
    try (CallingEnd end = end()) {
      Call call = end.call(true);
      int id = call.streamId;
      end.server.send(
          headers(id, 0, ANSWER), data(id, 0, new byte[7]), headers(id, END_STREAM, TRAILERS));
      end.server.probe();
      assertThat(call.blocks).hasValue(2);
      assertThat(call.bytes).hasValue(7);
      assertThat(call.ends).hasValue(1);
      assertThat(call.resets).isEmpty();
      assertThat(end.onLoop(end.connection()::activeStreams)).isZero();
    }
  }

  @Test
  default void hearsThatMoreStreamsAreAllowed() {
    try (CallingEnd end = end(MAX_CONCURRENT_STREAMS, 1)) {
      end.call(true);
      assertThat(end.onLoop(end.connection()::freeStreams)).isZero();
      assertThat(end.events.settingsChanges).hasValue(0);
      end.server.send(settings(MAX_CONCURRENT_STREAMS, 2));
      await().untilAsserted(() -> assertThat(end.events.settingsChanges).hasValue(1));
      assertThat(end.onLoop(end.connection()::freeStreams)).isOne();
    }
  }

  @Test
  default void refusedMeansUnseen() {
    try (CallingEnd end = end()) {
      Call refused = end.call(true);
      Call cancelled = end.call(true);
      end.server.send(
          Frames.reset(refused.streamId, REFUSED_STREAM), Frames.reset(cancelled.streamId, CANCEL));
      end.server.probe();
      assertThat(refused.resets).containsExactly(new Call.Reset(REFUSED_STREAM, true));
      assertThat(cancelled.resets).containsExactly(new Call.Reset(CANCEL, false));
    }
  }

  @Test
  default void goodbyeSpareTheStreamsItNames() {
    try (CallingEnd end = end()) {
      Call seen = end.call(true);
      Call unseen = end.call(true);
      end.server.send(goAway(seen.streamId, 0));
      await().untilAsserted(() -> assertThat(unseen.resets).hasSize(1));
      assertThat(unseen.resets).containsExactly(new Call.Reset(REFUSED_STREAM, true));
      assertThat(end.events.goodbyes).hasValue(1);
      assertThat(end.tryCall(new Call())).isEqualTo(Connection.NO_STREAM);
      assertThat(seen.resets).isEmpty();
      end.server.send(
          headers(seen.streamId, 0, ANSWER), headers(seen.streamId, END_STREAM, TRAILERS));
      await().untilAsserted(() -> assertThat(seen.ends).hasValue(1));
      assertThat(seen.resets).isEmpty();
    }
  }

  @Test
  default void goodbyeInTwoStepsLosesNothing() {
    try (CallingEnd end = end()) {
      Call first = end.call(true);
      end.server.send(goAway(Integer.MAX_VALUE, 0)).probe();
      assertThat(end.onLoop(end.connection()::usable)).isFalse();
      assertThat(first.resets).isEmpty();
      end.server.send(goAway(first.streamId, 0), headers(first.streamId, END_STREAM, ANSWER));
      await().untilAsserted(() -> assertThat(first.ends).hasValue(1));
      assertThat(first.resets).isEmpty();
    }
  }

  @Test
  default void aGoodbyeIsNotTakenBack() {
    try (CallingEnd end = end()) {
      Call seen = end.call(true);
      Call unseen = end.call(true);
      end.server.send(goAway(unseen.streamId, 0), goAway(unseen.streamId, 0));
      end.server.send(goAway(seen.streamId, 0));
      await().untilAsserted(() -> assertThat(unseen.resets).hasSize(1));
      assertThat(seen.resets).isEmpty();
      end.server.send(goAway(unseen.streamId, 0));
      end.server.awaitShutOut(PROTOCOL_ERROR);
      assertThat(end.events.violations).containsExactly((long) PROTOCOL_ERROR);
    }
  }

  @Test
  default void aLostConnectionEndsEveryStreamOnce() {
    try (CallingEnd end = end()) {
      Call one = end.call(true);
      Call other = end.call(false);
      end.server.close();
      await().untilAsserted(() -> assertThat(end.events.closed).hasValue(1));
      assertThat(one.resets).containsExactly(new Call.Reset(ErrorCode.CONNECTION_LOST, false));
      assertThat(other.resets).containsExactly(new Call.Reset(ErrorCode.CONNECTION_LOST, false));
    }
  }

  @Test
  default void aConnectionErrorEndsEveryStreamOnce() {
    try (CallingEnd end = end()) {
      Call call = end.call(true);
      end.server.send(headers(0, 0, ANSWER));
      await().untilAsserted(() -> assertThat(end.events.closed).hasValue(1));
      assertThat(call.resets).containsExactly(new Call.Reset(ErrorCode.CONNECTION_LOST, false));
      assertThat(end.events.violations).containsExactly(ErrorCode.PROTOCOL_ERROR);
    }
  }

  @Test
  default void opensNoMoreStreamsThanTheServerTakes() {
    try (CallingEnd end = end(MAX_CONCURRENT_STREAMS, 2)) {
      Call first = end.call(true);
      end.call(true);
      assertThat(end.onLoop(end.connection()::freeStreams)).isZero();
      assertThat(end.tryCall(new Call())).isEqualTo(Connection.NO_STREAM);
      end.server.send(headers(first.streamId, END_STREAM, ANSWER)).probe();
      assertThat(end.onLoop(end.connection()::freeStreams)).isEqualTo(1);
      assertThat(end.call(true).streamId).isPositive();
      end.server.send(settings(MAX_CONCURRENT_STREAMS, 0)).probe();
      assertThat(end.tryCall(new Call())).isEqualTo(Connection.NO_STREAM);
    }
  }

  @Test
  default void sendsAsTheServersWindowsAllow() {
    try (CallingEnd end = end(INITIAL_WINDOW_SIZE, 10)) {
      Call call = end.call(false);
      end.send(call, 25, true);
      end.server.probe();
      assertThat(call.sentBytes).hasValue(0);
      assertThat(end.queuedBytes()).isEqualTo(15);
      end.server.send(windowUpdate(call.streamId, 15));
      end.server.awaitData(call.streamId, 25);
      await().untilAsserted(() -> assertThat(call.sentBytes).hasValue(25));
      assertThat(end.queuedBytes()).isZero();
    }
  }

  @Test
  default void whatWaitsIsDroppedWithItsStream() {
    try (CallingEnd end = end(INITIAL_WINDOW_SIZE, 0)) {
      Call ours = end.call(false);
      Call theirs = end.call(false);
      end.send(ours, 1_000, true);
      end.send(theirs, 500, true);
      assertThat(end.queuedBytes()).isEqualTo(1_500);
      end.server.send(Frames.reset(theirs.streamId, CANCEL)).probe();
      assertThat(end.queuedBytes()).isEqualTo(1_000);
      cancel(end, ours);
      assertThat(end.queuedBytes()).isZero();
      assertThat(ours.resets).isEmpty();
    }
  }

  @Test
  default void anAnswerToALongCancelledCallHarmsNoOther() {
    try (CallingEnd end = end()) {
      Call first = end.call(true);
      cancel(end, first);
      for (int i = 0; i < 300; i++) {
        cancel(end, end.call(true));
      }
      Call other = end.call(true);
      end.server.send(
          headers(first.streamId, 0, ANSWER),
          data(first.streamId, 0, new byte[7]),
          headers(other.streamId, END_STREAM, ANSWER));
      await().untilAsserted(() -> assertThat(other.ends).hasValue(1));
      assertThat(end.events.violations).isEmpty();
      assertThat(first.blocks).hasValue(0);
    }
  }

  private static void cancel(CallingEnd end, Call call) {
    end.onLoop(() -> {
      end.connection().reset(call.streamId, ErrorCode.CANCEL);
      return true;
    });
    end.server.await(Frames.RST_STREAM, call.streamId);
  }

  @Test
  default void shrinksItsHeaderTableWhenTold() {
    try (CallingEnd end = end()) {
      end.call(true);
      end.call(true);
      end.server.tableSize(0).send(settings(HEADER_TABLE_SIZE, 0));
      end.server.probe();
      end.call(true);
      assertThat(end.server.lastBlock()[0]).as("size 0 first").isEqualTo((byte) 0x20);
      // The decoder has a table of 0 now: an index into it would not have been read.
      end.call(true);
    }
  }
}
