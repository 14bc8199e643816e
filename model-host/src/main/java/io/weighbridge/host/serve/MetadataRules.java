package io.weighbridge.host.serve;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.StatusRuntimeException;
import org.jspecify.annotations.Nullable;

/**
 * Refuses calls whose metadata is not what HTTP/2 allows: grpc-java lets CR, LF, NUL and odd names
 * through (RFC 9113, section 8.2.1). Stateless.
 */
final class MetadataRules implements ServerInterceptor {
  private static final String BINARY_SUFFIX = Metadata.BINARY_HEADER_SUFFIX;

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    String fault = faultIn(call.getAuthority(), headers);
    if (fault.isEmpty()) {
      return next.startCall(call, headers);
    }
    StatusRuntimeException error = CallError.REQUEST_MALFORMED.because(fault);
    Metadata trailers = error.getTrailers();
    call.close(error.getStatus(), trailers == null ? new Metadata() : trailers);
    return new ServerCall.Listener<>() {};
  }

  /** What is wrong, or the empty string; never repeats a peer's bytes. */
  static String faultIn(@Nullable String authority, Metadata headers) {
    if (authority != null && !isVisible(authority)) {
      return ":authority holds control characters";
    }
    int index = 0;
    for (String name : headers.keys()) {
      index++;
      if (!isToken(name)) {
        return "the name of header " + index + " holds characters HTTP does not allow";
      }
      if (!name.endsWith(BINARY_SUFFIX) && !valuesAreVisible(headers, name)) {
        return "header " + name + " holds control characters";
      }
    }
    return "";
  }

  private static boolean valuesAreVisible(Metadata headers, String name) {
    Iterable<String> values =
        headers.getAll(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
    if (values != null) {
      for (String value : values) {
        if (!isVisible(value)) {
          return false;
        }
      }
    }
    return true;
  }

  private static boolean isVisible(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c < ' ' || c > '~') {
        return false;
      }
    }
    return true;
  }

  private static boolean isToken(String name) {
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      boolean allowed =
          (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
      if (!allowed) {
        return false;
      }
    }
    return !name.isEmpty();
  }
}
