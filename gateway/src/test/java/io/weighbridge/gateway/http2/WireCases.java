package io.weighbridge.gateway.http2;

import java.util.stream.Stream;

/** All tables of cases. */
final class WireCases {
  private WireCases() {}

  /** What a client may do to a server. */
  static Stream<WireCase> ofClients() {
    return Stream.of(CommonCases.all(), StreamCases.all(), FrameCases.all(), HpackCases.all())
        .flatMap(java.util.List::stream);
  }

  /** What a server may do to a client. */
  static Stream<WireCase> ofServers() {
    return Stream.concat(CommonCases.all().stream(), AnswerCases.all().stream());
  }
}
