package io.weighbridge.gateway.inbound;

import io.netty.channel.Channel;
import io.netty.util.concurrent.Future;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.ConnectionListener;
import io.weighbridge.gateway.http2.StreamListener;
import io.weighbridge.gateway.pipeline.CallerConnection;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One caller's connection. Confined to its event loop. */
final class CallerSession implements ConnectionListener {
  private final PredictPort port;
  private final LoopParts parts;
  private final Channel channel;
  private final TlsPeer peer;
  private @Nullable CallerConnection calls;
  private @Nullable Future<?> aged;

  CallerSession(PredictPort port, LoopParts parts, Channel channel, TlsPeer peer) {
    this.port = port;
    this.parts = parts;
    this.channel = channel;
    this.peer = peer;
  }

  @Override
  public void ready(Connection connection) {
    if (port.draining()) {
      connection.drain();
    } else {
      // So that callers spread over loops and gateways again after some of these were away.
      aged = parts.eventLoop().schedule(connection::drain, port.nextAgeNs(), TimeUnit.NANOSECONDS);
    }
  }

  @Override
  public StreamListener accept(Connection connection, int streamId) {
    CallerConnection current = calls;
    if (current == null) {
      current = new CallerConnection(parts.callLoop(), connection, channel.alloc(), peer);
      calls = current;
    }
    return current.call(streamId);
  }

  @Override
  public void refused(Connection connection) {
    port.refused();
  }

  @Override
  public void goingAway(Connection connection) {
    // The caller opens no more streams; those open go on.
  }

  @Override
  public void closed() {
    if (aged != null) {
      aged.cancel(false);
    }
  }

  @Override
  public void violated(Connection connection, long errorCode) {
    port.violated(channel, errorCode);
  }
}
