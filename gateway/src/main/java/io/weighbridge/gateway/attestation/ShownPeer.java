package io.weighbridge.gateway.attestation;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.weighbridge.gateway.call.TlsPeer;
import javax.net.ssl.SSLSession;

/** Sees who was at the other end of one call's connection. For one call. */
final class ShownPeer implements ClientInterceptor {
  private volatile TlsPeer peer = TlsPeer.NONE;

  TlsPeer peer() {
    return peer;
  }

  @Override
  public <Q, R> ClientCall<Q, R> interceptCall(
      MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
    return new SimpleForwardingClientCall<Q, R>(next.newCall(method, options)) {
      @Override
      public void start(Listener<R> listener, Metadata headers) {
        super.start(
            new SimpleForwardingClientCallListener<R>(listener) {
              @Override
              public void onHeaders(Metadata answer) {
                SSLSession session = getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
                peer = session == null ? TlsPeer.NONE : TlsPeer.of(session);
                super.onHeaders(answer);
              }
            },
            headers);
      }
    };
  }
}
