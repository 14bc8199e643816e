package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.weighbridge.gateway.upstream.health.HealthLimits;
import io.weighbridge.gateway.upstream.health.HostHealth;
import io.weighbridge.gateway.upstream.health.SeatReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * As many callers as a host has places do not finish their requests, while another host answers:
 * with grpc-java on both sides.
 */
class SlowSenderTest {
  private static final int PLACES = 2;

  /** Three times what is silence at least. */
  private static final long WHILE_NS = TimeUnit.MILLISECONDS.toNanos(1_500);

  /** More than is waited for before a host is chosen. */
  private static final ByteString SOME =
      ByteString.copyFrom(new byte[2 * PathHarness.limits().peekBytesMax()]);

  private PathHarness gateway;
  private FakeHost slow;
  private FakeHost other;
  private final List<Conversation<ModelInferRequest, ModelInferResponse>> calls = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    long restMaxNs = TimeUnit.SECONDS.toNanos(5);
    gateway =
        new PathHarness(
            PathHarness.limits(),
            new PathHarness.Waits(new HealthLimits(restMaxNs, 4 * restMaxNs, PLACES), restMaxNs));
    slow = new FakeHost(PathHarness.DIGEST);
    other = new FakeHost(PathHarness.DIGEST);
    gateway.serve(PathHarness.DIGEST, slow, other);
    gateway.health.drain(Set.of(gateway.hosts.getLast()));
  }

  @AfterEach
  void stop() {
    calls.forEach(Conversation::cancel);
    gateway.close();
    slow.close();
    other.close();
  }

  /** Fills the slow host up, which then is not drained any more. */
  private void fillUp(boolean finish) {
    for (int i = 0; i < PLACES; i++) {
      var call = Conversation.prediction(gateway.channel());
      call.say(request().addRawInputContents(SOME).build());
      if (finish) {
        call.halfClose();
      }
      calls.add(call);
    }
    await().until(() -> slow.metadata.size() == PLACES);
    assertThat(slowHost().figures().inFlight()).isEqualTo(PLACES);
    gateway.health.drain(Set.of());
  }

  private static ModelInferRequest.Builder request() {
    return ModelInferRequest.newBuilder().setModelName("m");
  }

  /** A look after a call that the other host answers. */
  private SeatReport slowHost() {
    if (!gateway.health.draining(gateway.hosts.getLast())) {
      var _ = gateway.stub().withDeadlineAfter(10, TimeUnit.SECONDS).modelInfer(request().build());
    }
    gateway.health.look();
    return gateway.health.reports().stream()
        .filter(report -> report.host().equals(gateway.hosts.getFirst()))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aHostThatDoesNotAnswerThemIsSilent() {
    slow.silent = true;
    fillUp(true);
    await().until(() -> slowHost().state() == SeatReport.State.RESTING);
    assertThat(slowHost().reason()).isEqualTo("silent");
  }

  @Test
  void aHostThatHasNotAllOfThemIsNot() throws Exception {
    fillUp(false);
    for (long untilNs = System.nanoTime() + WHILE_NS; System.nanoTime() < untilNs; ) {
      assertThat(slowHost().state()).isEqualTo(SeatReport.State.IN);
      TimeUnit.NANOSECONDS.sleep(HostHealth.LOOK_NS);
    }
    assertThat(other.requests).hasSizeGreaterThan(1);
    calls.forEach(Conversation::halfClose);
    for (var call : calls) {
      call.hear();
    }
  }
}
