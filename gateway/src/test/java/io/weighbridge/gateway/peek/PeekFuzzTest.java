package io.weighbridge.gateway.peek;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.weighbridge.gateway.peek.Peek.State;

/**
 * Replays the committed corpus in every build; with {@code JAZZER_FUZZ=1} it searches for new
 * inputs.
 */
class PeekFuzzTest {
  private static final int LIMIT = 64;

  @FuzzTest
  void agreesWithTheParserAndWithItself(byte[] message) {
    Peek peek = new Peek(LIMIT);
    PeekRun whole = PeekRun.inChunks(peek, message, Math.max(1, message.length));
    PeekRun trickled = PeekRun.inChunks(peek, message, 1);
    assertThat(trickled.state()).isEqualTo(whole.state());
    assertThat(trickled.malformed()).isEqualTo(whole.malformed());
    if (whole.state() == State.MALFORMED) {
      return;
    }
    assertThat(whole.state()).isEqualTo(State.COMPLETE);
    assertThat(trickled.routedAtBytes()).isLessThanOrEqualTo(Math.max(LIMIT, message.length));
    try {
      UnknownFieldSet top = UnknownFieldSet.parseFrom(message);
      assertThat(top.getField(1).getLengthDelimitedList()).hasSize(1);
      assertThat(whole.name())
          .isEqualTo(top.getField(1).getLengthDelimitedList().get(0).toStringUtf8());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("accepted what no parser reads", e);
    }
  }
}
