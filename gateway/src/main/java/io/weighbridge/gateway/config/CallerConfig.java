package io.weighbridge.gateway.config;

import java.util.List;
import java.util.regex.Pattern;

/**
 * A caller that proves itself by its TLS certificate. Immutable.
 *
 * @param certificate the subject alternative name that tells it: {@code DNS:name} or {@code
 *     URI:uri}
 * @param models names or "*"; with a slash in front, services, methods or "/*"
 */
public record CallerConfig(
    String certificate, String tenant, String principal, List<String> models) {
  /** Callers of one file. */
  public static final int CALLERS_MAX = 10_000;

  private static final Pattern NAME = Pattern.compile("(DNS|URI):[\\x21-\\x7e]{1,251}");

  public CallerConfig {
    models = List.copyOf(models);
    if (!NAME.matcher(certificate).matches()) {
      throw new BadValue(
          "certificate",
          "found \"" + certificate + "\", allowed is DNS:NAME or URI:URI, at most 255 characters");
    }
    KeysFile.checkWho(tenant, principal, models);
  }
}
