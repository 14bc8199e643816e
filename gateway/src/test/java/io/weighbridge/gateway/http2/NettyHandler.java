package io.weighbridge.gateway.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2ConnectionDecoder;
import io.netty.handler.codec.http2.Http2ConnectionEncoder;
import io.netty.handler.codec.http2.Http2ConnectionHandler;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Settings;
import io.netty.util.concurrent.Ticker;
import java.io.IOException;
import java.util.Objects;

/**
 * Netty's handler, and the clock on frames that never complete. Confined to its event loop.
 *
 * <p>Bytes of a frame that is not complete start the clock; the next complete frame starts it anew.
 */
final class NettyHandler extends Http2ConnectionHandler {
  private final NettyConnection connection;
  private final Sweeper sweeper;

  /** When the oldest incomplete bytes came; 0 when nothing is incomplete. */
  private long waitingSinceNs;

  private boolean progressed;
  private boolean shutOut;

  NettyHandler(
      Http2ConnectionDecoder decoder,
      Http2ConnectionEncoder encoder,
      Http2Settings settings,
      NettyConnection connection,
      Sweeper sweeper) {
    super(decoder, encoder, settings, true, true);
    this.connection = connection;
    this.sweeper = sweeper;
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) throws Exception {
    super.handlerAdded(ctx);
    connection.attach(this, ctx);
    waitingSinceNs = Ticker.systemTicker().nanoTime();
    sweeper.add(connection, connection().isServer());
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) throws Exception {
    if (waitingSinceNs == 0) {
      waitingSinceNs = Ticker.systemTicker().nanoTime();
    }
    super.channelRead(ctx, msg);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) throws Exception {
    if (actualReadableBytes() == 0) {
      waitingSinceNs = 0;
    } else if (progressed) {
      waitingSinceNs = Ticker.systemTicker().nanoTime();
    }
    progressed = false;
    super.channelReadComplete(ctx);
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) throws Exception {
    super.channelInactive(ctx);
    connection.channelClosed();
  }

  @Override
  protected void handlerRemoved0(ChannelHandlerContext ctx) throws Exception {
    super.handlerRemoved0(ctx);
    sweeper.remove(connection);
  }

  @Override
  protected void onConnectionError(
      ChannelHandlerContext ctx, boolean outbound, Throwable cause, Http2Exception http2) {
    // A write of ours that fails, or an error of ours, is not the peer's doing.
    if (!shutOut && !outbound && http2 != null) {
      shutOut = true;
      connection.violated(http2.error().code());
    }
    super.onConnectionError(ctx, outbound, cause, http2);
    ctx.flush();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) throws Exception {
    if (cause instanceof IOException) {
      // The peer or the network ended the connection: its streams hear of it when it closes.
      var _ = ctx.close();
    } else {
      super.exceptionCaught(ctx, cause);
    }
  }

  /** A frame was complete. */
  void progress() {
    progressed = true;
  }

  /** Ends the connection because the peer does not keep a limit. */
  void shutOut(Http2Error error, String why) {
    if (!shutOut) {
      shutOut = true;
      connection.violated(error.code());
      ChannelHandlerContext ctx = Objects.requireNonNull(connection.context());
      goAway(
              ctx,
              connection.lastPeerStream(),
              error.code(),
              Unpooled.wrappedBuffer(why.getBytes(US_ASCII)),
              ctx.newPromise())
          .addListener(done -> connection.close());
      ctx.flush();
    }
  }

  void sweep(long nowNs) {
    if (waitingSinceNs != 0 && nowNs - waitingSinceNs > connection.limits().frameTimeoutNs()) {
      shutOut(Http2Error.PROTOCOL_ERROR, "frame took too long");
    }
  }
}
