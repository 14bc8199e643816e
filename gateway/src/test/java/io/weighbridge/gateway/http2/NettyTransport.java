package io.weighbridge.gateway.http2;

import io.netty.channel.Channel;
import io.netty.handler.codec.http2.AbstractHttp2ConnectionHandlerBuilder;
import io.netty.handler.codec.http2.DefaultHttp2Connection;
import io.netty.handler.codec.http2.DefaultHttp2LocalFlowController;
import io.netty.handler.codec.http2.DefaultHttp2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2HeadersEncoder;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.UniformStreamByteDistributor;
import io.netty.handler.ssl.SslHandler;
import java.util.Set;

/**
 * {@link Transport} on Netty's codec: what ours is held against. Confined to its event loop.
 *
 * <p>Only fields of few distinct values may enter the peer's HPACK table: a field that differs per
 * call would push out those that repeat, and a secret should not be indexed at all (RFC 7541
 * section 7.1).
 */
final class NettyTransport implements Transport {
  private static final Set<String> INDEXED =
      Set.of(
          ":status",
          ":method",
          ":scheme",
          ":path",
          ":authority",
          "content-type",
          "te",
          "user-agent",
          "grpc-status",
          "grpc-accept-encoding",
          "grpc-encoding",
          "weighbridge-model-version",
          "weighbridge-model-digest",
          "weighbridge-gateway-id",
          "weighbridge-boot-epoch");

  private static final Http2HeadersEncoder.SensitivityDetector NEVER_INDEXED =
      (name, value) -> !INDEXED.contains(name.toString());

  /** Credit is sent when half a window has been used up. */
  private static final float WINDOW_UPDATE_RATIO = 0.5f;

  /** Answers to control frames that may wait for a peer that does not read. */
  private static final int QUEUED_CONTROL_FRAMES_MAX = 1_000;

  private final Flusher flusher;
  private final Sweeper sweeper;

  /** The transport of one loop. */
  NettyTransport(Flusher flusher, Sweeper sweeper) {
    this.flusher = flusher;
    this.sweeper = sweeper;
  }

  @Override
  public void secure(Channel channel, SslHandler tls, long handshakeNs, TlsStart.Outcome outcome) {
    TlsStart.begin(channel, tls, handshakeNs, outcome);
  }

  @Override
  public void serve(Channel channel, Http2Limits limits, ConnectionListener listener) {
    Http2Settings settings =
        new Http2Settings()
            .maxConcurrentStreams(limits.streamsMax())
            .initialWindowSize(limits.streamWindowBytes())
            .maxHeaderListSize(limits.headerListBytesMax());
    install(channel, new DefaultHttp2Connection(true, 0), settings, limits, listener);
  }

  @Override
  public void connect(Channel channel, Http2Limits limits, ConnectionListener listener) {
    Http2Settings settings =
        new Http2Settings()
            .pushEnabled(false)
            .initialWindowSize(limits.streamWindowBytes())
            .maxHeaderListSize(limits.headerListBytesMax());
    install(channel, new DefaultHttp2Connection(false, 0), settings, limits, listener);
  }

  private void install(
      Channel channel,
      Http2Connection http2,
      Http2Settings settings,
      Http2Limits limits,
      ConnectionListener listener) {
    http2
        .local()
        .flowController(new DefaultHttp2LocalFlowController(http2, WINDOW_UPDATE_RATIO, true));
    http2
        .remote()
        .flowController(
            new DefaultHttp2RemoteFlowController(http2, new UniformStreamByteDistributor(http2)));
    NettyConnection connection = new NettyConnection(http2, flusher, limits, listener);
    NettyEvents events = new NettyEvents(connection, http2);
    http2.addListener(events);
    NettyHandler handler = new Builder(connection, sweeper).build(http2, settings, events);
    events.attach(handler);
    channel.pipeline().addLast(handler);
  }

  private static final class Builder
      extends AbstractHttp2ConnectionHandlerBuilder<NettyHandler, Builder> {
    private final NettyConnection owner;
    private final Sweeper sweeper;

    Builder(NettyConnection owner, Sweeper sweeper) {
      this.owner = owner;
      this.sweeper = sweeper;
    }

    NettyHandler build(Http2Connection http2, Http2Settings settings, NettyEvents events) {
      connection(http2);
      initialSettings(settings);
      frameListener(events);
      validateHeaders(true);
      headerSensitivityDetector(NEVER_INDEXED);
      encoderEnforceMaxQueuedControlFrames(QUEUED_CONTROL_FRAMES_MAX);
      // Resets are counted by NettyEvents, per second, so that a caller with many honest cancels is
      // not cut off.
      decoderEnforceMaxRstFramesPerWindow(0, 0);
      encoderEnforceMaxRstFramesPerWindow(0, 0);
      return build();
    }

    @Override
    protected NettyHandler build(
        Http2ConnectionDecoder decoder, Http2ConnectionEncoder encoder, Http2Settings settings) {
      return new NettyHandler(decoder, encoder, settings, owner, sweeper);
    }
  }
}
