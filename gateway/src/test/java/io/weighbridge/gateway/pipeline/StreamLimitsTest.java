package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelStreamInferResponse;
import io.grpc.CallOptions;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.MetadataUtils;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What ends a stream that nobody ends. */
class StreamLimitsTest {
  private static final long LONG_NS = TimeUnit.MINUTES.toNanos(1);
  private static final int SOON_MS = 400;
  private static final long SOON_NS = TimeUnit.MILLISECONDS.toNanos(SOON_MS);
  private static final int WAIT_S = 10;

  private @Nullable PathHarness path;
  private @Nullable FakeHost host;

  /** A stream that asks anew whenever it is answered. */
  private static final class Talk
      implements ClientResponseObserver<ModelInferRequest, ModelStreamInferResponse> {
    final AtomicInteger heard = new AtomicInteger();
    private final CompletableFuture<Status> ended = new CompletableFuture<>();
    private final ModelInferRequest question;
    private @Nullable ClientCallStreamObserver<ModelInferRequest> call;

    Talk(PathHarness path, String version) {
      question = ModelInferRequest.newBuilder().setModelName("m").setModelVersion(version).build();
      GRPCInferenceServiceGrpc.newStub(path.channel())
          .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(Conversation.key()))
          .modelStreamInfer(this)
          .onNext(question);
    }

    @Override
    public void beforeStart(ClientCallStreamObserver<ModelInferRequest> stream) {
      call = stream;
    }

    @Override
    public void onNext(ModelStreamInferResponse answer) {
      heard.incrementAndGet();
      if (call != null) {
        call.onNext(question);
      }
    }

    @Override
    public void onError(Throwable cause) {
      ended.complete(Status.fromThrowable(cause));
    }

    @Override
    public void onCompleted() {
      ended.complete(Status.OK);
    }

    Status end() throws Exception {
      return ended.get(WAIT_S, TimeUnit.SECONDS);
    }

    /** It goes on: answers come still. */
    void goesOn() {
      int before = heard.get();
      await().until(() -> heard.get() > before + 1);
    }
  }

  private PathHarness start(long durationNs, long idleNs, long drainNs) throws Exception {
    PathHarness started =
        new PathHarness(PathHarness.limits(new CallLimits.Streams(durationNs, idleNs, drainNs, 8)));
    path = started;
    host = new FakeHost(PathHarness.DIGEST);
    started.serve(PathHarness.DIGEST, host);
    return started;
  }

  @AfterEach
  void stop() {
    if (path != null) {
      path.close();
    }
    if (host != null) {
      host.close();
    }
  }

  private static Conversation<ModelInferRequest, ModelStreamInferResponse> quiet(PathHarness path)
      throws Exception {
    var stream =
        new Conversation<>(
            path.channel(),
            GRPCInferenceServiceGrpc.getModelStreamInferMethod(),
            CallOptions.DEFAULT,
            Conversation.key());
    stream.say(ModelInferRequest.newBuilder().setModelName("m").build()).hear();
    return stream;
  }

  private static long msSince(long startedNs) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startedNs);
  }

  @Test
  void endsAtStreamDurationMaxHoweverBusyItIs() throws Exception {
    PathHarness started = start(SOON_NS, LONG_NS, LONG_NS);
    long beganNs = System.nanoTime();
    Talk talk = new Talk(started, "");
    Status end = talk.end();

    assertThat(msSince(beganNs)).isGreaterThanOrEqualTo(SOON_MS);
    assertThat(end.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(end.getDescription()).startsWith("deadline_exceeded");
    assertThat(talk.heard).hasPositiveValue();
    FakeLane.Seen last = started.lane.records.get(started.lane.records.size() - 1);
    assertThat(last.reason()).isEqualTo("deadline_exceeded");
  }

  @Test
  void endsAtStreamIdleMaxOnceNothingIsSaid() throws Exception {
    PathHarness started = start(LONG_NS, SOON_NS, LONG_NS);
    Talk busy = new Talk(started, "");
    long beganNs = System.nanoTime();
    Status end = quiet(started).end();

    assertThat(msSince(beganNs)).isGreaterThanOrEqualTo(SOON_MS);
    assertThat(end.getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    assertThat(end.getDescription()).startsWith("deadline_exceeded: no message either way");
    // The one that began before it says something all the time.
    busy.goesOn();
  }

  @Test
  void endsAtStreamDrainMaxOnceItsVersionIsRoutedToNoMore() throws Exception {
    PathHarness started = start(LONG_NS, LONG_NS, SOON_NS);
    Talk follower = new Talk(started, "");
    Talk asking = new Talk(started, "1");
    follower.goesOn();
    asking.goesOn();
    long shiftedNs = System.nanoTime();
    started.shift("2");
    follower.goesOn();
    Status end = follower.end();

    assertThat(msSince(shiftedNs)).isGreaterThanOrEqualTo(SOON_MS);
    assertThat(end.getCode()).isEqualTo(Status.Code.UNAVAILABLE);
    assertThat(end.getDescription()).startsWith("draining");
    // It named its version, which is still there.
    asking.goesOn();
  }

  @Test
  void goesOnWhenItsVersionComesBackInTime() throws Exception {
    PathHarness started = start(LONG_NS, 4 * SOON_NS, 2 * SOON_NS);
    Talk follower = new Talk(started, "");
    follower.goesOn();
    started.shift("2");
    follower.goesOn();
    started.shift("1");
    // Ends when twice the time of the drain is over.
    assertThat(quiet(started).end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);

    follower.goesOn();
  }
}
