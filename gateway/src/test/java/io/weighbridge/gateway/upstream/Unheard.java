package io.weighbridge.gateway.upstream;

import io.weighbridge.gateway.call.HostTable;

/** Hears what others count. */
class Unheard implements UpstreamEvents {
  @Override
  public void connected(HostTable.Host host) {}

  @Override
  public void disconnected(HostTable.Host host) {}

  @Override
  public void connectFailed(HostTable.Host host) {}

  @Override
  public void protocolError(HostTable.Host host) {}
}
