package io.weighbridge.gateway.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.CallOptions;
import io.grpc.Metadata;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ServiceRouteTest {
  private static final List<String> FORGED =
      List.of("weighbridge-x", "x-forwarded-user", "proxy-authorization");

  private PathHarness path;
  private FakeService service;

  @BeforeEach
  void start() throws Exception {
    path = new PathHarness(PathHarness.limits());
    service = new FakeService();
    path.routeService("shop.Cart", true, service.address());
  }

  @AfterEach
  void stop() {
    path.close();
    service.close();
  }

  private Conversation<byte[], byte[]> call(String method, CallOptions options, Metadata with) {
    return new Conversation<>(path.channel(), FakeService.method(method), options, with);
  }

  private Conversation<byte[], byte[]> call(String method) {
    return call(method, CallOptions.DEFAULT, Conversation.key());
  }

  private static byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    new Random(count).nextBytes(bytes);
    return bytes;
  }

  @Test
  void passesMessagesOfEverySizeBothWaysAndRecordsEachAnswer() throws Exception {
    var echo = call("Echo");
    int[] sizes = {0, 1, 1024, 16_380, 65_530, 65_536, 262_139, 262_144, 1 << 20, 5 << 20};
    for (int size : sizes) {
      assertThat(echo.say(bytes(size)).hear()).isEqualTo(bytes(size));
    }
    echo.halfClose();

    assertThat(echo.end().getCode()).isEqualTo(Status.Code.OK);
    assertThat(path.lane.records).hasSize(sizes.length);
    for (int i = 0; i < sizes.length; i++) {
      FakeLane.Seen record = path.lane.records.get(i);
      assertThat(record.responseBytes()).isEqualTo(sizes[i]);
      assertThat(record.requestBytes()).isEqualTo(sizes[i]);
      assertThat(record.host()).isEqualTo("service-host");
      assertThat(record.model()).isEmpty();
      assertThat(record.integrity()).isEqualTo(5);
    }
  }

  @Test
  void passesManyRequestsForOneAnswer() throws Exception {
    var count = call("Count");
    for (int i = 0; i < 100; i++) {
      count.say(bytes(1000));
    }
    count.halfClose();

    assertThat(count.hear()).containsExactly(100);
    assertThat(count.end().isOk()).isTrue();
    assertThat(path.lane.records).hasSize(1);
    assertThat(path.lane.records.get(0).requestBytes()).isEqualTo(100_000);
  }

  @Test
  void passesAnEmptyStream() throws Exception {
    var echo = call("Echo");
    echo.halfClose();

    assertThat(echo.end().isOk()).isTrue();
    await().untilAsserted(() -> assertThat(path.lane.records).hasSize(1));
  }

  @Test
  void keepsMetadataBothWaysButForWhatIsTheGateways() throws Exception {
    Metadata metadata = Conversation.key();
    byte[] bin = {0, 1, (byte) 0xff, ','};
    metadata.put(FakeService.BIN, bin);
    metadata.put(FakeService.TEXT, "a");
    for (String name : FORGED) {
      metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), "forged");
    }
    var echo = call("Echo", CallOptions.DEFAULT, metadata);
    echo.halfClose();

    assertThat(echo.end().isOk()).isTrue();
    assertThat(echo.headers.get(FakeService.TEXT)).isEqualTo("a");
    assertThat(echo.trailers.get(FakeService.BIN)).isEqualTo(bin);
    assertThat(service.metadata.get(0).get(FakeService.BIN)).isEqualTo(bin);
    assertThat(service.metadata.get(0).keys())
        .doesNotContain("authorization")
        .doesNotContainAnyElementsOf(FORGED);
    assertThat(echo.trailers.keys()).contains("weighbridge-record-id");
  }

  @Test
  void aCallerWhoGoesOnSendingIsNotIdle() throws Exception {
    long longNs = TimeUnit.MINUTES.toNanos(1);
    long idleNs = TimeUnit.MILLISECONDS.toNanos(600);
    path.close();
    path = new PathHarness(PathHarness.limits(new CallLimits.Streams(longNs, idleNs, longNs, 8)));
    path.routeService("shop.Cart", true, service.address());
    var count =
        new Conversation<>(
            path.channel(), FakeService.method("Count"), CallOptions.DEFAULT, Conversation.key());
    for (int i = 1; i <= 10; i++) {
      int said = i;
      count.say(bytes(100));
      await().pollDelay(Duration.ofMillis(100)).until(() -> service.received.get() == said);
    }
    count.halfClose();
    assertThat(count.status().getCode()).isEqualTo(Status.Code.OK);
  }

  @Test
  void nobodyIsServedUnrecordedWhoeverHeIs() throws Exception {
    path.routeService("shop.Cart", false, service.address());
    path.lane.full = true;
    var echo =
        new Conversation<>(
            path.channel(), FakeService.method("Echo"), CallOptions.DEFAULT, new Metadata());
    echo.say(bytes(1)).halfClose();
    assertThat(echo.status().getDescription()).startsWith("audit_unavailable");
    assertThat(service.received.get()).isZero();
  }

  @Test
  void passesAStatusWithoutMessages() throws Exception {
    Status failed = call("Fail").end();

    assertThat(failed.getCode()).isEqualTo(Status.Code.DATA_LOSS);
    assertThat(failed.getDescription()).isEqualTo("lost: 100 % \u00e9");
    assertThat(path.lane.records).extracting(FakeLane.Seen::status).containsExactly(15);
  }

  @Test
  void passesCompressedMessagesAsTheyCame() throws Exception {
    Metadata metadata = Conversation.key();
    metadata.put(FakeService.TEXT, "gzip");
    var echo = call("Echo", CallOptions.DEFAULT.withCompression("gzip"), metadata);
    byte[] zeros = new byte[1 << 20];

    assertThat(echo.compressed().say(zeros).hear()).isEqualTo(zeros);
    echo.halfClose();
    assertThat(echo.end().isOk()).isTrue();
    assertThat(path.lane.records.get(0).requestBytes()).isLessThan(10_000);
    assertThat(path.lane.records.get(0).responseBytes()).isLessThan(10_000);
  }

  @Test
  void tellsTheHostThatTheCallerLeft() throws Exception {
    var hang = call("Hang");
    hang.say(bytes(1));
    await().untilAsserted(() -> assertThat(service.received.get()).isEqualTo(1));
    assertThat(path.inFlight(0)).isEqualTo(1);
    hang.cancel();

    await().until(() -> path.inFlight(0) == 0);
    await().untilAsserted(() -> assertThat(service.cancelled.get()).isEqualTo(1));
    await().untilAsserted(() -> assertThat(path.lane.records).hasSize(1));
    assertThat(path.lane.records.get(0).reason()).isEqualTo("cancelled");
  }

  @Test
  void keepsToTheDeadline() throws Exception {
    CallOptions soon = CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS);
    var hang = call("Hang", soon, Conversation.key()).say(bytes(1));
    await().untilAsserted(() -> assertThat(service.received.get()).isEqualTo(1));

    assertThat(hang.end().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
    await().untilAsserted(() -> assertThat(service.cancelled.get()).isEqualTo(1));
  }

  @Test
  void holdsBackAFastHostBehindASlowReader() throws Exception {
    var echo = call("Echo");
    byte[] message = bytes(100_000);
    for (int i = 0; i < 100; i++) {
      echo.say(message);
    }
    echo.halfClose();
    for (int i = 0; i < 100; i++) {
      assertThat(echo.hear()).hasSize(message.length);
    }

    assertThat(echo.end().isOk()).isTrue();
    assertThat(path.lane.records).hasSize(100);
  }

  @Test
  void asksForAKeyThatNamesTheService() throws Exception {
    assertThat(call("Echo", CallOptions.DEFAULT, new Metadata()).end().getCode())
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    path.routeService("shop.Cart/Echo", true, service.address());
    assertThat(call("Count").end().getCode()).isEqualTo(Status.Code.UNIMPLEMENTED);
    path.routeService("other.Service", true, service.address());
    var other =
        new Conversation<>(
            path.channel(),
            FakeService.method("Echo").toBuilder().setFullMethodName("other.Service/Echo").build(),
            CallOptions.DEFAULT,
            Conversation.key());
    assertThat(other.end().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
    assertThat(service.metadata).isEmpty();
  }

  @Test
  void letsAnybodyInWhereTheRuleSaysSo() throws Exception {
    path.routeService("shop.Cart", false, service.address());
    var echo = call("Echo", CallOptions.DEFAULT, new Metadata());

    assertThat(echo.say(bytes(3)).hear()).isEqualTo(bytes(3));
    echo.halfClose();
    assertThat(echo.end().isOk()).isTrue();
    assertThat(path.lane.records).hasSize(1);
  }

  @Test
  void failsWhenTheHostBreaksOffInTheMiddle() throws Exception {
    var echo = call("Echo");
    assertThat(echo.say(bytes(3)).hear()).hasSize(3);
    service.close();

    assertThat(echo.end().getDescription()).startsWith("host_");
    assertThat(path.lane.records).hasSize(2);
  }

  @Test
  void givesNoMessageThatTheLedgerDidNotTake() throws Exception {
    var echo = call("Echo");
    assertThat(echo.say(bytes(3)).hear()).hasSize(3);
    path.lane.full = true;
    echo.say(bytes(4));

    assertThat(echo.end().getDescription()).startsWith("audit_unavailable");
  }
}
