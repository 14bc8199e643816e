package io.weighbridge.gateway.upstream.check;

import io.grpc.Status;
import java.util.Locale;

/** What came of asking a host: a closed list. */
enum CheckAnswer {
  READY,
  /** It said no, or does not know what it was asked about. */
  NOT_READY,
  /** No answer in time on a connection that was there, or an error. */
  FAILED,
  /** There was no connection to ask over: calls find that out for themselves. */
  UNREACHABLE,
  /** The host does not let itself be asked, which is nothing against it. */
  UNIMPLEMENTED;

  /** The word for metrics. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What a call that did not end well says.
   *
   * @param connected whether it had a connection
   */
  static CheckAnswer of(Status.Code code, boolean connected) {
    return switch (code) {
      case UNIMPLEMENTED, UNAUTHENTICATED, PERMISSION_DENIED -> UNIMPLEMENTED;
      case NOT_FOUND -> NOT_READY;
      default -> connected ? FAILED : UNREACHABLE;
    };
  }
}
