package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joins a channel to its connection: bytes, readiness, end. Confined to its event loop. */
final class LeanHandler extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(LeanHandler.class);

  private final Http2Transport transport;
  private final boolean server;
  private final Http2Limits limits;
  private final ConnectionListener listener;
  private @Nullable LeanConnection connection;

  LeanHandler(
      Http2Transport transport, boolean server, Http2Limits limits, ConnectionListener listener) {
    this.transport = transport;
    this.server = server;
    this.limits = limits;
    this.listener = listener;
  }

  private LeanConnection connection() {
    return Objects.requireNonNull(connection);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext ctx) {
    connection = transport.connection(ctx, server, limits, listener);
    if (ctx.channel().isActive()) {
      connection().begin();
    }
  }

  @Override
  public void channelActive(ChannelHandlerContext ctx) {
    connection().begin();
    ctx.fireChannelActive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object msg) {
    ByteBuf in = (ByteBuf) msg;
    transport.flusher().headroom().took(in.capacity());
    transport.clock().hold();
    try {
      connection().read(in);
    } finally {
      transport.clock().release();
      in.release();
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext ctx) {
    if (ctx.channel().isWritable()) {
      connection().pulse.took();
    }
    connection().markDirty();
    ctx.fireChannelWritabilityChanged();
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    connection().channelClosed();
    ctx.fireChannelInactive();
  }

  @Override
  public void handlerRemoved(ChannelHandlerContext ctx) {
    transport.forget(connection());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    // The network's failures and a peer's TLS are heard of as the connection's end; the rest is a
    // defect of ours, and must not take other connections with it. Netty wraps what it finds when
    // it reads on from a peer that has left meanwhile.
    boolean tls = cause instanceof DecoderException && cause.getCause() instanceof SSLException;
    if (tls) {
      listener.violated(connection(), ErrorCode.PROTOCOL_ERROR);
      if (!server) {
        // A host's alert comes after our handshake; those who connect to it back off.
        log.warn("TLS to {} ended: {}", ctx.channel().remoteAddress(), cause.getMessage());
      }
    } else if (cause instanceof OutOfMemoryError) {
      transport.flusher().headroom().missed();
      log.warn("a connection ended for want of memory: {}", cause.getMessage());
    } else if (!(cause instanceof IOException || cause instanceof UncheckedIOException)) {
      log.error("a connection failed over a defect", cause);
    }
    connection().close();
  }
}
