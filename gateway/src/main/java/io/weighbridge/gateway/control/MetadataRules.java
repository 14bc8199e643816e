package io.weighbridge.gateway.control;

import io.grpc.Metadata;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What grpc-java lets through and RFC 9113 section 8.2.1 forbids: control characters in values and
 * in {@code :authority}, illegal names. Stateless.
 */
final class MetadataRules {
  private static final Pattern NAME = Pattern.compile("[0-9a-z_.-]{1,256}");
  private static final Pattern VALUE = Pattern.compile("[\\x20-\\x7e]*");
  private static final Pattern AUTHORITY = Pattern.compile("[\\x21-\\x7e]{1,261}");

  private MetadataRules() {}

  /** Refuses what breaks the rules; never repeats it. */
  static void check(@Nullable String authority, Metadata headers) {
    if (authority != null && !AUTHORITY.matcher(authority).matches()) {
      throw new AdminException(AdminRefusal.REQUEST_MALFORMED, ":authority is no host name");
    }
    for (String name : headers.keys()) {
      if (!NAME.matcher(name).matches()) {
        throw new AdminException(AdminRefusal.REQUEST_MALFORMED, "a metadata name is illegal");
      }
      if (!name.endsWith(Metadata.BINARY_HEADER_SUFFIX)) {
        checkValues(name, headers);
      }
    }
  }

  private static void checkValues(String name, Metadata headers) {
    Iterable<String> values =
        headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    if (values == null) {
      return;
    }
    for (String value : values) {
      if (!VALUE.matcher(value).matches()) {
        throw new AdminException(
            AdminRefusal.REQUEST_MALFORMED, "the value of " + name + " has illegal characters");
      }
    }
  }
}
