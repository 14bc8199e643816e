package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http2.Http2RemoteFlowController;
import io.netty.handler.codec.http2.Http2Stream;

/**
 * One piece of data waiting for the peer's windows. Confined to its connection's event loop; owns
 * its buffer.
 *
 * <p>Unlike Netty's own, it makes no promise per piece and says when its last byte has left.
 */
final class PendingSend implements Http2RemoteFlowController.FlowControlled {
  private final NettyConnection connection;
  private final OpenStream open;
  private final Http2Stream stream;
  private final ByteBuf data;
  private final boolean endStream;
  private final int receiptBytes;
  private int size;

  /** Takes ownership of {@code data}. */
  PendingSend(
      NettyConnection connection,
      OpenStream open,
      Http2Stream stream,
      ByteBuf data,
      boolean endStream,
      int receiptBytes) {
    this.connection = connection;
    this.open = open;
    this.stream = stream;
    this.data = data;
    this.endStream = endStream;
    this.receiptBytes = receiptBytes;
    size = data.readableBytes();
    connection.queued(open, size);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void write(ChannelHandlerContext ctx, int allowedBytes) {
    int part = Math.min(size, allowedBytes);
    if (part == 0 && size > 0) {
      return;
    }
    boolean whole = part == size;
    size -= part;
    connection.dequeued(open, part);
    ByteBuf out = whole ? data : data.readRetainedSlice(part);
    var _ =
        connection
            .encoder()
            .frameWriter()
            .writeData(ctx, stream.id(), out, 0, whole && endStream, ctx.newPromise());
  }

  @Override
  public void writeComplete() {
    if (endStream) {
      connection.localSideDone(stream);
    }
    if (receiptBytes > 0 && !open.told) {
      open.listener.sent(receiptBytes);
    }
  }

  @Override
  public void error(ChannelHandlerContext ctx, Throwable cause) {
    // The stream or connection is over, and its listener hears of that; size stays as it is, for
    // Netty's accounting.
    if (size > 0 || data.refCnt() > 0) {
      connection.dequeued(open, size);
      data.release();
    }
  }

  @Override
  public boolean merge(ChannelHandlerContext ctx, Http2RemoteFlowController.FlowControlled next) {
    return false;
  }
}
