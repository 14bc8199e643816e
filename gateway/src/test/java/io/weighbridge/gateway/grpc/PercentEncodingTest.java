package io.weighbridge.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PercentEncodingTest {
  private static final int ROOM = 1000;

  private static String encode(String text, int bytesMax) {
    return PercentEncoding.encode(text, bytesMax).toString();
  }

  @ParameterizedTest
  @CsvSource({
    "plain text, plain text",
    "100 %, 100 %25",
    "ä, %C3%A4",
    "~, ~",
    "'', ''",
    "' x ', %20x%20",
    "' ', %20"
  })
  void encodesAndDecodes(String text, String encoded) {
    assertThat(encode(text, ROOM)).isEqualTo(encoded);
    assertThat(PercentEncoding.decode(AsciiString.of(encoded))).isEqualTo(text);
  }

  @Test
  void escapesControlCharacters() {
    assertThat(encode("a\r\nb\0\u007f", ROOM)).isEqualTo("a%0D%0Ab%00%7F");
  }

  @Test
  void keepsEveryTextWhole() {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < 0x3000; c += 7) {
      all.append((char) c);
    }
    all.append("\ud83d\ude00");
    String text = all.toString();
    assertThat(PercentEncoding.decode(PercentEncoding.encode(text, 100_000))).isEqualTo(text);
  }

  @Test
  void cutsBetweenCharacters() {
    assertThat(encode("abcd", 3)).isEqualTo("abc");
    assertThat(encode("abä", 8)).isEqualTo("ab%C3%A4");
    assertThat(encode("abä", 7)).isEqualTo("ab");
    assertThat(encode("ab%", 4)).isEqualTo("ab");
    assertThat(encode("abc", 0)).isEqualTo("");
  }

  @Test
  void leavesInvalidEscapesAsTheyAre() {
    for (String text : new String[] {"%", "a%4", "%zz", "%%41", "100%"}) {
      String decoded = PercentEncoding.decode(AsciiString.of(text));
      assertThat(decoded).isEqualTo(text.replace("%41", "A"));
    }
  }
}
