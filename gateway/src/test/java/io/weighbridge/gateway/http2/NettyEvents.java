package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2EventAdapter;
import io.netty.handler.codec.http2.Http2Flags;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.handler.codec.http2.Http2Stream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Turns Netty's frame and stream events into calls on listeners, and counts control frames.
 * Confined to its event loop.
 */
final class NettyEvents extends Http2EventAdapter {
  private final NettyConnection connection;
  private final Http2Connection http2;
  private final RateLimit controlFrames;
  private final RateLimit resets;
  private @Nullable NettyHandler handler;

  NettyEvents(NettyConnection connection, Http2Connection http2) {
    this.connection = connection;
    this.http2 = http2;
    long nowNs = System.nanoTime();
    controlFrames = new RateLimit(connection.limits().controlFramesPerSecondMax(), nowNs);
    resets = new RateLimit(connection.limits().resetsPerSecondMax(), nowNs);
  }

  void attach(NettyHandler newHandler) {
    handler = newHandler;
  }

  private NettyHandler handler() {
    return Objects.requireNonNull(handler);
  }

  private void control() {
    handler().progress();
    if (!controlFrames.admit(System.nanoTime())) {
      handler().shutOut(Http2Error.ENHANCE_YOUR_CALM, "too many control frames");
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx, int streamId, Http2Headers headers, int padding, boolean end) {
    handler().progress();
    OpenStream open = connection.stream(streamId);
    if (open == null) {
      if (!http2.isServer()) {
        return;
      }
      open = connection.accept(streamId);
      if (open == null) {
        return;
      }
    }
    open.peerEnded = end;
    if (!open.told) {
      open.listener.headers(NettyHeaders.received(headers), end);
    }
  }

  @Override
  public void onHeadersRead(
      ChannelHandlerContext ctx,
      int streamId,
      Http2Headers headers,
      int streamDependency,
      short weight,
      boolean exclusive,
      int padding,
      boolean end) {
    onHeadersRead(ctx, streamId, headers, padding, end);
  }

  @Override
  public int onDataRead(
      ChannelHandlerContext ctx, int streamId, ByteBuf data, int padding, boolean end) {
    handler().progress();
    OpenStream open = connection.stream(streamId);
    if (open == null || open.told) {
      return data.readableBytes() + padding;
    }
    open.peerEnded = end;
    open.listener.data(data, end);
    return padding;
  }

  @Override
  public void onRstStreamRead(ChannelHandlerContext ctx, int streamId, long errorCode) {
    handler().progress();
    OpenStream open = connection.stream(streamId);
    if (open != null && !open.told) {
      open.told = true;
      open.listener.reset(errorCode, errorCode == ErrorCode.REFUSED_STREAM);
    }
    if (http2.isServer() && !resets.admit(System.nanoTime())) {
      handler().shutOut(Http2Error.ENHANCE_YOUR_CALM, "too many resets");
    }
  }

  @Override
  public void onSettingsRead(ChannelHandlerContext ctx, Http2Settings settings) {
    control();
    connection.settingsReceived();
  }

  @Override
  public void onPingRead(ChannelHandlerContext ctx, long data) {
    control();
  }

  @Override
  public void onPingAckRead(ChannelHandlerContext ctx, long data) {
    control();
    connection.pingAnswered(data);
  }

  @Override
  public void onPriorityRead(
      ChannelHandlerContext ctx, int streamId, int dependency, short weight, boolean exclusive) {
    control();
  }

  @Override
  public void onWindowUpdateRead(ChannelHandlerContext ctx, int streamId, int increment) {
    control();
  }

  @Override
  public void onUnknownFrame(
      ChannelHandlerContext ctx, byte type, int streamId, Http2Flags flags, ByteBuf payload) {
    control();
  }

  @Override
  public void onGoAwayReceived(int lastStreamId, long errorCode, ByteBuf debugData) {
    connection.goAwayReceived(lastStreamId);
  }

  @Override
  public void onStreamClosed(Http2Stream stream) {
    connection.streamClosed(stream);
  }
}
