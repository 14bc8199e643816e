package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.InternalMetadata;
import io.grpc.Metadata;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MetadataRulesTest {
  @Test
  void letsOrdinaryMetadataThrough() {
    Metadata metadata = new Metadata();
    metadata.put(key("x-user-id"), "a b~!");
    metadata.put(key("x-user-id"), "");
    metadata.put(
        Metadata.Key.of("trace-bin", Metadata.BINARY_BYTE_MARSHALLER), new byte[] {0, 10, -1});
    assertThat(MetadataRules.faultIn("127.0.0.1:9201", metadata)).isEmpty();
    assertThat(MetadataRules.faultIn(null, new Metadata())).isEmpty();
  }

  @Test
  void refusesControlCharactersInAnyValue() {
    for (String bad : new String[] {"a\r\nb", "a\nb", "a\0b", "\u007F", "\t"}) {
      Metadata metadata = new Metadata();
      metadata.put(key("x-a"), "good");
      metadata.put(key("x-a"), bad);
      assertThat(MetadataRules.faultIn("h", metadata))
          .isEqualTo("header x-a holds control characters");
      assertThat(MetadataRules.faultIn("h" + bad, new Metadata()))
          .isEqualTo(":authority holds control characters");
    }
  }

  @Test
  void refusesNamesHttpDoesNotAllowAndDoesNotRepeatThem() {
    // As they come off the wire: Metadata.Key itself would not make them.
    for (String bad : new String[] {"x a", "x\n", "X-A", "x:", "x\u00e9", ""}) {
      Metadata metadata =
          InternalMetadata.newMetadata(
              bad.getBytes(StandardCharsets.ISO_8859_1), "v".getBytes(StandardCharsets.US_ASCII));
      assertThat(MetadataRules.faultIn("h", metadata))
          .as(bad)
          .isEqualTo("the name of header 1 holds characters HTTP does not allow");
    }
  }

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }
}
