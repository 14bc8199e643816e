package io.weighbridge.gateway.upstream;

import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.http2.ConnectionListener;

/** Opens connections on the upstream's event loop. */
public interface Connector {

  /**
   * Connects, after a pause. The connection is told {@link HostConnection#secured} when that is so,
   * then hears {@link ConnectionListener#ready} or {@link ConnectionListener#closed}, whichever
   * comes first, in a later iteration of the loop; one that is not {@link HostConnection#wanted}
   * any more after the pause is not made.
   */
  void connect(Host host, HostConnection listener, long pauseNs);
}
