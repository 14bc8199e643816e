package io.weighbridge.gateway.http2;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.wire.Frames;
import io.weighbridge.gateway.wire.RawPeer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A transport under test as client of a server made by hand. Used from the test's thread. */
final class CallingEnd implements AutoCloseable {
  private static final HeaderBlock REQUEST =
      HeaderBlock.of(
          AsciiString.cached(":method"),
          AsciiString.cached("POST"),
          AsciiString.cached(":scheme"),
          AsciiString.cached("http"),
          AsciiString.cached(":path"),
          AsciiString.cached("/call"),
          AsciiString.cached(":authority"),
          AsciiString.cached("host"),
          AsciiString.cached("content-type"),
          AsciiString.cached("application/grpc"),
          AsciiString.cached("te"),
          AsciiString.cached("trailers"));

  private final MultiThreadIoEventLoopGroup group =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final ServerSocket listening;
  private final Tested transport;
  final Echo events = new Echo(io.netty.buffer.ByteBufAllocator.DEFAULT);
  final Channel channel;
  final RawPeer server;

  /** Connects; nothing was exchanged but the client's preface. */
  CallingEnd(Tested.Maker maker, Http2Limits limits) {
    transport = maker.on(group.next(), EchoPort.LOOP_QUEUED_MAX);
    try {
      listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      channel =
          new Bootstrap()
              .group(group)
              .channel(NioSocketChannel.class)
              .handler(
                  new ChannelInitializer<Channel>() {
                    @Override
                    protected void initChannel(Channel connecting) {
                      transport.connect(connecting, limits, events);
                    }
                  })
              .connect(new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort()))
              .syncUninterruptibly()
              .channel();
      server = RawPeer.server(transport.peerOf(listening.accept(), false));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Exchanges settings, the server's being these. */
  CallingEnd exchangeSettings(long... settings) {
    server.send(Frames.settings(settings));
    server.exchangeSettings();
    return this;
  }

  /** Opens a stream and lets the server read its headers. */
  Call call(boolean endStream) {
    Call call = new Call();
    int id = onLoop(() -> connection().open(REQUEST, endStream, call));
    if (id != Connection.NO_STREAM) {
      call.streamId = id;
      server.awaitHeaders(id);
    }
    return call;
  }

  /** Opens a stream, if that can be done, without looking at the server's side. */
  int tryCall(Call call) {
    return onLoop(() -> connection().open(REQUEST, true, call));
  }

  Connection connection() {
    return Objects.requireNonNull(events.connection, "not ready");
  }

  void send(Call call, int byteCount, boolean endStream) {
    ByteBuf zeros = Unpooled.wrappedBuffer(new byte[byteCount]);
    onLoop(() -> {
      connection().sendData(call.streamId, zeros, endStream, byteCount);
      return true;
    });
  }

  long queuedBytes() {
    return onLoop(transport::queuedBytes);
  }

  <T> T onLoop(Callable<T> question) {
    try {
      return group.next().submit(question).get(5, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    server.close();
    channel.close().awaitUninterruptibly();
    group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5_000);
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
