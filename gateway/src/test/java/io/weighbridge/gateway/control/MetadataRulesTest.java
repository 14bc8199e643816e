package io.weighbridge.gateway.control;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Metadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Asked directly: grpc-java's own client leaves such headers out, other peers do not. */
final class MetadataRulesTest {
  private static final Metadata NONE = new Metadata();

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb: c", "a\0b", "a\tb", "\u007f"})
  void refusesControlCharactersInValuesAndDoesNotRepeatThem(String bad) {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-note", Metadata.ASCII_STRING_MARSHALLER), "fine");
    headers.put(Metadata.Key.of("x-note", Metadata.ASCII_STRING_MARSHALLER), bad);
    assertThatThrownBy(() -> MetadataRules.check("localhost", headers))
        .isInstanceOf(AdminException.class)
        .hasMessage("request_malformed: the value of x-note has illegal characters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\r\nb", "a b", ""})
  void refusesAnAuthorityThatIsNoHostName(String bad) {
    assertThatThrownBy(() -> MetadataRules.check(bad, NONE)).isInstanceOf(AdminException.class);
  }

  @Test
  void takesWhatIsLegal() {
    Metadata headers = new Metadata();
    headers.put(Metadata.Key.of("x-note", Metadata.ASCII_STRING_MARSHALLER), " !~");
    headers.put(Metadata.Key.of("x-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {0, 13, 10});
    assertThatCode(() -> MetadataRules.check("[::1]:9001", headers)).doesNotThrowAnyException();
    assertThatCode(() -> MetadataRules.check(null, headers)).doesNotThrowAnyException();
  }
}
