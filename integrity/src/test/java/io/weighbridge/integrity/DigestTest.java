package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DigestTest {
  // FIPS 180-4 example: SHA-256("abc").
  private static final String ABC =
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  @Test
  void hashesAndFormats() {
    Digest digest = Digest.sha256("abc".getBytes(StandardCharsets.US_ASCII));
    assertThat(digest).hasToString(ABC);
    assertThat(Digest.parse(ABC)).isEqualTo(digest).hasSameHashCodeAs(digest);
    assertThat(Digest.ofBytes(digest.bytes())).isEqualTo(digest);
    assertThat(Digest.ofHex(digest.hex())).isEqualTo(digest);
  }

  @Test
  void refusesEveryOtherForm() {
    String hex = ABC.substring(7);
    for (String bad :
        new String[] {
          "",
          "sha256:",
          hex,
          "sha256:" + hex.substring(1),
          ABC + "0",
          "SHA256:" + hex,
          "sha256:" + hex.replace('b', 'B'),
          "sha512:" + hex,
          " " + ABC,
          "sha256:g" + hex.substring(1)
        }) {
      assertThatIllegalArgumentException().as(bad).isThrownBy(() -> Digest.parse(bad));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> Digest.ofBytes(new byte[31]));
  }

  @Test
  void copiesItsBytes() {
    Digest digest = Digest.parse(ABC);
    digest.bytes()[0] ^= 1;
    assertThat(digest).hasToString(ABC);
  }
}
