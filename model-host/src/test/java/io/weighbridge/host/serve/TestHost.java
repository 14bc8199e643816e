package io.weighbridge.host.serve;

import inference.GRPCInferenceServiceGrpc;
import inference.GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.host.engine.Engines;
import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.repository.ModelRepository;
import io.weighbridge.integrity.HostKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A whole host in this process on a free port, and a client of it. */
final class TestHost implements AutoCloseable {
  final HostKey key = HostKey.generate();
  final List<String> events = new ArrayList<>();
  final ModelRepository repository;
  final HostServer server;
  final ManagedChannel channel;
  final AtomicReference<@Nullable Metadata> headers = new AtomicReference<>();
  final AtomicReference<@Nullable Metadata> trailers = new AtomicReference<>();

  private final Engines engines = new Engines(1);

  TestHost(Path root) throws IOException {
    this(root, Limits.DEFAULTS, 2);
  }

  TestHost(Path root, Limits limits, int workers) throws IOException {
    this(root, limits, workers, null);
  }

  /** Behind TLS; a test brings its own clients. */
  TestHost(Path root, Limits limits, int workers, @Nullable HostTls tls) throws IOException {
    repository = new ModelRepository(root, List.of(), engines, Clock.systemUTC(), new Listener());
    repository.refresh();
    InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    server =
        new HostServer(
            new HostServer.Settings("host-a", anyPort, workers, limits, "1.2.3", tls),
            key,
            repository,
            Clock.systemUTC());
    server.start();
    channel = NettyChannelBuilder.forAddress(server.address()).usePlaintext().build();
  }

  /** A client that keeps the metadata of its last answer. */
  GRPCInferenceServiceBlockingStub client() {
    return GRPCInferenceServiceGrpc.newBlockingStub(channel)
        .withDeadlineAfter(30, TimeUnit.SECONDS)
        .withInterceptors(MetadataUtils.newCaptureMetadataInterceptor(headers, trailers));
  }

  /** A value of the last answer's initial metadata, or of its trailers. */
  static @Nullable String value(AtomicReference<@Nullable Metadata> from, String name) {
    Metadata metadata = from.get();
    return metadata == null
        ? null
        : metadata.get(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER));
  }

  @Override
  public void close() {
    channel.shutdownNow();
    server.close();
    repository.close();
    engines.close();
  }

  private final class Listener implements ModelRepository.LoadListener {
    @Override
    public void reading(String label, long sizeBytes) {}

    @Override
    public void loaded(Generation generation, boolean replaced, long tookMs) {
      events.add((replaced ? "reloaded " : "loaded ") + generation);
    }

    @Override
    public void unchanged(Generation generation) {
      events.add("unchanged " + generation);
    }

    @Override
    public void unloaded(Generation generation) {
      events.add("unloaded " + generation);
    }

    @Override
    public void failed(String label, List<String> problems, @Nullable Generation kept) {
      events.add("failed " + label + " " + problems + " kept " + kept);
    }
  }
}
