package io.weighbridge.benchmarks.peer;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.HandlerRegistry;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * A bare pass-through proxy by grpc-java: any method, messages as bytes, no authentication and no
 * logs. As cheap as its public interface allows: one event loop for both sides, no other thread, no
 * parsing.
 *
 * <p>Arguments: the port to listen on and {@code HOST:PORT} of the upstream. Prints {@code ready
 * grpc-java=HOST:PORT} once it takes calls.
 */
public final class PassThrough {
  private static final int EXIT_USAGE = 64;

  private PassThrough() {}

  /** Runs until it is killed. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 2) {
      System.err.println("usage: bench-peer PORT UPSTREAM_HOST:PORT");
      System.exit(EXIT_USAGE);
    }
    EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, EpollIoHandler.newFactory());
    ManagedChannel upstream =
        NettyChannelBuilder.forTarget(arguments[1])
            .channelType(EpollSocketChannel.class, InetSocketAddress.class)
            .eventLoopGroup(loop)
            .directExecutor()
            .usePlaintext()
            .build();
    Server server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[0])))
            .channelType(EpollServerSocketChannel.class)
            .bossEventLoopGroup(loop)
            .workerEventLoopGroup(loop)
            .directExecutor()
            .fallbackHandlerRegistry(new AnyMethod(upstream))
            .build()
            .start();
    System.out.println("ready grpc-java=127.0.0.1:" + server.getPort());
    server.awaitTermination();
  }

  /** Every method there is, of the most general kind. */
  private static final class AnyMethod extends HandlerRegistry
      implements ServerCallHandler<byte[], byte[]> {
    private final Channel upstream;

    AnyMethod(Channel upstream) {
      this.upstream = upstream;
    }

    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
      MethodDescriptor<byte[], byte[]> method =
          MethodDescriptor.newBuilder(new Bytes(), new Bytes())
              .setFullMethodName(name)
              .setType(MethodType.UNKNOWN)
              .build();
      return ServerMethodDefinition.create(method, this);
    }

    @Override
    public ServerCall.Listener<byte[]> startCall(ServerCall<byte[], byte[]> call, Metadata head) {
      ClientCall<byte[], byte[]> onward =
          upstream.newCall(call.getMethodDescriptor(), CallOptions.DEFAULT);
      Passage passage = new Passage(call, onward);
      onward.start(passage.answer, head);
      onward.request(1);
      call.request(1);
      return passage;
    }
  }

  /** One call on its way through. Confined to the event loop. */
  private static final class Passage extends ServerCall.Listener<byte[]> {
    private final ServerCall<byte[], byte[]> caller;
    private final ClientCall<byte[], byte[]> upstream;
    private final Answer answer = new Answer();

    /** A message is asked for as soon as the other side takes one again. */
    private boolean callerWaits;

    private boolean upstreamWaits;

    Passage(ServerCall<byte[], byte[]> caller, ClientCall<byte[], byte[]> upstream) {
      this.caller = caller;
      this.upstream = upstream;
    }

    @Override
    public void onMessage(byte[] message) {
      upstream.sendMessage(message);
      callerWaits = !upstream.isReady();
      if (!callerWaits) {
        caller.request(1);
      }
    }

    @Override
    public void onHalfClose() {
      upstream.halfClose();
    }

    @Override
    public void onCancel() {
      upstream.cancel("the caller left", null);
    }

    @Override
    public void onReady() {
      if (upstreamWaits) {
        upstreamWaits = false;
        upstream.request(1);
      }
    }

    /** The upstream's side. */
    private final class Answer extends ClientCall.Listener<byte[]> {
      @Override
      public void onHeaders(Metadata head) {
        caller.sendHeaders(head);
      }

      @Override
      public void onMessage(byte[] message) {
        caller.sendMessage(message);
        upstreamWaits = !caller.isReady();
        if (!upstreamWaits) {
          upstream.request(1);
        }
      }

      @Override
      public void onClose(Status status, Metadata trailers) {
        caller.close(status, trailers);
      }

      @Override
      public void onReady() {
        if (callerWaits) {
          callerWaits = false;
          caller.request(1);
        }
      }
    }
  }
}
