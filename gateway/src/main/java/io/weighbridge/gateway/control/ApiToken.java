package io.weighbridge.gateway.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.weighbridge.gateway.control.state.Json;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An API key in full, {@code wb_<id>_<secret>}: only in the hands of its owner, and here while it
 * is made or checked. Immutable.
 *
 * @param secret 256 random bits in unpadded base64url
 */
record ApiToken(String id, String secret) {
  private static final Pattern TOKEN = Pattern.compile("wb_([a-z0-9]{1,32})_([A-Za-z0-9_-]{43})");
  private static final String ID_CHARS = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final int ID_LENGTH = 12;
  private static final int SECRET_BYTES = 32;

  /** A new one. */
  static ApiToken random(SecureRandom random) {
    StringBuilder id = new StringBuilder(ID_LENGTH);
    for (int i = 0; i < ID_LENGTH; i++) {
      id.append(ID_CHARS.charAt(random.nextInt(ID_CHARS.length())));
    }
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    return new ApiToken(
        id.toString(), Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
  }

  /** Reads the text form, or null when it is anything else. */
  static @Nullable ApiToken parse(String text) {
    Matcher matcher = TOKEN.matcher(text);
    return matcher.matches() ? new ApiToken(matcher.group(1), matcher.group(2)) : null;
  }

  /** What is stored instead of the secret. */
  String sha256() {
    return Json.sha256(secret.getBytes(US_ASCII));
  }

  String text() {
    return "wb_" + id + "_" + secret;
  }

  /** Never the secret: records end in logs. */
  @Override
  public String toString() {
    return "wb_" + id + "_...";
  }
}
