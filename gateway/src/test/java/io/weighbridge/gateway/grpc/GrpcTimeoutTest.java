package io.weighbridge.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrpcTimeoutTest {

  @ParameterizedTest
  @CsvSource({
    "0n, 0",
    "1n, 1",
    "7u, 7000",
    "250m, 250000000",
    "2S, 2000000000",
    "3M, 180000000000",
    "1H, 3600000000000",
    "00000001S, 1000000000",
    "99999999S, 99999999000000000",
    "640511H, 2305839600000000000"
  })
  void readsEveryUnit(String text, long expectedNs) {
    assertThat(GrpcTimeout.parseNs(AsciiString.of(text))).isEqualTo(expectedNs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999H", "99999999M", "640512H"})
  void clampsWhatWouldOverflow(String text) {
    long timeoutNs = GrpcTimeout.parseNs(AsciiString.of(text));
    assertThat(timeoutNs).isEqualTo(GrpcTimeout.TIMEOUT_NS_MAX);
    assertThat(Long.MAX_VALUE / 2 + timeoutNs).isPositive();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "S",
        "-1S",
        "+1S",
        "1.5S",
        "1 S",
        " 1S",
        "1S ",
        "100000000n",
        "1s",
        "1h",
        "1x",
        "1e3m",
        "0x1S",
        "1SS"
      })
  void refusesEverythingElse(String text) {
    assertThat(GrpcTimeout.parseNs(AsciiString.of(text))).isEqualTo(GrpcTimeout.BAD);
  }
}
