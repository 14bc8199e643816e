package io.weighbridge.gateway.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.grpc.HeaderRules.Block;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Any bytes as header fields: what passes is what the RFC lets an intermediary pass on. */
class HeaderRulesFuzzTest {
  private static final List<Block> BLOCKS = List.of(Block.REQUEST, Block.RESPONSE, Block.TRAILERS);
  private static final Pattern NAME = Pattern.compile("[!#$%&'*+.^_`|~0-9a-z-]+");
  private static final Pattern VALUE = Pattern.compile("[\t\\x20-\\x7e\\x80-\\xff]*");
  private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e]*");
  private static final Pattern AUTHORITY = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=%:\\[\\]-]+");
  private static final Set<String> OF_ONE_HOP =
      Set.of("connection", "proxy-connection", "keep-alive", "transfer-encoding", "upgrade");
  private static final Set<String> ONCE =
      Set.of(
          "host",
          "content-type",
          "content-length",
          "grpc-timeout",
          "grpc-encoding",
          "grpc-status",
          "grpc-message");

  /** The first byte says which block; then come lines of {@code name=value}. */
  @FuzzTest
  void passesOnlyWhatMayBePassedOn(byte[] input) {
    if (input.length == 0) {
      return;
    }
    Block block = BLOCKS.get((input[0] & 0xff) % BLOCKS.size());
    HeaderRules rules = new HeaderRules();
    rules.begin(block);
    Map<String, String> passed = new HashMap<>();
    boolean regular = false;
    for (String line : new String(input, 1, input.length - 1, ISO_8859_1).split("\n", -1)) {
      int cut = line.indexOf('=', 1);
      String name = cut < 0 ? line : line.substring(0, cut);
      String value = cut < 0 ? "" : line.substring(cut + 1);
      if (rules.check(text(name), text(value)) != null) {
        return;
      }
      boolean pseudo = name.startsWith(":");
      assertThat(pseudo && (regular || block == Block.TRAILERS)).isFalse();
      regular |= !pseudo;
      assertMayPass(block, name, value);
      String before = passed.put(name, value);
      assertThat(before != null && (pseudo || isOnce(block, name))).as(name).isFalse();
    }
    if (rules.end() == null) {
      assertWhole(block, passed, rules.contentLength());
    }
  }

  private static AsciiString text(String latin) {
    // Not at the start of its array: an index that is not the text's own shows.
    byte[] bytes = ("x" + latin + "x").getBytes(ISO_8859_1);
    return new AsciiString(bytes, 1, latin.length(), false);
  }

  private static boolean isOnce(Block block, String name) {
    return ONCE.contains(name) && (block == Block.REQUEST || !name.equals("host"));
  }

  private static void assertMayPass(Block block, String name, String value) {
    assertThat(value).matches(VALUE);
    if (name.startsWith(":")) {
      assertThat(name)
          .isIn(
              block == Block.RESPONSE
                  ? Set.of(":status")
                  : Set.of(":method", ":scheme", ":path", ":authority"));
      return;
    }
    assertThat(name).matches(NAME).isNotIn(OF_ONE_HOP);
    if (name.equals("te")) {
      assertThat(value).isEqualTo("trailers");
    }
  }

  private static void assertWhole(Block block, Map<String, String> passed, long contentLength) {
    String announced = passed.get("content-length");
    assertThat(contentLength)
        .isEqualTo(announced == null ? HeaderRules.NO_CONTENT_LENGTH : Long.parseLong(announced));
    if (block == Block.RESPONSE) {
      assertThat(passed.get(":status")).matches("[1-5][0-9][0-9]");
    } else if (block == Block.REQUEST) {
      assertThat(passed.get(":method")).isEqualTo("POST");
      assertThat(passed.get(":scheme")).isIn("http", "https");
      assertThat(passed.get(":path")).matches(PATH);
      String authority = passed.get(":authority");
      String host = passed.get("host");
      assertThat(authority == null || AUTHORITY.matcher(authority).matches()).isTrue();
      assertThat(host == null || authority == null || host.equalsIgnoreCase(authority)).isTrue();
      assertThat(passed.get("content-type")).startsWithIgnoringCase("application/grpc");
    }
  }
}
