package io.weighbridge.gateway.control.state;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** JSON of records and maps, for the database and for what auditors are shown. Stateless. */
public final class Json {
  /** What one side of a CHANGE may show, so that a record with both stays within 16 KiB. */
  static final int SHOWN_BYTES_MAX = 6 * 1024;

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          // A state of before a key existed says nothing of it: it is off.
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private Json() {}

  /** A record or map as JSON. */
  public static String of(Object value) {
    return MAPPER.writeValueAsString(value);
  }

  /** JSON back to its record. */
  static <T> T parse(String json, Class<T> type) {
    return MAPPER.readValue(json, type);
  }

  /** JSON for a CHANGE: whole, or its size and digest when it is too long for a record. */
  public static String shown(Object value) {
    String json = of(value);
    byte[] bytes = json.getBytes(UTF_8);
    return bytes.length <= SHOWN_BYTES_MAX
        ? json
        : of(new TreeMap<>(Map.of("omitted_bytes", bytes.length, "sha256", sha256(bytes))));
  }

  /** SHA-256 in hex. */
  public static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
