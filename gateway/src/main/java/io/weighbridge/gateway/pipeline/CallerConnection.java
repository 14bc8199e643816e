package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.admission.Admission;
import io.weighbridge.gateway.admission.Allowance;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.identity.CallerCheck;
import io.weighbridge.gateway.identity.KeyCheck;
import io.weighbridge.gateway.identity.KeyTable;
import org.jspecify.annotations.Nullable;

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
  private @Nullable Caller allowed;
  private @Nullable Allowance allowance;

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

  /** Whether one more call, or message of a stream, may go on; null when it may. */
  @Nullable CallEnd admit(Caller who, long nowNs) {
    Admission.Refused by = loop.admission().admit(allowance(who, nowNs), nowNs);
    return by == null ? null : CallEnd.refused(by);
  }

  /** What this caller's calls count against; mostly it is the same caller as before. */
  @SuppressWarnings("ReferenceEquality") // A caller is made once for each table of keys.
  private Allowance allowance(Caller who, long nowNs) {
    Allowance known = allowance;
    if (known == null || who != allowed) {
      known = loop.admission().allowance(who, nowNs);
      allowance = known;
      allowed = who;
    }
    return known;
  }

  /** Who calls; refused as well while the ledger cannot take what the call would leave. */
  KeyCheck.Answer identify(RpcMethod method, CallHeaders request, KeyTable keys) {
    if (!method.authenticated() && method.rule() == null) {
      // It leaves nothing.
      return KeyCheck.ANYONE;
    }
    KeyCheck.Answer answer = method.authenticated() ? whoever(request, keys) : KeyCheck.ANYONE;
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
