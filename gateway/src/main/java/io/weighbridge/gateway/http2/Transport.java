package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.handler.ssl.SslHandler;

/** Puts HTTP/2 on a channel. One per event loop; confined to it. */
public interface Transport {

  /**
   * Begins TLS on a channel that has no other handlers; {@link #serve} or {@link #connect} follow
   * when it is secured.
   */
  void secure(Channel channel, SslHandler tls, long handshakeNs, TlsStart.Outcome outcome);

  /** Makes the channel a server's side of a connection; its peer opens the streams. */
  void serve(Channel channel, Http2Limits limits, ConnectionListener listener);

  /** Makes the channel a client's side of a connection; we open the streams. */
  void connect(Channel channel, Http2Limits limits, ConnectionListener listener);
}
