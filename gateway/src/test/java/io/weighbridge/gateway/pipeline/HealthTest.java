package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.identity.KeyTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthTest {
  private static final String MODEL = "inference.GRPCInferenceService/m";

  private PathHarness path;
  private FakeHost host;
  private ManagedChannel channel;

  @BeforeEach
  void start() throws Exception {
    long idleNs = TimeUnit.MILLISECONDS.toNanos(300);
    CallLimits.Streams streams = new CallLimits.Streams(TimeUnit.MINUTES.toNanos(1), idleNs, 0, 8);
    path = new PathHarness(PathHarness.limits(streams));
    host = new FakeHost(PathHarness.DIGEST);
    path.serve(PathHarness.DIGEST, host);
    channel = path.channel();
  }

  @AfterEach
  void stop() {
    path.close();
    host.close();
  }

  private Object check(String service, Metadata metadata) {
    try {
      return HealthGrpc.newBlockingStub(channel)
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
          .check(HealthCheckRequest.newBuilder().setService(service).build())
          .getStatus();
    } catch (StatusRuntimeException e) {
      return e.getStatus().getCode() + " " + String.valueOf(e.getStatus().getDescription());
    }
  }

  private Conversation<HealthCheckRequest, HealthCheckResponse> watch(String service) {
    var call =
        new Conversation<>(
            channel, HealthGrpc.getWatchMethod(), CallOptions.DEFAULT, Conversation.key());
    call.say(HealthCheckRequest.newBuilder().setService(service).build()).halfClose();
    return call;
  }

  @Test
  void tellsTheGatewaysHealthToAnybody() {
    for (String service : new String[] {"", "inference.GRPCInferenceService"}) {
      assertThat(check(service, new Metadata())).isEqualTo(ServingStatus.SERVING);
      path.ready = false;
      assertThat(check(service, new Metadata())).isEqualTo(ServingStatus.NOT_SERVING);
      path.ready = true;
    }
  }

  @Test
  void knowsTheServicesItRoutes() {
    path.routeService("shop.Cart/Pay", true, host.address());

    assertThat(check("shop.Cart", new Metadata())).isEqualTo(ServingStatus.SERVING);
    assertThat((String) check("shop.Carts", new Metadata()))
        .startsWith("NOT_FOUND service_unknown");
  }

  @Test
  void tellsAModelsHealthToWhoMayUseIt() {
    Object unknown = check("inference.GRPCInferenceService/nothing", Conversation.key());

    assertThat((String) unknown).startsWith("NOT_FOUND service_unknown");
    assertThat(check("inference.GRPCInferenceService/hidden", Conversation.key()))
        .isEqualTo(unknown);
    assertThat(check(MODEL, new Metadata())).isEqualTo(unknown);
    assertThat(check(MODEL, Conversation.key())).isEqualTo(ServingStatus.SERVING);

    path.tables.publish(HostTable.empty());
    assertThat(check(MODEL, Conversation.key())).isEqualTo(ServingStatus.NOT_SERVING);
  }

  @Test
  void aWatchHearsEveryChange() throws Exception {
    var gateway = watch("");
    var model = watch(MODEL);
    assertThat(gateway.hear().getStatus()).isEqualTo(ServingStatus.SERVING);
    assertThat(model.hear().getStatus()).isEqualTo(ServingStatus.SERVING);

    path.ready = false;
    assertThat(gateway.hear().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    assertThat(model.hear().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);

    path.ready = true;
    assertThat(gateway.hear().getStatus()).isEqualTo(ServingStatus.SERVING);
    assertThat(model.hear().getStatus()).isEqualTo(ServingStatus.SERVING);

    path.tables.publish(HostTable.empty());
    assertThat(model.hear().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);

    path.tables.publish(new KeyTable(Map.of()));
    assertThat(model.hear().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);
    gateway.cancel();
    model.cancel();
  }

  @Test
  void aWatchWaitsForAServiceThatIsUnknown() throws Exception {
    var watch = watch("shop.Cart");
    assertThat(watch.hear().getStatus()).isEqualTo(ServingStatus.SERVICE_UNKNOWN);

    path.routeService("shop.Cart", true, host.address());
    assertThat(watch.hear().getStatus()).isEqualTo(ServingStatus.SERVING);
    watch.cancel();
  }

  @Test
  void aWatchIsToldOfTheDrainAndEnds() throws Exception {
    var watch = watch("");
    assertThat(watch.hear().getStatus()).isEqualTo(ServingStatus.SERVING);

    path.draining = true;
    path.port.drain();
    assertThat(watch.hear().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    Status end = watch.end();
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription()).startsWith("draining");
    await().until(() -> path.connections() == 0);
  }

  @Test
  void aWatchThatNoMemoryIsThereForEndsAndMakesRoom() throws Exception {
    List<Conversation<HealthCheckRequest, HealthCheckResponse>> watches = new ArrayList<>();
    for (int i = 0; i < PathHarness.WATCHES_MAX; i++) {
      watches.add(watch(""));
      assertThat(watches.get(i).hear().getStatus()).isEqualTo(ServingStatus.SERVING);
    }
    path.outOfMemory = true;
    for (var watch : watches) {
      assertThat(watch.end().getDescription()).startsWith("overloaded");
    }
    path.outOfMemory = false;
    var next = watch("");
    assertThat(next.hear().getStatus()).isEqualTo(ServingStatus.SERVING);
    next.cancel();
  }

  @Test
  void asManyWatchAsMayAndNoMore() throws Exception {
    List<Conversation<HealthCheckRequest, HealthCheckResponse>> watches = new ArrayList<>();
    for (int i = 0; i < PathHarness.WATCHES_MAX; i++) {
      watches.add(watch(""));
      assertThat(watches.get(i).hear().getStatus()).isEqualTo(ServingStatus.SERVING);
    }
    Status refused = watch("").end();
    assertThat(refused.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(refused.getDescription()).startsWith("overloaded: 3 calls watch already");

    watches.get(0).cancel();
    await()
        .untilAsserted(() -> {
          var next = watch("");
          assertThat(next.hear().getStatus()).isEqualTo(ServingStatus.SERVING);
          next.cancel();
        });
  }

  @Test
  void aWatchMayBeSilentForLongerThanOtherStreams() throws Exception {
    var watch = watch("");
    assertThat(watch.hear().getStatus()).isEqualTo(ServingStatus.SERVING);
    var idle =
        new Conversation<>(
            channel,
            ServerReflectionGrpc.getServerReflectionInfoMethod(),
            CallOptions.DEFAULT,
            Conversation.key());
    // It began later, and its time is up.
    assertThat(idle.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);

    path.ready = false;
    assertThat(watch.hear().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
    watch.cancel();
  }

  @Test
  void aWatchAsksOnce() throws Exception {
    MethodDescriptor<HealthCheckRequest, HealthCheckResponse> talkative =
        HealthGrpc.getWatchMethod().toBuilder()
            .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
            .build();
    var call = new Conversation<>(channel, talkative, CallOptions.DEFAULT, new Metadata());
    call.say(HealthCheckRequest.getDefaultInstance()).hear();
    call.say(HealthCheckRequest.getDefaultInstance());

    assertThat(call.end().getDescription()).startsWith("cardinality_violation");
  }

  @Test
  void aStockClientTakesItsCallsElsewhereWhileNotServing() {
    ManagedChannel watching =
        NettyChannelBuilder.forAddress("127.0.0.1", path.address.getPort())
            .usePlaintext()
            .defaultLoadBalancingPolicy("round_robin")
            .defaultServiceConfig(Map.of("healthCheckConfig", Map.of("serviceName", "")))
            .build();
    try {
      var stub =
          GRPCInferenceServiceGrpc.newBlockingStub(watching)
              .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(Conversation.key()));
      ModelInferRequest request = ModelInferRequest.newBuilder().setModelName("m").build();
      assertThat(stub.modelInfer(request).getModelName()).isEqualTo("m");

      path.ready = false;
      await()
          .untilAsserted(() -> {
            Status failed = Status.OK;
            try {
              var _ = stub.modelInfer(request);
            } catch (StatusRuntimeException e) {
              failed = e.getStatus();
            }
            assertThat(failed.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
            assertThat(failed.getDescription()).contains("NOT_SERVING");
          });
      path.ready = true;
      await()
          .ignoreExceptionsInstanceOf(StatusRuntimeException.class)
          .untilAsserted(() -> assertThat(stub.modelInfer(request).getModelName()).isEqualTo("m"));
    } finally {
      watching.shutdownNow();
    }
  }
}
