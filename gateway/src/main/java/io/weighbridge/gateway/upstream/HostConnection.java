package io.weighbridge.gateway.upstream;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.ConnectionListener;
import io.weighbridge.gateway.http2.StreamListener;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a host and what is known of the process behind it. Confined to its event loop.
 */
public final class HostConnection implements ConnectionListener {
  private final HostLink link;
  private final long openedAtNs;
  private @Nullable Connection connection;
  private @Nullable AsciiString bootId;
  private TlsPeer peer = TlsPeer.NONE;
  private boolean retiring;

  HostConnection(HostLink link, long openedAtNs) {
    this.link = link;
    this.openedAtNs = openedAtNs;
  }

  /** The HTTP/2 connection. */
  public Connection http2() {
    if (connection == null) {
      throw new IllegalStateException("connection to " + link.host().id() + " is not ready");
    }
    return connection;
  }

  /**
   * Whether the process behind this connection is the one with this boot id. The first id seen on a
   * connection stays: another one behind the same connection is another process.
   *
   * @param seen of a response's headers; null when it carried none
   */
  public boolean isProcess(@Nullable AsciiString seen, String expectedBootId) {
    AsciiString known = bootId;
    if (known == null) {
      if (seen == null) {
        return false;
      }
      known = seen;
      bootId = seen;
    }
    return (seen == null || known.equals(seen)) && known.contentEquals(expectedBootId);
  }

  /** The handshake is done; HTTP/2 begins. */
  void secured(TlsPeer shown) {
    peer = shown;
  }

  /** Whether the host showed this key when the connection was made; null for any. */
  public boolean showed(@Nullable String tlsKeyHash) {
    return tlsKeyHash == null || tlsKeyHash.equals(peer.keyHash());
  }

  /** The boot id seen on this connection, or null before the first response. */
  public @Nullable AsciiString bootId() {
    return bootId;
  }

  boolean usable() {
    return connection != null && !retiring && connection.usable();
  }

  boolean ready() {
    return connection != null;
  }

  boolean retiring() {
    return retiring;
  }

  /** Whether it is still to be made. */
  public boolean wanted() {
    return !link.isClosed();
  }

  long openedAtNs() {
    return openedAtNs;
  }

  /** Takes no more streams; closes when those open have finished. */
  void retire() {
    retiring = true;
    http2().drain();
  }

  @Override
  public void ready(Connection readyConnection) {
    connection = readyConnection;
    link.ready(this);
  }

  @Override
  public void settingsChanged(Connection changed) {
    link.changed();
  }

  @Override
  public StreamListener accept(Connection acceptingConnection, int streamId) {
    throw new IllegalStateException("hosts open no streams");
  }

  @Override
  public void refused(Connection by) {
    // Hosts open no streams.
  }

  @Override
  public void goingAway(Connection leavingConnection) {
    retiring = true;
    // A host that does not close would leave more and more of them.
    leavingConnection.drain();
    link.leaving();
  }

  @Override
  public void closed() {
    link.closed(this);
  }

  @Override
  public void violated(Connection violatingConnection, long errorCode) {
    link.violated();
  }
}
