package io.weighbridge.gateway.upstream;

import io.weighbridge.gateway.http2.ConnectionListener;
import java.net.InetSocketAddress;

/** Opens connections on the upstream's event loop. */
public interface Connector {

  /**
   * Connects. The listener hears {@link ConnectionListener#ready} or {@link
   * ConnectionListener#closed}, whichever comes first, in a later iteration of the loop.
   */
  void connect(InetSocketAddress address, ConnectionListener listener);
}
