package io.weighbridge.gateway.http2;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * Answers one stream by what its path asks for. Confined to the connection's event loop.
 *
 * <p>{@code /echo} sends every byte back and gives credit once it has left; {@code /hold} answers
 * nothing and gives no credit; {@code /sink} gives credit at once and answers at the end; {@code
 * /burst} answers with as many zeros as the field {@code x-bytes} says; {@code /reset} resets.
 */
final class EchoStream implements StreamListener {
  static final AsciiString PATH = AsciiString.cached(":path");
  static final AsciiString BYTES = AsciiString.cached("x-bytes");
  static final HeaderBlock ANSWER =
      HeaderBlock.of(
          AsciiString.cached(":status"),
          AsciiString.cached("200"),
          AsciiString.cached("content-type"),
          AsciiString.cached("application/grpc"));
  static final HeaderBlock TRAILERS =
      HeaderBlock.of(AsciiString.cached("grpc-status"), AsciiString.cached("0"));

  private final Connection connection;
  private final int streamId;
  private final Echo echo;
  private String path = "";
  private @Nullable HeaderBlock first;

  EchoStream(Connection connection, int streamId, Echo echo) {
    this.connection = connection;
    this.streamId = streamId;
    this.echo = echo;
  }

  @Override
  public void headers(HeaderBlock headers, boolean endStream) {
    echo.blocks.incrementAndGet();
    if (first != null) {
      if (!path.equals("/hold")) {
        connection.sendHeaders(streamId, TRAILERS, true);
      }
      return;
    }
    first = headers;
    AsciiString asked = headers.find(PATH);
    path = asked == null ? "" : asked.toString();
    if (path.equals("/hold")) {
      return;
    }
    if (path.equals("/reset")) {
      connection.reset(streamId, ErrorCode.PROTOCOL_ERROR);
      return;
    }
    if (path.equals("/sink")) {
      if (endStream) {
        connection.sendHeaders(streamId, ANSWER, true);
      }
      return;
    }
    AsciiString bytes = headers.find(BYTES);
    if (path.equals("/burst") && bytes != null) {
      connection.sendHeaders(streamId, ANSWER, false);
      int byteCount = Integer.parseInt(bytes.toString());
      ByteBuf zeros = echo.alloc().buffer(byteCount).writeZero(byteCount);
      connection.sendData(streamId, zeros, true, 0);
      return;
    }
    connection.sendHeaders(streamId, ANSWER, endStream);
  }

  @Override
  public void data(ByteBuf data, boolean endStream) {
    echo.bytes.addAndGet(data.readableBytes());
    switch (path) {
      case "/hold" -> {}
      case "/sink" -> {
        connection.credit(streamId, data.readableBytes());
        if (endStream) {
          connection.sendHeaders(streamId, ANSWER, true);
        }
      }
      default ->
          connection.sendData(streamId, data.retainedSlice(), endStream, data.readableBytes());
    }
  }

  @Override
  public void sent(int receiptBytes) {
    connection.credit(streamId, receiptBytes);
  }

  @Override
  public void reset(long errorCode, boolean unseen) {
    echo.resets.add(errorCode);
  }
}
