package io.weighbridge.gateway.observe.trace;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Collection;
import java.util.HexFormat;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OtlpSpansTest {
  private static final FinishedSpan SPAN =
      new FinishedSpan(
          new FinishedSpan.Ids(0x0af7651916cd43ddL, 0x8448eb211c80319cL, 0xb7ad6b7169203331L, 7),
          1_000,
          2_000,
          "inference.GRPCInferenceService/ModelInfer",
          new FinishedSpan.Outcome(14, "no_verified_host", "minilm", "2", "", "0192f"));

  private final OtlpSpans.Tallies tallies = new OtlpSpans.Tallies(new LongAdder(), new LongAdder());

  @Test
  void sendsSpansToACollector() throws Exception {
    BlockingQueue<byte[]> bodies = new LinkedBlockingQueue<>();
    HttpServer collector = collector(bodies);
    URI endpoint = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
    try (OtlpSpans spans = OtlpSpans.to(endpoint, "gw-1", tallies)) {
      spans.record(SPAN);
      byte[] body = bodies.poll(20, TimeUnit.SECONDS);
      assertThat(body).isNotNull();
      assertThat(HexFormat.of().formatHex(body))
          .contains("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331");
      assertThat(new String(body, ISO_8859_1))
          .contains("rpc.system.name", "rpc.method", "rpc.status_code", "UNAVAILABLE")
          .contains("no_verified_host", "minilm", "gw-1");
    } finally {
      collector.stop(0);
    }
    assertThat(tallies.exported().sum()).isEqualTo(1);
    assertThat(tallies.dropped().sum()).isZero();
  }

  @Test
  void countsWhatTheCollectorDoesNotTake() {
    try (OtlpSpans spans = new OtlpSpans(new RefusingExporter(), "gw-1", tallies)) {
      spans.record(SPAN);
    }
    assertThat(tallies.dropped().sum()).isEqualTo(1);
    assertThat(tallies.exported().sum()).isZero();
  }

  @Test
  void dropsAndCountsWhatDoesNotFitWhileTheCollectorHangs() throws InterruptedException {
    HangingExporter exporter = new HangingExporter();
    OtlpSpans spans = new OtlpSpans(exporter, "gw-1", tallies);
    spans.record(SPAN);
    assertThat(exporter.reached.await(20, TimeUnit.SECONDS)).isTrue();
    for (int i = 0; i < OtlpSpans.QUEUED_MAX; i++) {
      spans.record(SPAN);
    }
    assertThat(tallies.dropped().sum()).isZero();
    spans.record(SPAN);
    assertThat(tallies.dropped().sum()).isEqualTo(1);
    exporter.result.succeed();
    spans.close();
    assertThat(tallies.exported().sum()).isEqualTo(OtlpSpans.QUEUED_MAX + 1);
  }

  @Test
  @Timeout(value = 5, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void closesSoonAndCountsWhatIsLeftWhileTheCollectorHangs() throws InterruptedException {
    HangingExporter exporter = new HangingExporter();
    OtlpSpans spans = new OtlpSpans(exporter, "gw-1", tallies);
    spans.record(SPAN);
    assertThat(exporter.reached.await(20, TimeUnit.SECONDS)).isTrue();
    spans.record(SPAN);
    spans.record(SPAN);
    spans.close();
    assertThat(tallies.dropped().sum()).isEqualTo(2);
    exporter.result.fail();
  }

  @Test
  void waitsForASpanAfterAnExportToGetCompany() throws InterruptedException {
    BlockingQueue<Long> exportedAtNs = new LinkedBlockingQueue<>();
    RefusingExporter clocked =
        new RefusingExporter() {
          @Override
          public CompletableResultCode export(Collection<SpanData> spans) {
            exportedAtNs.add(System.nanoTime());
            return CompletableResultCode.ofSuccess();
          }
        };
    try (OtlpSpans spans = new OtlpSpans(clocked, "gw-1", tallies)) {
      spans.record(SPAN);
      Long first = exportedAtNs.poll(20, TimeUnit.SECONDS);
      spans.record(SPAN);
      Long second = exportedAtNs.poll(20, TimeUnit.SECONDS);
      assertThat(first).isNotNull();
      assertThat(second).isNotNull().isGreaterThanOrEqualTo(first + OtlpSpans.BATCH_WAIT_NS);
    }
  }

  @Test
  void goesOnAfterAnErrorAndCountsTheBatchAsDropped() {
    CountDownLatch broke = new CountDownLatch(1);
    RefusingExporter breakingOnce =
        new RefusingExporter() {
          @Override
          public CompletableResultCode export(Collection<SpanData> spans) {
            if (broke.getCount() > 0) {
              broke.countDown();
              throw new LinkageError("a class is missing");
            }
            return CompletableResultCode.ofSuccess();
          }
        };
    try (OtlpSpans spans = new OtlpSpans(breakingOnce, "gw-1", tallies)) {
      spans.record(SPAN);
      await().until(() -> tallies.dropped().sum() == 1);
      spans.record(SPAN);
      await().until(() -> tallies.exported().sum() == 1);
    }
  }

  @Test
  void dropsWhatComesAfterClose() {
    OtlpSpans spans = new OtlpSpans(new RefusingExporter(), "gw-1", tallies);
    spans.close();
    spans.record(SPAN);
    assertThat(tallies.dropped().sum()).isEqualTo(1);
  }

  private static HttpServer collector(BlockingQueue<byte[]> bodies) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/traces",
        exchange -> {
          try (exchange) {
            bodies.add(exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(200, -1);
          }
        });
    server.start();
    return server;
  }

  private static class RefusingExporter implements SpanExporter {
    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      return CompletableResultCode.ofFailure();
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }

  private static final class HangingExporter implements SpanExporter {
    final CountDownLatch reached = new CountDownLatch(1);
    final CompletableResultCode result = new CompletableResultCode();

    @Override
    public CompletableResultCode export(Collection<SpanData> spans) {
      reached.countDown();
      return result;
    }

    @Override
    public CompletableResultCode flush() {
      return CompletableResultCode.ofSuccess();
    }

    @Override
    public CompletableResultCode shutdown() {
      return CompletableResultCode.ofSuccess();
    }
  }
}
