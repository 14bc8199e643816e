package io.weighbridge.gateway.peek;

import static io.weighbridge.gateway.peek.Wire.request;
import static io.weighbridge.gateway.peek.Wire.string;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.peek.Parameter.Kind;
import io.weighbridge.gateway.peek.Peek.State;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeekTest {
  private static final int LIMIT = 1024;

  private final Peek peek = new Peek(LIMIT);

  private State walk(Wire message) {
    return walk(message.toBytes());
  }

  private State walk(byte[] message) {
    State state = peek.reset(Peek.Shape.INFER, message.length, PeekRun.NAMES);
    return state == State.MALFORMED
        ? state
        : peek.feed(Unpooled.wrappedBuffer(message), 0, message.length);
  }

  private void refuses(Wire message, Malformed why) {
    byte[] bytes = message.toBytes();
    assertThat(walk(bytes)).isEqualTo(State.MALFORMED);
    assertThat(peek.malformed()).isEqualTo(why);
    for (int cut = 0; cut <= bytes.length; cut++) {
      assertThat(PeekRun.cutAt(peek, bytes, cut).malformed()).as("cut at %d", cut).isEqualTo(why);
    }
  }

  private void accepts(Wire message) {
    assertThat(walk(message)).as(() -> String.valueOf(peek.malformed())).isEqualTo(State.COMPLETE);
  }

  @Test
  void readsRoutingFieldsInAnyOrderOfASmallMessage() {
    accepts(
        new Wire()
            .text(7, "raw")
            .parameter("weighbridge_label", string("canary"))
            .text(3, "call-7")
            .text(5, "tensor")
            .text(2, "12")
            .text(1, "mini/lm:v@1.2_3-x"));
    assertThat(peek.name()).hasToString("mini/lm:v@1.2_3-x");
    assertThat(peek.name().hash()).isEqualTo("mini/lm:v@1.2_3-x".hashCode());
    assertThat(peek.version()).hasToString("12");
    assertThat(peek.id()).hasToString("call-7");
    assertThat(peek.label().text()).hasToString("canary");
    assertThat(peek.sequenceId().isPresent()).isFalse();
  }

  @Test
  void forgetsTheMessageBefore() {
    accepts(request("a").text(2, "1").text(3, "x").parameter("user", string("eve")));
    accepts(request("b"));
    assertThat(peek.name()).hasToString("b");
    assertThat(peek.version().isEmpty()).isTrue();
    assertThat(peek.id().isEmpty()).isTrue();
    assertThat(peek.parameter(PeekRun.NAMES.indexOf("user")).isPresent()).isFalse();
    refuses(request("a").text(1, "b"), Malformed.NAME_REPEATED);
    accepts(request("b"));
    assertThat(peek.malformed()).isNull();
  }

  @Test
  void needsTheWholeOfASmallMessage() {
    byte[] message = request("m").zeros(0).text(5, "t").toBytes();
    peek.reset(Peek.Shape.INFER, message.length, PeekRun.NAMES);
    assertThat(peek.feed(Unpooled.wrappedBuffer(message), 0, message.length - 1))
        .isEqualTo(State.NEED_MORE);
  }

  @Test
  void refusesMoreBytesThanTheMessageHas() {
    byte[] message = request("m").toBytes();
    peek.reset(Peek.Shape.INFER, message.length - 1, PeekRun.NAMES);
    assertThatThrownBy(() -> peek.feed(Unpooled.wrappedBuffer(message), 0, message.length))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", ".a", "-a", "a b", "a\n", "a\0", "ä", "a%2f", "a\\b", "/a"})
  void refusesNamesOutsideTheirAlphabet(String name) {
    refuses(request(name), Malformed.NAME_INVALID);
    if (!name.isEmpty()) {
      refuses(request("m").text(2, name), Malformed.VERSION_INVALID);
    }
    refuses(request("m").parameter("weighbridge_label", string(name)), Malformed.PARAMETER_INVALID);
  }

  @Test
  void acceptsNamesUpToTheirLimit() {
    accepts(request("n".repeat(256)).text(2, "v".repeat(256)));
    refuses(request("n".repeat(257)), Malformed.NAME_INVALID);
    refuses(request("n").text(2, "v".repeat(257)), Malformed.VERSION_INVALID);
  }

  @Test
  void keepsTheFirstBytesOfTheId() {
    accepts(request("m").text(3, "i".repeat(129)));
    assertThat(peek.id().length()).isEqualTo(128);
    assertThat(peek.id().truncated()).isTrue();
    accepts(request("m").text(3, "i".repeat(128)));
    assertThat(peek.id().truncated()).isFalse();
    accepts(request("m").text(3, "first").text(3, "2"));
    assertThat(peek.id()).hasToString("2");
  }

  @Test
  void refusesMessagesWithoutAName() {
    refuses(new Wire().text(2, "1"), Malformed.NAME_MISSING);
    assertThat(walk(new byte[0])).isEqualTo(State.MALFORMED);
    assertThat(peek.malformed()).isEqualTo(Malformed.NAME_MISSING);
  }

  @Test
  void refusesASecondNameOrVersion() {
    refuses(request("m").text(5, "t").text(1, "m"), Malformed.NAME_REPEATED);
    refuses(request("m").text(2, "").text(2, "1"), Malformed.VERSION_REPEATED);
  }

  @Test
  void refusesGroups() {
    refuses(request("m").tag(9, 3).tag(9, 4), Malformed.GROUP);
    refuses(request("m").tag(9, 4), Malformed.GROUP);
    refuses(request("m").parameter("x", new Wire().tag(9, 3).tag(9, 4)), Malformed.GROUP);
  }

  @Test
  void refusesPaddedTagsButNotPaddedLengths() {
    refuses(new Wire().padded(1 << 3 | 2, 2).raw(1, 'm'), Malformed.TAG_PADDED);
    refuses(request("m").padded(9 << 3, 5).raw(0), Malformed.TAG_PADDED);
    for (int bytes = 1; bytes <= 10; bytes++) {
      accepts(new Wire().tag(1, ProtoWalk.BYTES).padded(1, bytes).raw('m'));
    }
  }

  @Test
  void refusesTagsOutsideThirtyTwoBitsAndFieldZero() {
    accepts(request("m").tag((1 << 29) - 1, 0).varint(1));
    refuses(request("m").varint(1L << 32).raw(0), Malformed.TAG_INVALID);
    refuses(request("m").tag(0, 0).raw(0), Malformed.TAG_INVALID);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
  void refusesWrongWireTypesOfKnownFields(int field) {
    refuses(new Wire().text(8, "").tag(field, 0).raw(0), Malformed.WIRE_TYPE);
    refuses(new Wire().tag(field, 1).zeros(8), Malformed.WIRE_TYPE);
    refuses(new Wire().tag(field, 5).zeros(4), Malformed.WIRE_TYPE);
  }

  @Test
  void refusesReservedWireTypes() {
    refuses(request("m").tag(9, 6).raw(0), Malformed.WIRE_TYPE);
    refuses(request("m").tag(9, 7).raw(0), Malformed.WIRE_TYPE);
  }

  @Test
  void skipsUnknownFieldsOfLegalWireTypes() {
    accepts(
        request("m")
            .number(8, -1)
            .tag(9, 1)
            .zeros(8)
            .tag(10, 5)
            .zeros(4)
            .text(11, "any")
            .tag(12, 0)
            .padded(0, 10));
  }

  @Test
  void refusesVarintsOverSixtyFourBits() {
    accepts(request("m").tag(9, 0).raw(255, 255, 255, 255, 255, 255, 255, 255, 255, 1));
    refuses(
        request("m").tag(9, 0).raw(255, 255, 255, 255, 255, 255, 255, 255, 255, 2),
        Malformed.VARINT_TOO_LONG);
    refuses(request("m").tag(9, 0).padded(0, 11), Malformed.VARINT_TOO_LONG);
  }

  @Test
  void refusesLengthsThatOverrun() {
    refuses(request("m").tag(5, 2).varint(2).raw(0), Malformed.LENGTH_OVERRUN);
    refuses(request("m").tag(5, 2).varint((1L << 32) + 1).raw(0), Malformed.LENGTH_OVERRUN);
    refuses(request("m").tag(5, 2).varint(-1).raw(0), Malformed.LENGTH_OVERRUN);
    refuses(request("m").tag(9, 1).zeros(7), Malformed.LENGTH_OVERRUN);
    refuses(request("m").tag(9, 5).zeros(3), Malformed.LENGTH_OVERRUN);
    // The key fits the message but not its entry.
    refuses(
        request("m").message(4, new Wire().raw(10, 2, 'k')).text(8, "x"), Malformed.LENGTH_OVERRUN);
  }

  @Test
  void refusesMessagesThatEndInsideAField() {
    refuses(request("m").tag(5, 2), Malformed.TRUNCATED);
    refuses(request("m").raw(0xd2), Malformed.TRUNCATED);
    refuses(request("m").tag(9, 0).raw(0x80), Malformed.TRUNCATED);
    refuses(request("m").message(4, new Wire().raw(10)).text(8, "x"), Malformed.TRUNCATED);
  }

  @ParameterizedTest
  @CsvSource({"priority", "timeout"})
  void readsNumbersFromZero(String key) {
    Parameter parameter = peekParameter(key, new Wire().number(2, 0));
    assertThat(parameter.kind()).isEqualTo(Kind.SIGNED);
    parameter = peekParameter(key, new Wire().number(5, Long.MAX_VALUE));
    assertThat(parameter.kind()).isEqualTo(Kind.UNSIGNED);
    assertThat(parameter.number()).isEqualTo(Long.MAX_VALUE);
    refuses(request("m").parameter(key, new Wire().number(2, -1)), Malformed.PARAMETER_INVALID);
    assertThat(peekParameter(key, new Wire().number(5, -1)).number()).isEqualTo(-1);
    refuses(request("m").parameter(key, string("1")), Malformed.PARAMETER_INVALID);
    refuses(request("m").parameter(key, new Wire().number(1, 1)), Malformed.PARAMETER_INVALID);
    refuses(request("m").parameter(key, new Wire()), Malformed.PARAMETER_INVALID);
  }

  private Parameter peekParameter(String key, Wire value) {
    accepts(request("m").parameter(key, value));
    return peek.parameter(PeekRun.NAMES.indexOf(key));
  }

  @Test
  void readsSequenceIdsAsNumberOrText() {
    assertThat(peekParameter("sequence_id", string("s-1")).text()).hasToString("s-1");
    assertThat(peekParameter("sequence_id", new Wire().number(2, 9)).number()).isEqualTo(9);
    assertThat(peekParameter("sequence_id", string("s".repeat(256))).text().length())
        .isEqualTo(256);
    refuses(
        request("m").parameter("sequence_id", string("s".repeat(257))),
        Malformed.PARAMETER_INVALID);
    refuses(
        request("m").parameter("sequence_id", new Wire().tag(4, 1).zeros(8)),
        Malformed.PARAMETER_INVALID);
  }

  @Test
  void readsStickyParametersWhateverTheyHold() {
    assertThat(peekParameter("user", string("eve")).text()).hasToString("eve");
    Parameter tooLong = peekParameter("user", string("e".repeat(257)));
    assertThat(tooLong.text().truncated()).isTrue();
    assertThat(tooLong.text().length()).isEqualTo(256);
    assertThat(peekParameter("user", new Wire().tag(4, 1).zeros(8)).kind()).isEqualTo(Kind.OTHER);
    assertThat(peekParameter("user", new Wire()).kind()).isEqualTo(Kind.OTHER);
  }

  @Test
  void readsParametersWhoseValuePrecedesTheirKey() {
    accepts(
        request("m")
            .message(4, new Wire().message(2, string("canary")).text(1, "weighbridge_label")));
    assertThat(peek.label().text()).hasToString("canary");
    accepts(request("m").message(4, new Wire().text(1, "user")));
    assertThat(peek.parameter(PeekRun.NAMES.indexOf("user")).kind()).isEqualTo(Kind.OTHER);
  }

  @Test
  void refusesARepeatedWatchedParameterOnly() {
    refuses(
        request("m").parameter("user", string("a")).parameter("user", string("a")),
        Malformed.PARAMETER_REPEATED);
    refuses(
        request("m").parameter("user", new Wire()).parameter("user", string("a")),
        Malformed.PARAMETER_REPEATED);
    accepts(request("m").parameter("other", string("a")).parameter("other", string("a")));
  }

  @Test
  void refusesTwoReadingsOfOneEntry() {
    Wire a = new Wire().text(1, "k").text(1, "k");
    refuses(request("m").message(4, a), Malformed.PARAMETER_REPEATED);
    Wire b = new Wire().message(2, string("x")).message(2, string("y"));
    refuses(request("m").message(4, b), Malformed.PARAMETER_REPEATED);
    refuses(
        request("m").parameter("k", new Wire().number(2, 1).text(3, "x")),
        Malformed.PARAMETER_REPEATED);
    refuses(request("m").message(4, new Wire().number(1, 1)), Malformed.WIRE_TYPE);
    refuses(request("m").message(4, new Wire().number(2, 1)), Malformed.WIRE_TYPE);
    refuses(request("m").parameter("k", new Wire().number(3, 1)), Malformed.WIRE_TYPE);
    refuses(request("m").parameter("k", new Wire().text(2, "1")), Malformed.WIRE_TYPE);
  }

  @Test
  void routesALongMessageAtItsFirstTensorAfterTheName() {
    byte[] message = request("m").text(2, "1").bytes(7, new byte[5000]).toBytes();
    int tensorTagEnd = request("m").text(2, "1").tag(7, 2).toBytes().length;
    PeekRun run = PeekRun.inChunks(peek, message, 1);
    assertThat(run).isEqualTo(new PeekRun(State.COMPLETE, null, tensorTagEnd, "m", "1", ""));
  }

  @Test
  void passesTensorsBeforeTheName() {
    byte[] message = new Wire().text(5, "t").text(1, "m").bytes(7, new byte[5000]).toBytes();
    assertThat(PeekRun.inChunks(peek, message, 7).name()).isEqualTo("m");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void refusesRoutingFieldsAfterTheRoutingPoint(int field) {
    Wire late = request("m").bytes(7, new byte[2000]).bytes(field, new byte[0]);
    refuses(late, Malformed.ROUTING_LATE);
  }

  @Test
  void walksALongMessageToItsEnd() {
    Wire message = request("m").bytes(7, new byte[2000]).tag(7, 2).varint(100).zeros(99);
    byte[] bytes = message.toBytes();
    refuses(message, Malformed.LENGTH_OVERRUN);
    peek.reset(Peek.Shape.INFER, bytes.length, PeekRun.NAMES);
    assertThat(peek.feed(Unpooled.wrappedBuffer(bytes), 0, 2000)).isEqualTo(State.ROUTABLE);
  }

  @Test
  void decidesByTheLimitExactly() {
    // A message of exactly the limit is walked whole; one byte more and its late name is refused.
    for (int over : new int[] {0, 1}) {
      Wire lateName = new Wire().bytes(7, new byte[LIMIT - 6 + over]).text(1, "m");
      assertThat(lateName.toBytes()).hasSize(LIMIT + over);
      if (over == 0) {
        accepts(lateName);
      } else {
        assertThat(walk(lateName)).isEqualTo(State.MALFORMED);
      }
    }
    // The byte that completes the tensor's tag is the last one that may route.
    Wire last = request("m").bytes(3, new byte[LIMIT - 7]).bytes(7, new byte[1]);
    assertThat(PeekRun.inChunks(peek, last.toBytes(), 1).routedAtBytes()).isEqualTo(LIMIT);
    refuses(
        request("m").bytes(3, new byte[LIMIT - 6]).bytes(7, new byte[1]),
        Malformed.ROUTING_TOO_LONG);
  }

  @Test
  void refusesALongMessageWithoutANameAtTheLimit() {
    byte[] message = new Wire().bytes(7, new byte[5000]).toBytes();
    assertThat(message.length).isGreaterThan(LIMIT);
    peek.reset(Peek.Shape.INFER, message.length, PeekRun.NAMES);
    assertThat(peek.feed(Unpooled.wrappedBuffer(message), 0, LIMIT - 1)).isEqualTo(State.NEED_MORE);
    assertThat(peek.feed(Unpooled.wrappedBuffer(message), LIMIT - 1, 1)).isEqualTo(State.MALFORMED);
    assertThat(peek.malformed()).isEqualTo(Malformed.NAME_MISSING);
  }

  @Test
  void readsModelRequests() {
    byte[] message = request("m").text(2, "1").number(3, 1).number(4, 1).number(9, 1).toBytes();
    peek.reset(Peek.Shape.MODEL, message.length, PeekRun.NAMES);
    assertThat(peek.feed(Unpooled.wrappedBuffer(message), 0, message.length))
        .isEqualTo(State.COMPLETE);
    assertThat(peek.name()).hasToString("m");
    assertThat(peek.version()).hasToString("1");
    byte[] tooLong = request("m").bytes(9, new byte[LIMIT]).toBytes();
    peek.reset(Peek.Shape.MODEL, tooLong.length, PeekRun.NAMES);
    assertThat(peek.feed(Unpooled.wrappedBuffer(tooLong), 0, LIMIT)).isEqualTo(State.MALFORMED);
    assertThat(peek.malformed()).isEqualTo(Malformed.ROUTING_TOO_LONG);
  }

  @Test
  void watchesABoundedNumberOfNames() {
    List<String> most =
        IntStream.range(0, ParameterNames.NAMES_MAX - 4).mapToObj(i -> "p" + i).toList();
    assertThat(ParameterNames.of(most).indexOf("p59")).isEqualTo(63);
    assertThat(ParameterNames.of(List.of("timeout")).indexOf("timeout"))
        .isEqualTo(ParameterNames.TIMEOUT);
    List<String> tooMany = Stream.concat(most.stream(), Stream.of("q")).toList();
    assertThatThrownBy(() -> ParameterNames.of(tooMany)).hasMessageContaining("at most 64");
    assertThatThrownBy(() -> ParameterNames.of(List.of(""))).hasMessageContaining("allowed 1 to");
  }
}
