package io.weighbridge.gateway.control;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.KeyServiceGrpc;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.GatewayConfig;
import io.weighbridge.gateway.identity.KeyTable;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.ledger.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/** A started control plane with a real gRPC channel to its admin port. For one test. */
final class AdminHarness implements AutoCloseable, HostControl {
  static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  final Path folder;
  final List<RouteTable> routes = new CopyOnWriteArrayList<>();
  final List<KeyTable> keyTables = new CopyOnWriteArrayList<>();
  final ControlPlane plane;

  /** Versions without a host. */
  final Set<String> unproved = new HashSet<>();

  final List<Host> hosts = new ArrayList<>();

  /** What comes of the next release. */
  Released released = Released.DONE;

  /** What each host alone serves. */
  final Map<String, List<String>> onlyOn = new HashMap<>();

  /** Hosts told to drain, one set after the other. */
  final List<Set<String>> drains = new CopyOnWriteArrayList<>();

  private final ManagedChannel channel;

  AdminHarness(Path folder, GatewayConfig config, Ledger ledger)
      throws IOException, ConfigException {
    this.folder = folder;
    plane =
        new ControlPlane(
            config,
            ledger,
            new Slots(),
            new ControlPlane.Tables(routes::add, keyTables::add, drains::add),
            new ControlPlane.Views(
                (_, version) -> new RoutableVersions.Hosts(unproved.contains(version) ? 0 : 1, 2),
                this,
                (_, version) ->
                    version.equals("1")
                        ? new TrafficFigures.Figures(1_000, 905_000, 2_000, 9, 18)
                        : TrafficFigures.Figures.NONE),
            null);
    plane.start();
    channel = NettyChannelBuilder.forAddress("127.0.0.1", plane.listen()).usePlaintext().build();
  }

  KeyTable keyTable() {
    return keyTables.getLast();
  }

  String adminToken() throws IOException {
    return Files.readString(folder.resolve("state/admin.key")).strip();
  }

  TrafficServiceGrpc.TrafficServiceBlockingStub traffic(String token) {
    return TrafficServiceGrpc.newBlockingStub(channel(token));
  }

  HostServiceGrpc.HostServiceBlockingStub hosts(String token) {
    return HostServiceGrpc.newBlockingStub(channel(token));
  }

  KeyServiceGrpc.KeyServiceBlockingStub keys(String token) {
    return KeyServiceGrpc.newBlockingStub(channel(token));
  }

  /** Adds this authorization, or none when it is empty. */
  Channel channel(String token) {
    Metadata headers = new Metadata();
    if (!token.isEmpty()) {
      headers.put(AUTHORIZATION, "Bearer " + token);
    }
    return ClientInterceptors.intercept(
        channel, MetadataUtils.newAttachHeadersInterceptor(headers));
  }

  /** The code and the reason in ErrorInfo, such as "ABORTED epoch_stale". */
  static String refusal(Throwable thrown) {
    StatusRuntimeException status = (StatusRuntimeException) thrown;
    Status details = requireNonNull(StatusProto.fromThrowable(thrown));
    try {
      ErrorInfo info = details.getDetails(0).unpack(ErrorInfo.class);
      return status.getStatus().getCode() + " " + info.getReason() + " " + info.getDomain();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public List<Host> hosts() {
    return List.copyOf(hosts);
  }

  @Override
  public Released release(String id) {
    if (released == Released.DONE) {
      hosts.replaceAll(host ->
          host.getId().equals(id)
              ? Host.newBuilder().setId(id).setState("connecting").build()
              : host);
    }
    return released;
  }

  @Override
  public List<String> onlyOn(String id, Set<String> draining) {
    return onlyOn.getOrDefault(id, List.of());
  }

  @Override
  public void close() throws IOException {
    channel.shutdownNow();
    plane.close();
  }
}
