package io.weighbridge.gateway.peek;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import io.weighbridge.gateway.peek.Peek.State;
import java.util.List;

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
      assertThat(whole.name()).isEqualTo(last(top, 1).toStringUtf8());
      assertThat(whole.version()).isEqualTo(last(top, 2).toStringUtf8());
      ByteString id = last(top, 3);
      assertThat(whole.id())
          .isEqualTo(id.substring(0, Math.min(id.size(), Peek.ID_BYTES_MAX)).toStringUtf8());
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("accepted what no parser reads", e);
    }
  }

  /** What a parser takes for the field's value; empty when it is absent. */
  private static ByteString last(UnknownFieldSet message, int field) {
    List<ByteString> values = message.getField(field).getLengthDelimitedList();
    return values.isEmpty() ? ByteString.EMPTY : values.getLast();
  }
}
