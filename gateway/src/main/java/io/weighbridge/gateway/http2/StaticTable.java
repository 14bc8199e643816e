package io.weighbridge.gateway.http2;

import io.netty.util.AsciiString;

/** The fields every HPACK table begins with (RFC 7541 appendix A), index 1 to 61. Immutable. */
final class StaticTable {
  /** Fields in it. */
  static final int SIZE = 61;

  /** Nothing found; also what no field's index is. */
  static final int NONE = 0;

  private static final String[] FIELDS = {
    ":authority",
    "",
    ":method",
    "GET",
    ":method",
    "POST",
    ":path",
    "/",
    ":path",
    "/index.html",
    ":scheme",
    "http",
    ":scheme",
    "https",
    ":status",
    "200",
    ":status",
    "204",
    ":status",
    "206",
    ":status",
    "304",
    ":status",
    "400",
    ":status",
    "404",
    ":status",
    "500",
    "accept-charset",
    "",
    "accept-encoding",
    "gzip, deflate",
    "accept-language",
    "",
    "accept-ranges",
    "",
    "accept",
    "",
    "access-control-allow-origin",
    "",
    "age",
    "",
    "allow",
    "",
    "authorization",
    "",
    "cache-control",
    "",
    "content-disposition",
    "",
    "content-encoding",
    "",
    "content-language",
    "",
    "content-length",
    "",
    "content-location",
    "",
    "content-range",
    "",
    "content-type",
    "",
    "cookie",
    "",
    "date",
    "",
    "etag",
    "",
    "expect",
    "",
    "expires",
    "",
    "from",
    "",
    "host",
    "",
    "if-match",
    "",
    "if-modified-since",
    "",
    "if-none-match",
    "",
    "if-range",
    "",
    "if-unmodified-since",
    "",
    "last-modified",
    "",
    "link",
    "",
    "location",
    "",
    "max-forwards",
    "",
    "proxy-authenticate",
    "",
    "proxy-authorization",
    "",
    "range",
    "",
    "referer",
    "",
    "refresh",
    "",
    "retry-after",
    "",
    "server",
    "",
    "set-cookie",
    "",
    "strict-transport-security",
    "",
    "transfer-encoding",
    "",
    "user-agent",
    "",
    "vary",
    "",
    "via",
    "",
    "www-authenticate",
    ""
  };

  private static final AsciiString[] NAMES = new AsciiString[SIZE + 1];
  private static final AsciiString[] VALUES = new AsciiString[SIZE + 1];

  static {
    NAMES[0] = AsciiString.EMPTY_STRING;
    VALUES[0] = AsciiString.EMPTY_STRING;
    for (int i = 1; i <= SIZE; i++) {
      NAMES[i] = FieldName.of(FIELDS[2 * i - 2]);
      VALUES[i] = AsciiString.cached(FIELDS[2 * i - 1]);
    }
  }

  private StaticTable() {}

  static AsciiString name(int index) {
    return NAMES[index];
  }

  static AsciiString value(int index) {
    return VALUES[index];
  }

  /** The first field of this name, or {@link #NONE}. Slow: for tables made once. */
  static int find(AsciiString name) {
    for (int i = 1; i <= SIZE; i++) {
      if (NAMES[i].equals(name)) {
        return i;
      }
    }
    return NONE;
  }

  /**
   * The field of this value among those that have the name of the field at {@code first}, or {@link
   * #NONE}.
   */
  static int findValue(int first, AsciiString value) {
    for (int i = first; i <= SIZE && NAMES[i].equals(NAMES[first]); i++) {
      if (VALUES[i].equals(value)) {
        return i;
      }
    }
    return NONE;
  }
}
