package io.weighbridge.gateway.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.grpc.HeaderRules.Block;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeaderRulesTest {
  private static final String[] REQUEST = {
    ":method", "POST",
    ":scheme", "http",
    ":path", "/inference.GRPCInferenceService/ModelInfer",
    ":authority", "gateway:9000",
    "content-type", "application/grpc",
    "te", "trailers",
    "grpc-timeout", "1S",
    "x-user-id", "eve"
  };

  private final HeaderRules rules = new HeaderRules();

  private static AsciiString ascii(String text) {
    return new AsciiString(text.getBytes(ISO_8859_1), false);
  }

  private @Nullable HeaderFault judge(Block block, List<String> fields) {
    rules.begin(block);
    for (int i = 0; i < fields.size(); i += 2) {
      HeaderFault fault = rules.check(ascii(fields.get(i)), ascii(fields.get(i + 1)));
      if (fault != null) {
        return fault;
      }
    }
    return rules.end();
  }

  private @Nullable HeaderFault judge(Block block, String... fields) {
    return judge(block, List.of(fields));
  }

  /** The good request with one field's value replaced. */
  private @Nullable HeaderFault withValue(String name, String value) {
    List<String> fields = new ArrayList<>(List.of(REQUEST));
    fields.set(fields.indexOf(name) + 1, value);
    return judge(Block.REQUEST, fields);
  }

  private @Nullable HeaderFault with(String name, String value) {
    List<String> fields = new ArrayList<>(List.of(REQUEST));
    fields.add(name);
    fields.add(value);
    return judge(Block.REQUEST, fields);
  }

  private @Nullable HeaderFault without(String name) {
    List<String> fields = new ArrayList<>(List.of(REQUEST));
    int at = fields.indexOf(name);
    fields.remove(at);
    fields.remove(at);
    return judge(Block.REQUEST, fields);
  }

  @Test
  void acceptsWhatGrpcClientsSend() {
    assertThat(judge(Block.REQUEST, REQUEST)).isNull();
    assertThat(judge(Block.RESPONSE, ":status", "200", "content-type", "application/grpc"))
        .isNull();
    assertThat(judge(Block.TRAILERS, "grpc-status", "0", "grpc-message", "ends in a space "))
        .isNull();
    assertThat(without(":authority")).isNull();
    assertThat(without("te")).isNull();
  }

  @Test
  void judgesEveryByteOfNamesAndValues() {
    for (int b = 0; b < 256; b++) {
      String text = "x" + (char) b + "x";
      boolean nameByte =
          (b >= 'a' && b <= 'z')
              || (b >= '0' && b <= '9')
              || (b > 0 && b < 128 && "!#$%&'*+-.^_`|~".indexOf(b) >= 0);
      boolean valueByte = b == '\t' || (b >= ' ' && b != 0x7f);
      for (Block block : new Block[] {Block.RESPONSE, Block.TRAILERS}) {
        rules.begin(block);
        assertThat(rules.check(ascii(text), ascii("v")) == null)
            .as("name %d", b)
            .isEqualTo(nameByte);
        assertThat(rules.check(ascii("n"), ascii(text)) == null)
            .as("value %d", b)
            .isEqualTo(valueByte);
      }
      assertThat(withValue(":path", "/" + text) == null)
          .as("path %d", b)
          .isEqualTo(b > ' ' && b < 0x7f);
    }
    assertThat(with("", "v")).isEqualTo(HeaderFault.NAME);
    assertThat(with("Upper", "v")).isEqualTo(HeaderFault.NAME);
    assertThat(with("x", "")).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade"})
  void refusesConnectionSpecificFieldsInEveryBlock(String name) {
    assertThat(with(name, "close")).isEqualTo(HeaderFault.CONNECTION);
    assertThat(judge(Block.RESPONSE, ":status", "200", name, "x"))
        .isEqualTo(HeaderFault.CONNECTION);
    assertThat(judge(Block.TRAILERS, name, "x")).isEqualTo(HeaderFault.CONNECTION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "", "Trailers", "trailers, gzip", "trailers;q=1"})
  void refusesTeOtherThanTrailers(String value) {
    assertThat(withValue("te", value)).isEqualTo(HeaderFault.TE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {":method", ":scheme", ":path", ":authority", "content-type", "grpc-timeout"})
  void refusesTheSecondOfASingleField(String name) {
    List<String> fields = new ArrayList<>(List.of(REQUEST));
    int at = fields.indexOf(name);
    fields.add(at, fields.get(at + 1));
    fields.add(at, name);
    assertThat(judge(Block.REQUEST, fields)).isEqualTo(HeaderFault.REPEATED);
  }

  @Test
  void refusesTheSecondStatus() {
    assertThat(judge(Block.TRAILERS, "grpc-status", "0", "grpc-status", "0"))
        .isEqualTo(HeaderFault.REPEATED);
    assertThat(judge(Block.TRAILERS, "grpc-message", "a", "grpc-message", "b"))
        .isEqualTo(HeaderFault.REPEATED);
    assertThat(judge(Block.RESPONSE, ":status", "200", ":status", "200"))
        .isEqualTo(HeaderFault.REPEATED);
    assertThat(judge(Block.REQUEST, "grpc-encoding", "gzip", "grpc-encoding", "gzip"))
        .isEqualTo(HeaderFault.REPEATED);
  }

  @ParameterizedTest
  @ValueSource(strings = {":method", ":scheme", ":path"})
  void refusesRequestsWithoutAPseudoHeader(String name) {
    assertThat(without(name)).isEqualTo(HeaderFault.PSEUDO_MISSING);
  }

  @Test
  void refusesPseudoHeadersOutOfPlace() {
    assertThat(with(":path", "/x")).isEqualTo(HeaderFault.PSEUDO_LATE);
    assertThat(judge(Block.REQUEST, ":status", "200")).isEqualTo(HeaderFault.PSEUDO_UNKNOWN);
    assertThat(judge(Block.REQUEST, ":protocol", "x")).isEqualTo(HeaderFault.PSEUDO_UNKNOWN);
    assertThat(judge(Block.REQUEST, ":", "x")).isEqualTo(HeaderFault.PSEUDO_UNKNOWN);
    assertThat(judge(Block.RESPONSE, ":path", "/x")).isEqualTo(HeaderFault.PSEUDO_UNKNOWN);
    assertThat(judge(Block.RESPONSE, "a", "b", ":status", "200"))
        .isEqualTo(HeaderFault.PSEUDO_LATE);
    assertThat(judge(Block.RESPONSE, "a", "b")).isEqualTo(HeaderFault.PSEUDO_MISSING);
    assertThat(judge(Block.TRAILERS, ":status", "200")).isEqualTo(HeaderFault.PSEUDO_LATE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "post", "POST ", "PUT", "CONNECT"})
  void answersOtherMethodsWith405(String method) {
    assertThat(withValue(":method", method)).isEqualTo(HeaderFault.METHOD);
    assertThat(HeaderFault.METHOD.httpStatus()).isEqualTo(405);
  }

  @Test
  void prefersMalformedToNotGrpc() {
    List<String> fields = new ArrayList<>(List.of(REQUEST));
    fields.set(1, "GET");
    fields.set(fields.indexOf("te") + 1, "gzip");
    assertThat(judge(Block.REQUEST, fields)).isEqualTo(HeaderFault.TE);
    assertThat(HeaderFault.TE.httpStatus()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "application/grpc, true",
    "application/grpc+proto, true",
    "application/grpc;charset=utf-8, true",
    "application/grpc+proto; x=y, true",
    "Application/gRPC, true",
    "application/grpc+json, false",
    "application/grpc+protobuf, false",
    "application/grpcevil, false",
    "application/grpc-web, false",
    "application/grpc-web+proto, false",
    "application/json, false",
    "application/grp, false",
    "'', false"
  })
  void knowsGrpcByItsContentType(String contentType, boolean grpc) {
    assertThat(HeaderRules.isGrpc(ascii(contentType))).isEqualTo(grpc);
    assertThat(withValue("content-type", contentType))
        .isEqualTo(grpc ? null : HeaderFault.CONTENT_TYPE);
  }

  @Test
  void answersAMissingContentTypeWith415() {
    assertThat(without("content-type")).isEqualTo(HeaderFault.CONTENT_TYPE);
    assertThat(HeaderFault.CONTENT_TYPE.httpStatus()).isEqualTo(415);
    assertThat(judge(Block.RESPONSE, ":status", "503", "content-type", "text/html")).isNull();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "user@host", "host/path", "host?", "a\\b", "h\u00e4"})
  void refusesAuthoritiesThatAreNone(String authority) {
    assertThat(withValue(":authority", authority)).isEqualTo(HeaderFault.AUTHORITY);
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "127.0.0.1:9000", "[::1]:9000", "a_b.example", "h%20h"})
  void acceptsAuthorities(String authority) {
    assertThat(withValue(":authority", authority)).isNull();
  }

  @Test
  void refusesAHostThatIsNotTheAuthority() {
    assertThat(with("host", "gateway:9000")).isNull();
    assertThat(with("host", "GATEWAY:9000")).isNull();
    assertThat(with("host", "other:9000")).isEqualTo(HeaderFault.HOST);
    assertThat(with("host", "")).isEqualTo(HeaderFault.HOST);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp", "HTTP", ""})
  void refusesOtherSchemes(String scheme) {
    assertThat(withValue(":scheme", scheme)).isEqualTo(HeaderFault.SCHEME);
    assertThat(withValue(":scheme", "https")).isNull();
  }

  @Test
  void refusesPathsThatDoNotBeginWithASlash() {
    assertThat(withValue(":path", "")).isEqualTo(HeaderFault.PATH);
    assertThat(withValue(":path", "*")).isEqualTo(HeaderFault.PATH);
    assertThat(withValue(":path", "a/b")).isEqualTo(HeaderFault.PATH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "20", "2000", "600", "099", "2x0", "20x"})
  void refusesStatusesThatAreNone(String status) {
    assertThat(judge(Block.RESPONSE, ":status", status)).isEqualTo(HeaderFault.STATUS);
  }

  @ParameterizedTest
  @EnumSource(Block.class)
  void readsTheContentLength(Block block) {
    rules.begin(block);
    assertThat(rules.contentLength()).isEqualTo(HeaderRules.NO_CONTENT_LENGTH);
    assertThat(rules.check(GrpcNames.CONTENT_LENGTH, ascii("0"))).isNull();
    assertThat(rules.contentLength()).isZero();
    assertThat(rules.check(GrpcNames.CONTENT_LENGTH, ascii("0"))).isEqualTo(HeaderFault.REPEATED);
    for (String bad : new String[] {"", "-1", "+1", "1 ", "0x1", "1,1", "1".repeat(19)}) {
      rules.begin(block);
      assertThat(rules.check(GrpcNames.CONTENT_LENGTH, ascii(bad)))
          .isEqualTo(HeaderFault.CONTENT_LENGTH);
    }
    rules.begin(block);
    assertThat(rules.check(GrpcNames.CONTENT_LENGTH, ascii("9".repeat(18)))).isNull();
    assertThat(rules.contentLength()).isEqualTo(999_999_999_999_999_999L);
  }

  @Test
  void judgesSlicesByTheirOwnBytes() {
    AsciiString slice = ascii("\nok\n").subSequence(1, 3, false);
    assertThat(slice.arrayOffset()).isEqualTo(1);
    rules.begin(Block.TRAILERS);
    assertThat(rules.check(slice, slice)).isNull();
  }
}
