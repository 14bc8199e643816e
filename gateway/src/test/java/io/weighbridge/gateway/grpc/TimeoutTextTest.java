package io.weighbridge.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TimeoutTextTest {
  private final TimeoutText text = new TimeoutText();

  @Test
  void roundsUpToMilliseconds() {
    assertThat(text.of(1_000_000).toString()).isEqualTo("1m");
    assertThat(text.of(1_000_001).toString()).isEqualTo("2m");
    assertThat(text.of(29_999_999_999L).toString()).isEqualTo("30000m");
  }

  @Test
  void staysWithinWhatTheSpecificationAllows() {
    assertThat(text.of(0).toString()).isEqualTo("1m");
    assertThat(text.of(-5_000_000).toString()).isEqualTo("1m");
    assertThat(text.of(99_999_999L * 1_000_000).toString()).isEqualTo("99999999m");
    assertThat(text.of(99_999_999L * 1_000_000 + 1).toString()).isEqualTo("99999999m");
    assertThat(GrpcTimeout.parseNs(text.of(GrpcTimeout.TIMEOUT_NS_MAX)))
        .isEqualTo(99_999_999L * 1_000_000);
  }
}
