package io.weighbridge.gateway.http2;

import static io.weighbridge.gateway.wire.Frames.END_STREAM;
import static io.weighbridge.gateway.wire.Frames.PING;
import static io.weighbridge.gateway.wire.Frames.headers;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weighbridge.gateway.wire.Frame;
import io.weighbridge.gateway.wire.Frames;
import org.junit.jupiter.api.Test;

/** Servers that fall silent. The looks are a second apart. */
class PulseTest {
  private static final int LOOKS_MS = 2_500;

  private static CallingEnd end() {
    return new CallingEnd(LeanTested::new, TestLimits.soonUneasy()).exchangeSettings();
  }

  private static void assertNothingIsAsked(CallingEnd end) {
    assertThatThrownBy(() -> end.server.patience(LOOKS_MS).next())
        .hasMessageContaining("nothing more came");
    end.server.patience(5_000);
  }

  @Test
  void asksAServerThatOwesAnAnswerAndGivesItUp() {
    try (CallingEnd end = end()) {
      assertNothingIsAsked(end);
      Call call = end.call(true);
      end.server.await(PING, 0);
      end.server.awaitClosed();
      await().untilAsserted(() -> assertThat(end.events.closed).hasValue(1));
      assertThat(call.resets).containsExactly(new Call.Reset(ErrorCode.CONNECTION_LOST, false));
      assertThat(end.server.seen().stream().filter(frame -> frame.is(PING, 0))).hasSize(1);
    }
  }

  @Test
  void asksAServerThatAnswersOncePerSilence() {
    try (CallingEnd end = end()) {
      Call call = end.call(true);
      Frame asked = end.server.await(PING, 0);
      end.server.send(Frames.frame(PING, Frames.ACK, 0, asked.payload()));
      assertNothingIsAsked(end);
      end.server.send(headers(call.streamId, 0, CallContract.ANSWER));
      asked = end.server.await(PING, 0);
      end.server.send(Frames.frame(PING, Frames.ACK, 0, asked.payload()));
      end.server.send(headers(call.streamId, END_STREAM, CallContract.TRAILERS));
      await().untilAsserted(() -> assertThat(call.ends).hasValue(1));
      assertThat(end.events.closed).hasValue(0);
    }
  }
}
