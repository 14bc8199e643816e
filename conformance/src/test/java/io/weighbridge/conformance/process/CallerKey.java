package io.weighbridge.conformance.process;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A key a caller shows. Immutable.
 *
 * @param id as in the keys file
 * @param models YAML list of what it may use
 */
public record CallerKey(String id, String models) {
  private static final int SECRET_CHARS = 43;

  private String secret() {
    return id.substring(0, 1).repeat(SECRET_CHARS);
  }

  /** Value of the header {@code authorization}. */
  public String authorization() {
    return "Bearer wb_" + id + "_" + secret();
  }

  /** A keys file with this key alone. */
  public String keysFile() {
    try {
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(secret().getBytes(UTF_8));
      return """
      keys:
        - id: %s
          sha256: %s
          tenant: conformance
          principal: %s
          models: %s
      """
          .formatted(id, HexFormat.of().formatHex(hash), id, models);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
