package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.gateway.http2.Connection;
import io.weighbridge.gateway.http2.ConnectionListener;
import io.weighbridge.gateway.http2.StreamListener;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** How one caller's connection is met in a simulated world. Confined to its loop. */
final class SimulatedSession implements ConnectionListener {
  private final CallLoop calls;
  private final ByteBufAllocator memory;
  private @Nullable CallerConnection caller;

  SimulatedSession(CallLoop calls, ByteBufAllocator memory) {
    this.calls = calls;
    this.memory = memory;
  }

  @Override
  public void ready(Connection connection) {
    caller = new CallerConnection(calls, connection, memory, TlsPeer.NONE);
  }

  @Override
  public StreamListener accept(Connection connection, int streamId) {
    return Objects.requireNonNull(caller).call(streamId);
  }

  @Override
  public void goingAway(Connection connection) {
    // Its streams go on.
  }

  @Override
  public void closed() {
    // Every call was told.
  }

  @Override
  public void refused(Connection connection) {
    // The caller is told by a reset.
  }

  @Override
  public void violated(Connection connection, long errorCode) {
    // A line may have changed a byte.
  }
}
