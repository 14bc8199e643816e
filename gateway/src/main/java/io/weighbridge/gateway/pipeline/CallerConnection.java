package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.identity.KeyCheck;

/** What the calls of one caller's connection share. Confined to its event loop. */
public final class CallerConnection {
  private final CallLoop loop;
  private final Connection http2;
  private final ByteBufAllocator allocator;
  private final KeyCheck keyCheck = new KeyCheck();

  /** The calls' side of a connection. */
  public CallerConnection(CallLoop loop, Connection http2, ByteBufAllocator allocator) {
    this.loop = loop;
    this.http2 = http2;
    this.allocator = allocator;
  }

  /** A call begins on this stream. */
  public StreamListener call(int streamId) {
    return new ProxyCall(this, streamId);
  }

  CallLoop loop() {
    return loop;
  }

  Connection http2() {
    return http2;
  }

  ByteBufAllocator allocator() {
    return allocator;
  }

  KeyCheck keyCheck() {
    return keyCheck;
  }
}
