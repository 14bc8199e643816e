package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * What the encoder knows of a field's name: its place in the static table, and whether fields of
 * that name may enter the peer's table. Immutable.
 *
 * <p>Only fields of few distinct values may: a field that differs per call would push out those
 * that repeat, and a secret should not be indexed at all (RFC 7541 section 7.1).
 */
final class FieldNames {
  /** One known name. */
  record Known(AsciiString name, int staticIndex, boolean indexed) {}

  private static final String[] INDEXED = {
    ":status",
    ":method",
    ":scheme",
    ":path",
    ":authority",
    "content-type",
    "te",
    "user-agent",
    "grpc-status",
    "grpc-accept-encoding",
    "grpc-encoding",
    "weighbridge-model-version",
    "weighbridge-model-digest",
    "weighbridge-gateway-id",
    "weighbridge-boot-epoch"
  };

  private static final int SLOTS = 256;
  private static final @Nullable Known[] KNOWN = new Known[SLOTS];

  static {
    for (String name : INDEXED) {
      AsciiString text = FieldName.of(name);
      put(new Known(text, StaticTable.find(text), true));
    }
    for (int i = 1; i <= StaticTable.SIZE; i++) {
      if (find(StaticTable.name(i)) == null) {
        put(new Known(StaticTable.name(i), i, false));
      }
    }
  }

  private FieldNames() {}

  private static void put(Known known) {
    int slot = slot(known.name);
    while (KNOWN[slot] != null) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    KNOWN[slot] = known;
  }

  /** What is known of this name, or null. */
  static @Nullable Known find(AsciiString name) {
    int slot = slot(name);
    while (true) {
      Known known = KNOWN[slot];
      if (known == null || known.name.equals(name)) {
        return known;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  private static int slot(AsciiString name) {
    int hash = name.hashCode();
    return (hash ^ hash >>> 8 ^ hash >>> 16) & (SLOTS - 1);
  }
}
