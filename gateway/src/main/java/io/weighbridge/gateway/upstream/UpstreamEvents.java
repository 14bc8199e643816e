package io.weighbridge.gateway.upstream;

import io.weighbridge.gateway.call.HostTable;

/** What happens to connections, told to whoever counts it. Called on event loops. */
public interface UpstreamEvents {
  /** A connection can carry calls. */
  void connected(HostTable.Host host);

  /** A connection that could carry calls is gone. */
  void disconnected(HostTable.Host host);

  /** A connection could not be made. */
  void connectFailed(HostTable.Host host);

  /** A host broke HTTP/2. */
  void protocolError(HostTable.Host host);
}
