package io.weighbridge.gateway.observe.trace;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends spans to an OpenTelemetry collector (OTLP over HTTP) from a thread of its own. Thread-safe:
 * event loops offer to a lock-free queue of bounded size; what does not fit, or is not taken by the
 * collector, is counted and lost.
 */
public final class OtlpSpans implements SpanSink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OtlpSpans.class);

  static final int QUEUED_MAX = 2048;
  private static final int BATCH_MAX = 512;

  /** How long a span waits for others to make up a batch: an export costs far more than a span. */
  static final long BATCH_WAIT_NS = TimeUnit.MILLISECONDS.toNanos(500);

  private static final int EXPORT_SECONDS_MAX = 10;

  /** A collector that is down keeps no gateway from stopping. */
  private static final int CLOSE_MS_MAX = 2_000;

  private final ConcurrentLinkedQueue<FinishedSpan> queue = new ConcurrentLinkedQueue<>();
  private final AtomicInteger queuedCount = new AtomicInteger();
  private final SpanExporter exporter;
  private final Resource resource;
  private final LongAdder exported;
  private final LongAdder dropped;
  private final Thread sender;
  private volatile boolean closing;

  /** Where lost and sent spans are counted. */
  public record Tallies(LongAdder exported, LongAdder dropped) {}

  OtlpSpans(SpanExporter exporter, String gatewayId, Tallies tallies) {
    this.exporter = exporter;
    this.resource =
        Resource.create(
            Attributes.of(
                AttributeKey.stringKey("service.name"),
                "weighbridge-gateway",
                AttributeKey.stringKey("service.instance.id"),
                gatewayId));
    this.exported = tallies.exported();
    this.dropped = tallies.dropped();
    this.sender = Thread.ofVirtual().name("spans").start(this::run);
  }

  /**
   * Starts sending.
   *
   * @param endpoint base address of the collector, such as {@code http://127.0.0.1:4318}; a path is
   *     taken as it is, none means /v1/traces
   */
  public static OtlpSpans to(URI endpoint, String gatewayId, Tallies tallies) {
    String path = endpoint.getPath();
    boolean bare = path == null || path.isEmpty() || path.equals("/");
    SpanExporter exporter =
        OtlpHttpSpanExporter.builder()
            .setEndpoint(bare ? endpoint.resolve("/v1/traces").toString() : endpoint.toString())
            .setTimeout(EXPORT_SECONDS_MAX, TimeUnit.SECONDS)
            .build();
    return new OtlpSpans(exporter, gatewayId, tallies);
  }

  @Override
  public void record(FinishedSpan span) {
    int queued = queuedCount.incrementAndGet();
    if (queued > QUEUED_MAX || closing) {
      queuedCount.decrementAndGet();
      dropped.increment();
      return;
    }
    queue.add(span);
    if (queued == BATCH_MAX) {
      LockSupport.unpark(sender);
    }
  }

  private void run() {
    while (!closing) {
      if (queuedCount.get() < BATCH_MAX) {
        LockSupport.parkNanos(BATCH_WAIT_NS);
      }
      sendBatch();
    }
    while (sendBatch()) {
      // What was queued before the close goes out still.
    }
  }

  /** Sends what is queued, up to one batch; false when there was nothing. */
  private boolean sendBatch() {
    List<SpanData> batch = new ArrayList<>();
    FinishedSpan span = queue.poll();
    while (span != null) {
      queuedCount.decrementAndGet();
      batch.add(new CallSpan(span, resource));
      span = batch.size() < BATCH_MAX ? queue.poll() : null;
    }
    if (batch.isEmpty()) {
      return false;
    }
    (export(batch) ? exported : dropped).add(batch.size());
    return true;
  }

  /**
   * Whether the collector took them. The edge of a background task: whatever breaks, it goes on.
   */
  private boolean export(List<SpanData> batch) {
    try {
      CompletableResultCode result = exporter.export(batch);
      return result.join(EXPORT_SECONDS_MAX, TimeUnit.SECONDS).isSuccess();
    } catch (RuntimeException | Error e) {
      LOG.error("sending {} spans failed", batch.size(), e);
      return false;
    }
  }

  /** Sends what is queued for a moment, counts the rest as lost, and stops. */
  @Override
  public void close() {
    closing = true;
    LockSupport.unpark(sender);
    try {
      sender.join(CLOSE_MS_MAX);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    while (queue.poll() != null) {
      dropped.increment();
    }
    exporter.shutdown().join(CLOSE_MS_MAX / 2, TimeUnit.MILLISECONDS);
  }
}
