package io.weighbridge.ledger.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import io.weighbridge.ledger.RecordId;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A record as people and programs read it: field names as in the schema, record ids as UUID text,
 * other bytes as hexadecimal digits, {@code _at} as RFC 3339 UTC, enum values as lower-case words
 * without their prefix. Fields that are not set are absent.
 */
public final class RecordView {
  private static final long NS_PER_S = 1_000_000_000L;

  private RecordView() {}

  /** The message as a map in field order, which the caller may change. */
  public static Map<String, Object> of(Message message) {
    Map<String, Object> view = new LinkedHashMap<>();
    message
        .getAllFields()
        .forEach((field, value) -> view.put(field.getName(), value(field, value)));
    return view;
  }

  private static Object value(FieldDescriptor field, Object value) {
    if (field.isRepeated()) {
      return ((List<?>) value).stream().map(v -> single(field, v)).toList();
    }
    return single(field, value);
  }

  private static Object single(FieldDescriptor field, Object value) {
    return switch (value) {
      case Message message -> of(message);
      case ByteString bytes -> bytes(field, bytes);
      case EnumValueDescriptor constant -> word(constant);
      case Long number when field.getName().endsWith("_at") -> time(number);
      default -> value;
    };
  }

  private static String bytes(FieldDescriptor field, ByteString bytes) {
    if (field.getName().endsWith("record_id") && bytes.size() == 16) {
      return RecordId.fromBytes(bytes.toByteArray()).toString();
    }
    return HexFormat.of().formatHex(bytes.toByteArray());
  }

  private static String word(EnumValueDescriptor constant) {
    String type = constant.getType().getName();
    String prefix = type.replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT) + "_";
    String name = constant.getName();
    return (name.startsWith(prefix) ? name.substring(prefix.length()) : name)
        .toLowerCase(Locale.ROOT);
  }

  /** Unix nanoseconds as RFC 3339, UTC. */
  public static String time(long unixNs) {
    return DateTimeFormatter.ISO_INSTANT.format(
        Instant.ofEpochSecond(Math.floorDiv(unixNs, NS_PER_S), Math.floorMod(unixNs, NS_PER_S)));
  }
}
