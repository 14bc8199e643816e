package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class DsseTest {
  @Test
  void preAuthenticationEncodingCountsBytes() {
    assertThat(new String(Dsse.pae("a/b", utf8("hello")), StandardCharsets.UTF_8))
        .isEqualTo("DSSEv1 3 a/b 5 hello");
    assertThat(new String(Dsse.pae("é", utf8("ü x")), StandardCharsets.UTF_8))
        .isEqualTo("DSSEv1 2 é 4 ü x");
    assertThat(new String(Dsse.pae("", utf8("")), StandardCharsets.UTF_8))
        .isEqualTo("DSSEv1 0  0 ");
  }

  @Test
  void whatIsWrittenIsRead() throws Exception {
    byte[] payload = {0, 1, (byte) 0xFF, (byte) 0xFE};
    Dsse.Envelope written =
        new Dsse.Envelope("t/x", payload, List.of(new Dsse.Signature("k", new byte[] {9})));
    Dsse.Envelope read = Dsse.parse(written.toJson());
    assertThat(read.payloadType()).isEqualTo("t/x");
    assertThat(read.payload()).isEqualTo(payload);
    assertThat(read.signatures()).hasSize(1);
    assertThat(read.signatures().get(0).keyId()).isEqualTo("k");
    assertThat(read.signatures().get(0).bytes()).containsExactly(9);
  }

  @Test
  void acceptsBothAlphabetsAndIgnoresUnknownFields() throws Exception {
    byte[] expected = {(byte) 0xFB, (byte) 0xFF};
    for (String text : new String[] {"+/8=", "-_8=", "-_8"}) {
      Dsse.Envelope read =
          Dsse.parse(utf8(json("\"payload\":\"" + text + "\",\"more\":{\"x\":1}")));
      assertThat(read.payload()).as(text).isEqualTo(expected);
      assertThat(read.signatures().get(0).keyId()).isEmpty();
    }
  }

  @Test
  void refusesBase64ThatIsNotTheOneTextOfItsBytes() {
    // Stray bits in the last digit, mixed alphabets, white space, wrong padding, not base64.
    for (String text : new String[] {"+/9=", "+_8=", "+/8= ", "+/8\\n=", "-_8==", "!", "+/8=="}) {
      assertMalformed(json("\"payload\":\"" + text + "\""), "payload");
    }
  }

  @Test
  void refusesWhatIsNoEnvelope() {
    assertMalformed("", "envelope");
    assertMalformed("[]", "not a JSON object");
    assertMalformed("null", "not a JSON object");
    assertMalformed(json("\"payload\":\"\"") + "x", "not JSON");
    assertMalformed(json("\"payload\":\"\",\"payload\":\"AA==\""), "not JSON");
    assertMalformed(json("\"x\":1"), "payload is missing");
    assertMalformed(json("\"payload\":7"), "payload is missing");
    assertMalformed("{\"payloadType\":\"t\",\"payload\":\"\"}", "signatures");
    assertMalformed("{\"payloadType\":\"t\",\"payload\":\"\",\"signatures\":[]}", "signatures");
    assertMalformed(
        "{\"payloadType\":\"t\",\"payload\":\"\",\"signatures\":[1]}", "sig is missing");
    String signature = "{\"sig\":\"\"},";
    assertMalformed(
        "{\"payloadType\":\"t\",\"payload\":\"\",\"signatures\":["
            + signature.repeat(16)
            + "{\"sig\":\"\"}]}",
        "signatures");
    assertMalformed("[".repeat(5000), "not JSON");
    assertMalformed(" ".repeat(Dsse.ENVELOPE_BYTES_MAX + 1), "at most");
  }

  private static void assertMalformed(String text, String why) {
    assertThatExceptionOfType(Dsse.MalformedException.class)
        .as(text.substring(0, Math.min(80, text.length())))
        .isThrownBy(() -> Dsse.parse(utf8(text)))
        .withMessageContaining(why);
  }

  private static String json(String fields) {
    return "{\"payloadType\":\"t\",\"signatures\":[{\"sig\":\"AA==\"}]," + fields + "}";
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
