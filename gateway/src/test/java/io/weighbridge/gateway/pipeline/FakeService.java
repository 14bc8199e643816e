package io.weighbridge.gateway.pipeline;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A stock gRPC server of shop.Cart, whose messages are any bytes: {@code Echo} sends each back,
 * {@code Count} answers with how many came, {@code Fail} with a status, {@code Hang} with nothing.
 * Thread-safe.
 */
final class FakeService implements AutoCloseable {
  static final Metadata.Key<byte[]> BIN =
      Metadata.Key.of("x-echo-bin", Metadata.BINARY_BYTE_MARSHALLER);
  static final Metadata.Key<String> TEXT =
      Metadata.Key.of("x-echo", Metadata.ASCII_STRING_MARSHALLER);

  final List<Metadata> metadata = new CopyOnWriteArrayList<>();
  final AtomicInteger cancelled = new AtomicInteger();
  final AtomicInteger received = new AtomicInteger();
  private final Server server;

  FakeService() throws IOException {
    ServerServiceDefinition.Builder cart = ServerServiceDefinition.builder("shop.Cart");
    for (String name : new String[] {"Echo", "Count", "Fail", "Hang"}) {
      cart.addMethod(ServerMethodDefinition.create(method(name), new Handler(name)));
    }
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .maxInboundMessageSize(64 << 20)
            .addService(cart.build())
            .build()
            .start();
  }

  static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName("shop.Cart/" + name)
        .setRequestMarshaller(new RawCall.Bytes())
        .setResponseMarshaller(new RawCall.Bytes())
        .build();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private final class Handler implements ServerCallHandler<byte[], byte[]> {
    private final String name;

    Handler(String name) {
      this.name = name;
    }

    @Override
    public ServerCall.Listener<byte[]> startCall(
        ServerCall<byte[], byte[]> call, Metadata headers) {
      metadata.add(headers);
      Metadata trailers = new Metadata();
      byte[] bin = headers.get(BIN);
      if (bin != null) {
        trailers.put(BIN, bin);
      }
      if (name.equals("Fail")) {
        call.close(Status.DATA_LOSS.withDescription("lost: 100 % \u00e9"), trailers);
        return new ServerCall.Listener<>() {};
      }
      Metadata initial = new Metadata();
      String text = headers.get(TEXT);
      if (text != null) {
        initial.put(TEXT, text);
      }
      call.setCompression(text != null && text.equals("gzip") ? "gzip" : "identity");
      call.sendHeaders(initial);
      call.request(1);
      return new Talk(call, trailers);
    }

    private final class Talk extends ServerCall.Listener<byte[]> {
      private final ServerCall<byte[], byte[]> call;
      private final Metadata trailers;
      private int count;

      Talk(ServerCall<byte[], byte[]> call, Metadata trailers) {
        this.call = call;
        this.trailers = trailers;
      }

      @Override
      public void onMessage(byte[] message) {
        count++;
        received.incrementAndGet();
        if (name.equals("Echo")) {
          call.setMessageCompression(true);
          call.sendMessage(message);
        }
        call.request(1);
      }

      @Override
      public void onHalfClose() {
        if (name.equals("Count")) {
          call.sendMessage(new byte[] {(byte) count});
        }
        if (!name.equals("Hang")) {
          call.close(Status.OK, trailers);
        }
      }

      @Override
      public void onCancel() {
        cancelled.incrementAndGet();
      }
    }
  }
}
