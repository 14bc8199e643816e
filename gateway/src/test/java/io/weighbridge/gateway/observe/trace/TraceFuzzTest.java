package io.weighbridge.gateway.observe.trace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.util.AsciiString;
import java.util.regex.Pattern;

/** Any bytes as a traceparent: only what W3C Trace Context calls valid is taken over. */
class TraceFuzzTest {
  private static final Pattern VALID =
      Pattern.compile(
          "(?!ff)(?:00-(?=[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}\\z)|(?!00)[0-9a-f]{2}-)"
              + "(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?",
          Pattern.DOTALL);

  @FuzzTest
  void takesOverWhatIsValid(byte[] input) {
    String text = new String(input, ISO_8859_1);
    byte[] padded = ("x" + text + "x").getBytes(ISO_8859_1);
    TraceContext context = new TraceContext();
    AsciiString came = new AsciiString(padded, 1, input.length, false);
    boolean taken = context.parse(came);
    var valid = VALID.matcher(text);
    assertThat(taken).isEqualTo(valid.matches());
    context.passOn(came);
    assertThat(context.present()).isEqualTo(taken);
    if (taken) {
      byte[] written = new byte[TraceContext.TEXT_LENGTH];
      context.write(written);
      int sampled = Integer.parseInt(valid.group(3), 16) & TraceContext.SAMPLED;
      assertThat(new String(written, ISO_8859_1))
          .isEqualTo("00-" + valid.group(1) + "-" + valid.group(2) + "-0" + sampled);
    }
  }
}
