package io.weighbridge.gateway.identity;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Identifies the callers of one connection by its certificate, by API key, or by both. Confined to
 * the connection's event loop.
 *
 * <p>The rule for two credentials: a key that is sent must be good, whatever the certificate says;
 * and when the certificate names a caller, both must name the same tenant and principal. Neither
 * one wins over the other.
 */
public final class CallerCheck {
  private static final KeyCheck.Answer CONFLICT =
      new KeyCheck.Answer.Refused(Refusal.IDENTITY_CONFLICT);
  private static final KeyCheck.Answer UNNAMED =
      new KeyCheck.Answer.Refused(Refusal.CREDENTIALS_INVALID);

  private final List<String> certificateNames;
  private final KeyCheck keyCheck = new KeyCheck();
  private @Nullable KeyTable namedBy;
  private KeyCheck.Answer named = UNNAMED;

  /**
   * A check for one connection.
   *
   * @param certificateNames of the verified certificate, {@code DNS:...} and {@code URI:...}; empty
   *     without one
   */
  public CallerCheck(List<String> certificateNames) {
    this.certificateNames = List.copyOf(certificateNames);
  }

  /**
   * Identifies by the connection's certificate and the {@code authorization} header.
   *
   * @param authorization null when the header is missing
   */
  public KeyCheck.Answer identify(@Nullable AsciiString authorization, KeyTable table) {
    if (certificateNames.isEmpty()) {
      return keyCheck.identify(authorization, table);
    }
    KeyCheck.Answer byCertificate = byCertificate(table);
    if (authorization == null || byCertificate.equals(CONFLICT)) {
      return byCertificate;
    }
    KeyCheck.Answer byKey = keyCheck.identify(authorization, table);
    if (byKey instanceof KeyCheck.Answer.Known key
        && byCertificate instanceof KeyCheck.Answer.Known certificate
        && !same(key.caller(), certificate.caller())) {
      return CONFLICT;
    }
    return byKey;
  }

  private static boolean same(Caller one, Caller other) {
    return one.tenant().equals(other.tenant()) && one.principal().equals(other.principal());
  }

  @SuppressWarnings("ReferenceEquality") // Another table object is another truth.
  private KeyCheck.Answer byCertificate(KeyTable table) {
    if (table != namedBy) {
      named = find(table);
      namedBy = table;
    }
    return named;
  }

  private KeyCheck.Answer find(KeyTable table) {
    Caller found = null;
    for (String name : certificateNames) {
      Caller caller = table.named(name);
      if (caller != null && found != null && !same(found, caller)) {
        return CONFLICT;
      }
      found = caller == null ? found : caller;
    }
    return found == null ? UNNAMED : new KeyCheck.Answer.Known(found);
  }
}
