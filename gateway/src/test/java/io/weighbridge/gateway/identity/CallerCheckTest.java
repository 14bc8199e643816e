package io.weighbridge.gateway.identity;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who calls when there is a certificate, a key, or both. */
final class CallerCheckTest {
  private static final String SECRET = "s".repeat(43);
  private static final AsciiString KEY = AsciiString.of("Bearer wb_a_" + SECRET);
  private static final Caller BY_KEY =
      new Caller("acme", "svc", AuthMethod.API_KEY, "a", Set.of("m"));

  private static Caller certified(String principal, String name) {
    return new Caller("acme", principal, AuthMethod.MTLS, name, Set.of("m"));
  }

  private static KeyTable table() throws Exception {
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(SECRET.getBytes(US_ASCII));
    return new KeyTable(
        Map.of("a", new KeyTable.StoredKey(hash, BY_KEY)),
        Map.of(
            "DNS:svc", certified("svc", "DNS:svc"),
            "URI:spiffe://other", certified("other", "URI:spiffe://other")));
  }

  private static Object identify(List<String> names, @Nullable AsciiString key) throws Exception {
    KeyCheck.Answer answer = new CallerCheck(names).identify(key, table());
    return switch (answer) {
      case KeyCheck.Answer.Known known -> known.caller().credentialId();
      case KeyCheck.Answer.Refused refused -> refused.refusal();
    };
  }

  @Test
  void aCertificateAloneNamesTheCaller() throws Exception {
    assertThat(identify(List.of("DNS:x", "DNS:svc"), null)).isEqualTo("DNS:svc");
  }

  @Test
  void aCertificateThatNamesNobodyIsNoCredential() throws Exception {
    assertThat(identify(List.of("DNS:x"), null)).isEqualTo(Refusal.CREDENTIALS_INVALID);
    assertThat(identify(List.of("DNS:x"), KEY)).isEqualTo("a");
    assertThat(identify(List.of(), null)).isEqualTo(Refusal.CREDENTIALS_MISSING);
  }

  @Test
  void keyAndCertificateOfOneCallerAgree() throws Exception {
    assertThat(identify(List.of("DNS:svc"), KEY)).isEqualTo("a");
  }

  @Test
  void credentialsThatDisagreeAreRefusedWhicheverComesFirst() throws Exception {
    assertThat(identify(List.of("URI:spiffe://other"), KEY)).isEqualTo(Refusal.IDENTITY_CONFLICT);
    assertThat(identify(List.of("DNS:svc", "URI:spiffe://other"), null))
        .isEqualTo(Refusal.IDENTITY_CONFLICT);
  }

  @Test
  void aBadKeyIsNotSavedByAGoodCertificate() throws Exception {
    assertThat(identify(List.of("DNS:svc"), AsciiString.of("Bearer wb_a_" + "x".repeat(43))))
        .isEqualTo(Refusal.CREDENTIALS_INVALID);
  }
}
