package io.weighbridge.gateway.grpc;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.util.AsciiString;
import java.math.BigInteger;
import java.util.regex.Pattern;

/** Any bytes as a grpc-timeout: read as the specification says, or not at all. */
class GrpcTimeoutFuzzTest {
  private static final Pattern TIMEOUT = Pattern.compile("([0-9]{1,8})([HMSmun])");

  @FuzzTest
  void readsATimeoutOrNone(byte[] input) {
    String text = new String(input, ISO_8859_1);
    byte[] padded = ("1" + text + "S").getBytes(ISO_8859_1);
    AsciiString value = new AsciiString(padded, 1, input.length, false);
    assertThat(GrpcTimeout.parseNs(value)).isEqualTo(timeoutNs(text));
  }

  private static long timeoutNs(String text) {
    var matcher = TIMEOUT.matcher(text);
    if (!matcher.matches()) {
      return GrpcTimeout.BAD;
    }
    long unitNs =
        switch (matcher.group(2)) {
          case "H" -> 3_600_000_000_000L;
          case "M" -> 60_000_000_000L;
          case "S" -> 1_000_000_000L;
          case "m" -> 1_000_000L;
          case "u" -> 1_000L;
          default -> 1L;
        };
    BigInteger ns = new BigInteger(matcher.group(1)).multiply(BigInteger.valueOf(unitNs));
    return ns.min(BigInteger.valueOf(GrpcTimeout.TIMEOUT_NS_MAX)).longValueExact();
  }
}
