package io.weighbridge.gateway.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyCheckTest {
  private static final String SECRET = "A".repeat(43);

  private final Caller caller = new Caller("t", "p", AuthMethod.API_KEY, "k1", Set.of("m"));
  private final KeyCheck check = new KeyCheck();

  private KeyTable table() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(SECRET.getBytes(US_ASCII));
    return new KeyTable(Map.of("k1", new KeyTable.StoredKey(hash, caller)));
  }

  @Test
  void knowsTheCallerOfAGoodKeyWhateverTheCaseOfTheScheme() throws Exception {
    for (String scheme : new String[] {"Bearer", "bearer", "BEARER"}) {
      assertThat(check.identify(AsciiString.of(scheme + " wb_k1_" + SECRET), table()))
          .isEqualTo(new KeyCheck.Answer.Known(caller));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer wb_k1_",
        "Bearer wb__AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Bearer wb_k2_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Bearer wb_k1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
        "Bearer wb_k1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Bearer wx_k1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Basic  wb_k1_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "Bearer wb_0123456789abcdef0123456789abcdef0_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
      })
  void refusesEverythingElseAlike(String value) throws Exception {
    assertThat(check.identify(AsciiString.of(value), table()))
        .isEqualTo(new KeyCheck.Answer.Refused(Refusal.CREDENTIALS_INVALID));
  }

  @Test
  void saysWhenNothingWasSent() throws Exception {
    assertThat(check.identify(null, table()))
        .isEqualTo(new KeyCheck.Answer.Refused(Refusal.CREDENTIALS_MISSING));
  }

  @Test
  void forgetsAVerdictWithTheTableItCameFrom() throws Exception {
    AsciiString value = AsciiString.of("Bearer wb_k1_" + SECRET);
    assertThat(check.identify(value, table())).isInstanceOf(KeyCheck.Answer.Known.class);

    assertThat(check.identify(value, new KeyTable(Map.of())))
        .isInstanceOf(KeyCheck.Answer.Refused.class);
  }
}
