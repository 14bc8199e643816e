package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import inference.InferParameter;
import inference.ModelInferRequest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.http2.FieldName;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.route.Bucket;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.Route;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.Router;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Where callers of a model with 10 % on version 2 end, by what keeps them on a version. */
class AskReaderTest {
  private static final long SALT_HIGH = 1;
  private static final long SALT_LOW = 2;
  private static final int USERS = 1_000;
  private static final Caller CALLER =
      new Caller("acme", "svc", AuthMethod.API_KEY, "demo", Set.of("m"));

  private final Routing routing = new Routing(new Router(new Random(7)));
  private final Route route = new Route();

  private static Tables tables(ModelSpec.Sticky.By by) {
    ModelSpec spec =
        new ModelSpec(
            "m",
            SALT_HIGH,
            SALT_LOW,
            new ModelSpec.Sticky(by, "user"),
            List.of(new ModelSpec.Version("1", null, 0), new ModelSpec.Version("2", null, 0)),
            Map.of(),
            List.of(
                new ModelSpec.Range(0, 900_000, "1"), new ModelSpec.Range(900_000, 1_000_000, "2")),
            null,
            ModelSpec.PayloadDigest.OFF,
            ModelSpec.SecondTry.NEVER);
    return Tables.EMPTY
        .with(RouteTable.of(1, List.of(spec), new Slots()))
        .with(new HostTable(new HostTable.Eligible[8][1]));
  }

  private Route route(Tables tables, Map<String, InferParameter> parameters, HeaderBlock headers) {
    byte[] message =
        ModelInferRequest.newBuilder()
            .setModelName("m")
            .putAllParameters(parameters)
            .build()
            .toByteArray();
    Peek peek = new Peek(Peek.PEEK_BYTES_MAX);
    peek.reset(Peek.Shape.INFER, message.length, tables.parameterNames());
    ByteBuf buf = Unpooled.wrappedBuffer(message);
    assertThat(peek.feed(buf, 0, message.length)).isEqualTo(Peek.State.COMPLETE);
    route.clear();
    assertThat(routing.route(tables, CALLER, headers, peek, route)).isNull();
    return route;
  }

  private Route route(Tables tables, InferParameter user) {
    return route(tables, Map.of("user", user), HeaderBlock.of());
  }

  private String version(Route of) {
    return Objects.requireNonNull(of.target()).version();
  }

  private static InferParameter number(long user) {
    return InferParameter.newBuilder().setInt64Param(user).build();
  }

  private static InferParameter text(String user) {
    return InferParameter.newBuilder().setStringParam(user).build();
  }

  /** The bucket that {@code weighbridge traffic explain} tells of a key. */
  private static int explained(String key) {
    byte[] bytes = key.getBytes(UTF_8);
    return Bucket.of(SALT_HIGH, SALT_LOW, bytes, 0, bytes.length);
  }

  @Test
  void usersThatAreNumbersAreSplitByTheirDigits() {
    Tables tables = tables(ModelSpec.Sticky.By.PARAMETER);
    int second = 0;
    for (int user = 0; user < USERS; user++) {
      second += version(route(tables, number(user))).equals("2") ? 1 : 0;
    }

    assertThat(second).isBetween(70, 130);
    assertThat(route(tables, number(42)).bucket()).isEqualTo(explained("42"));
    assertThat(route(tables, number(-42)).bucket()).isEqualTo(explained("-42"));
    InferParameter huge = InferParameter.newBuilder().setUint64Param(-1).build();
    assertThat(route(tables, huge).bucket()).isEqualTo(explained("18446744073709551615"));
    assertThat(route(tables, text("42")).bucket()).isEqualTo(explained("42"));
  }

  @Test
  void whatSaysNothingOfItsUserIsDrawn() {
    Tables byParameter = tables(ModelSpec.Sticky.By.PARAMETER);
    Tables byHeader = tables(ModelSpec.Sticky.By.HEADER);
    HeaderBlock empty = HeaderBlock.of(FieldName.of("user"), AsciiString.EMPTY_STRING);

    route(byParameter, InferParameter.newBuilder().setBoolParam(true).build());
    assertThat(route.rule()).isEqualTo(Route.Rule.SPLIT_DRAW);
    route(byParameter, text(""));
    assertThat(route.rule()).isEqualTo(Route.Rule.SPLIT_DRAW);
    route(byHeader, Map.of(), empty);
    assertThat(route.rule()).isEqualTo(Route.Rule.SPLIT_DRAW);
  }

  @Test
  void aSequenceStaysWithItsVersionWhereNothingElseKeepsItThere() {
    for (ModelSpec.Sticky.By by : ModelSpec.Sticky.By.values()) {
      Tables tables = tables(by);
      for (int sequence = 1; sequence <= 20; sequence++) {
        Map<String, InferParameter> parameters = Map.of("sequence_id", number(sequence));
        String first = version(route(tables, parameters, HeaderBlock.of()));
        for (int i = 0; i < 30; i++) {
          assertThat(version(route(tables, parameters, HeaderBlock.of())))
              .as("sticky by %s, sequence %d", by, sequence)
              .isEqualTo(first);
        }
      }
    }
  }
}
