package io.weighbridge.cli;

import com.google.protobuf.Any;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import io.grpc.InsecureServerCredentials;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerCredentials;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.weighbridge.admin.v1.CreateKeyRequest;
import io.weighbridge.admin.v1.CreateKeyResponse;
import io.weighbridge.admin.v1.DrainHostRequest;
import io.weighbridge.admin.v1.DrainHostResponse;
import io.weighbridge.admin.v1.ExplainTrafficRequest;
import io.weighbridge.admin.v1.ExplainTrafficResponse;
import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.Key;
import io.weighbridge.admin.v1.KeyServiceGrpc;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.admin.v1.ListHostsResponse;
import io.weighbridge.admin.v1.ListKeysRequest;
import io.weighbridge.admin.v1.ListKeysResponse;
import io.weighbridge.admin.v1.ListTrafficHistoryRequest;
import io.weighbridge.admin.v1.ListTrafficHistoryResponse;
import io.weighbridge.admin.v1.ModelTraffic;
import io.weighbridge.admin.v1.ReleaseHostRequest;
import io.weighbridge.admin.v1.ReleaseHostResponse;
import io.weighbridge.admin.v1.RevokeKeyRequest;
import io.weighbridge.admin.v1.RevokeKeyResponse;
import io.weighbridge.admin.v1.SetTrafficRequest;
import io.weighbridge.admin.v1.SetTrafficResponse;
import io.weighbridge.admin.v1.ShowTrafficRequest;
import io.weighbridge.admin.v1.ShowTrafficResponse;
import io.weighbridge.admin.v1.TrafficServiceGrpc;
import io.weighbridge.admin.v1.UndrainHostRequest;
import io.weighbridge.admin.v1.UndrainHostResponse;
import io.weighbridge.admin.v1.VersionTraffic;
import io.weighbridge.admin.v1.Weight;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** An admin listener with one model, two versions and one host, all in memory. Thread-safe. */
final class FakeAdmin implements AutoCloseable {
  static final String RECORD = "0192f000-0000-8000-8000-000000000001";
  static final String TOKEN = "wb_admin_" + "a".repeat(43);

  private final Server server;
  private final Path keyFile;
  private volatile ModelTraffic model = model(1, 1_000_000, 0);
  private volatile String released = "proved";
  private volatile int leftOut;

  /** So many more hosts. */
  volatile int alike;

  private volatile Runnable whileCreating = () -> {};
  final List<SetTrafficRequest> changes = new CopyOnWriteArrayList<>();

  FakeAdmin(Path folder) throws IOException {
    this(folder, InsecureServerCredentials.create());
  }

  FakeAdmin(Path folder, ServerCredentials credentials) throws IOException {
    keyFile = Files.writeString(folder.resolve("admin.key"), TOKEN + "\n");
    server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), credentials)
            .addService(new Traffic())
            .addService(new Hosts())
            .addService(new Keys())
            .intercept(new Doorkeeper())
            .build()
            .start();
  }

  /** The state a host is in once it was released. */
  void released(String state) {
    released = state;
  }

  /** How many keys and models are more than an answer holds. */
  void leftOut(int count) {
    leftOut = count;
  }

  /** What happens between the question for a key and its answer. */
  void whileCreating(Runnable happening) {
    whileCreating = happening;
  }

  Shell.Result run(String... command) {
    String[] arguments = new String[command.length + 4];
    System.arraycopy(command, 0, arguments, 0, command.length);
    arguments[command.length] = "--admin";
    arguments[command.length + 1] = address();
    arguments[command.length + 2] = "--key-file";
    arguments[command.length + 3] = keyFile.toString();
    return Shell.run(arguments);
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static ModelTraffic model(long epoch, int first, int second) {
    return ModelTraffic.newBuilder()
        .setModel("minilm")
        .setEpoch(epoch)
        .setChangedBy("alice")
        .setReason("ramp")
        .setChangedAt(1_800_000_000_000_000_000L)
        .setSticky("header x-user-id")
        .addVersions(version("1", "stable", first).setRealCalls(10_000).setRealPpm(999_800))
        .addVersions(version("2", "canary", second).setHostsProved(0))
        .build();
  }

  private static VersionTraffic.Builder version(String version, String label, int weightPpm) {
    return VersionTraffic.newBuilder()
        .setVersion(version)
        .addLabels(label)
        .setWeightPpm(weightPpm)
        .setIntegrity("attested")
        .setExpectedDigest("sha256:" + version.repeat(64))
        .setHostsProved(1)
        .setHostsKnown(1)
        .setP99Ns(18_000_000);
  }

  private static <T> void answer(StreamObserver<T> responses, T response) {
    responses.onNext(response);
    responses.onCompleted();
  }

  private static final class Doorkeeper implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      Metadata.Key<String> name =
          Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
      if (!("Bearer " + TOKEN).equals(headers.get(name))) {
        call.close(
            Status.UNAUTHENTICATED.withDescription("credentials_invalid: check the key"),
            new Metadata());
        return new ServerCall.Listener<>() {};
      }
      return next.startCall(call, headers);
    }
  }

  private final class Traffic extends TrafficServiceGrpc.TrafficServiceImplBase {
    @Override
    public void showTraffic(
        ShowTrafficRequest request, StreamObserver<ShowTrafficResponse> responses) {
      if (!request.getModel().isEmpty() && !request.getModel().equals("minilm")) {
        responses.onError(
            Status.NOT_FOUND.withDescription("model_unknown: no model x").asException());
        return;
      }
      answer(
          responses,
          ShowTrafficResponse.newBuilder().addModels(model).setModelsLeftOut(leftOut).build());
    }

    @Override
    public void setTraffic(
        SetTrafficRequest request, StreamObserver<SetTrafficResponse> responses) {
      ModelTraffic before = model;
      int second = 0;
      for (Weight weight : request.getWeightsList()) {
        second = weight.getVersion().equals("2") ? weight.getPpm() : second;
      }
      SetTrafficResponse.Builder answer =
          SetTrafficResponse.newBuilder().setBefore(before).setAfter(before);
      answer.addMovesBuilder().setFrom("1").setTo("2").setPpm(second);
      if (!request.getDryRun()) {
        changes.add(request);
        model = model(before.getEpoch() + 1, 1_000_000 - second, second);
        answer.setAfter(model).setRecordId(RECORD);
      }
      answer(responses, answer.build());
    }

    @Override
    public void explainTraffic(
        ExplainTrafficRequest request, StreamObserver<ExplainTrafficResponse> responses) {
      ExplainTrafficResponse.Builder answer = ExplainTrafficResponse.newBuilder().setEpoch(7);
      for (String key : request.getKeysList()) {
        answer.addDecisionsBuilder().setKey(key).setBucket(42).setVersion("1").setWhy("split");
      }
      answer(responses, answer.build());
    }

    @Override
    public void listTrafficHistory(
        ListTrafficHistoryRequest request, StreamObserver<ListTrafficHistoryResponse> responses) {
      ListTrafficHistoryResponse.Builder answer = ListTrafficHistoryResponse.newBuilder();
      answer
          .addEpochsBuilder()
          .setEpoch(7)
          .setChangedBy("alice")
          .setReason("ramp")
          .setRecordId(RECORD)
          .addWeights(Weight.newBuilder().setVersion("1").setPpm(1_000_000));
      answer(responses, answer.build());
    }
  }

  private final class Hosts extends HostServiceGrpc.HostServiceImplBase {
    private Host host(String state) {
      Host.Builder host =
          Host.newBuilder().setId("host-a").setAddress("127.0.0.1:9201").setState(state);
      host.addModelsBuilder()
          .setName("minilm")
          .setVersion("1")
          .setDigest("sha256:" + "1".repeat(64))
          .setExpected(state.equals("proved"))
          .setStanding("resting")
          .setStandingReason("failing_more")
          .setStandingSince(1_700_000_000_000_000_000L)
          .setInFlight(3)
          .setLatencyNs(12_000_000)
          .setFailedPpm(312_500);
      host.addModelsBuilder().setName("/p.Service").setStanding("resting");
      host.setModelsLeftOut(1_002);
      return host.setReason(state.equals("proved") ? "" : "digest_mismatch").build();
    }

    @Override
    public void listHosts(ListHostsRequest request, StreamObserver<ListHostsResponse> responses) {
      answer(
          responses,
          ListHostsResponse.newBuilder()
              .addHosts(host("proved"))
              .addHosts(host("quarantined"))
              .addHosts(draining())
              .addAllHosts(Collections.nCopies(alike, draining()))
              .build());
    }

    private static Host draining() {
      Host.Drain.Builder drain =
          Host.Drain.newBuilder()
              .setReason("new kernel")
              .setChangedBy("alice")
              .setSince(1_700_000_000_000_000_000L);
      return Host.newBuilder()
          .setId("host-d")
          .setState("proved")
          .setInFlight(4)
          .setDrain(drain)
          .build();
    }

    @Override
    public void drainHost(DrainHostRequest request, StreamObserver<DrainHostResponse> responses) {
      if (request.getId().equals("host-only") && !request.getForce()) {
        responses.onError(
            Status.FAILED_PRECONDITION
                .withDescription("nobody else serves minilm 1")
                .asException());
        return;
      }
      answer(
          responses,
          DrainHostResponse.newBuilder().setHost(draining()).setRecordId(RECORD).build());
    }

    @Override
    public void undrainHost(
        UndrainHostRequest request, StreamObserver<UndrainHostResponse> responses) {
      answer(
          responses,
          UndrainHostResponse.newBuilder().setHost(host("proved")).setRecordId(RECORD).build());
    }

    @Override
    public void releaseHost(
        ReleaseHostRequest request, StreamObserver<ReleaseHostResponse> responses) {
      answer(
          responses,
          ReleaseHostResponse.newBuilder().setHost(host(released)).setRecordId(RECORD).build());
    }
  }

  private final class Keys extends KeyServiceGrpc.KeyServiceImplBase {
    @Override
    public void createKey(CreateKeyRequest request, StreamObserver<CreateKeyResponse> responses) {
      whileCreating.run();
      if (request.getPrincipal().equals("unrecorded")) {
        responses.onError(unrecorded());
        return;
      }
      if (request.getPrincipal().equals("nobody")) {
        responses.onError(
            Status.PERMISSION_DENIED.withDescription("role auditor may not").asException());
        return;
      }
      Key key = Key.newBuilder().setId("k1").setTenant(request.getTenant()).build();
      answer(
          responses,
          CreateKeyResponse.newBuilder()
              .setKey(key)
              .setToken("wb_k1_" + "s".repeat(43))
              .setRecordId(RECORD)
              .build());
    }

    private static Exception unrecorded() {
      ErrorInfo info =
          ErrorInfo.newBuilder().setReason("audit_unavailable").setDomain("weighbridge").build();
      return StatusProto.toStatusException(
          com.google.rpc.Status.newBuilder()
              .setCode(Code.UNAVAILABLE_VALUE)
              .setMessage("audit_unavailable: the change is stored and takes effect later")
              .addDetails(Any.pack(info))
              .build());
    }

    @Override
    public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> responses) {
      ListKeysResponse.Builder answer = ListKeysResponse.newBuilder().setKeysLeftOut(leftOut);
      answer.addKeysBuilder().setId("k1").setPrincipal("search").addModels("minilm");
      answer(responses, answer.build());
    }

    @Override
    public void revokeKey(RevokeKeyRequest request, StreamObserver<RevokeKeyResponse> responses) {
      answer(responses, RevokeKeyResponse.newBuilder().setRecordId(RECORD).build());
    }
  }
}
