package io.weighbridge.gateway.http2;

import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.ReadOnlyHttp2Headers;
import io.netty.util.AsciiString;

/** Header blocks as Netty's codec has them, and back. Stateless. */
final class NettyHeaders {
  private NettyHeaders() {}

  static Http2Headers wire(HeaderBlock block) {
    AsciiString[] fields = new AsciiString[2 * block.size()];
    for (int i = 0; i < block.size(); i++) {
      fields[2 * i] = block.name(i);
      fields[2 * i + 1] = block.value(i);
    }
    return ReadOnlyHttp2Headers.trailers(false, fields);
  }

  static HeaderBlock received(Http2Headers headers) {
    HeaderBlock block = new HeaderBlock();
    for (var field : headers) {
      block.add(AsciiString.of(field.getKey()), AsciiString.of(field.getValue()));
    }
    return block;
  }
}
