package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.identity.CallerCheck;
import io.weighbridge.gateway.identity.KeyCheck;
import io.weighbridge.gateway.identity.KeyTable;

/** What the calls of one caller's connection share. Confined to its event loop. */
public final class CallerConnection {
  private static final KeyCheck.Answer TWO_CREDENTIALS =
      new KeyCheck.Answer.Refused(Refusal.CREDENTIALS_INVALID);
  private static final KeyCheck.Answer NOT_RECORDED =
      new KeyCheck.Answer.Refused(Refusal.AUDIT_UNAVAILABLE);

  private final CallLoop loop;
  private final Connection http2;
  private final ByteBufAllocator allocator;
  private final CallerCheck callerCheck;

  /**
   * The calls' side of a connection.
   *
   * @param peer what the caller's certificate proved
   */
  public CallerConnection(
      CallLoop loop, Connection http2, ByteBufAllocator allocator, TlsPeer peer) {
    callerCheck = new CallerCheck(peer.names());
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

  /** Who calls; refused as well while the ledger cannot take what the call would leave. */
  KeyCheck.Answer identify(CallHeaders request, KeyTable keys) {
    KeyCheck.Answer answer = whoever(request, keys);
    boolean recorded = loop.recorder().accepting() || loop.services().serveUnrecorded();
    return recorded || answer instanceof KeyCheck.Answer.Refused ? answer : NOT_RECORDED;
  }

  /** Who calls, for a call that leaves nothing in the ledger. */
  KeyCheck.Answer whoever(CallHeaders request, KeyTable keys) {
    return request.authorizationRepeated()
        ? TWO_CREDENTIALS
        : callerCheck.identify(request.authorization(), keys);
  }
}
