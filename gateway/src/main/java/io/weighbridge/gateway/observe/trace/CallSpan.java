package io.weighbridge.gateway.observe.trace;

import io.grpc.Status;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.SpanId;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceId;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.common.InstrumentationLibraryInfo;
import io.opentelemetry.sdk.common.InstrumentationScopeInfo;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.LinkData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import java.util.List;

/**
 * A finished call in the words of OpenTelemetry's semantic conventions 1.45 for gRPC. Immutable.
 */
@SuppressWarnings("deprecation") // One method of the interface is deprecated and still abstract.
final class CallSpan implements SpanData {
  private static final InstrumentationScopeInfo SCOPE =
      InstrumentationScopeInfo.create("io.weighbridge.gateway");
  private static final AttributeKey<String> RPC_SYSTEM = AttributeKey.stringKey("rpc.system.name");
  private static final AttributeKey<String> RPC_METHOD = AttributeKey.stringKey("rpc.method");
  private static final AttributeKey<String> RPC_STATUS = AttributeKey.stringKey("rpc.status_code");
  private static final AttributeKey<String> ERROR_TYPE = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> MODEL = AttributeKey.stringKey("weighbridge.model");
  private static final AttributeKey<String> VERSION =
      AttributeKey.stringKey("weighbridge.model.version");
  private static final AttributeKey<String> HOST = AttributeKey.stringKey("weighbridge.host.id");
  private static final AttributeKey<String> RECORD =
      AttributeKey.stringKey("weighbridge.record.id");

  private final FinishedSpan span;
  private final Resource resource;
  private final Attributes attributes;

  CallSpan(FinishedSpan span, Resource resource) {
    this.span = span;
    this.resource = resource;
    this.attributes = attributes(span);
  }

  private static Attributes attributes(FinishedSpan span) {
    FinishedSpan.Outcome outcome = span.outcome();
    AttributesBuilder builder =
        Attributes.builder()
            .put(RPC_SYSTEM, "grpc")
            .put(RPC_METHOD, span.method())
            .put(RPC_STATUS, codeName(outcome));
    putUnlessEmpty(builder, MODEL, outcome.model());
    putUnlessEmpty(builder, VERSION, outcome.version());
    putUnlessEmpty(builder, HOST, outcome.hostId());
    putUnlessEmpty(builder, RECORD, outcome.recordId());
    if (isError(outcome)) {
      String reason = outcome.reason();
      builder.put(ERROR_TYPE, reason.isEmpty() ? codeName(outcome) : reason);
    }
    return builder.build();
  }

  private static void putUnlessEmpty(
      AttributesBuilder builder, AttributeKey<String> key, String value) {
    if (!value.isEmpty()) {
      builder.put(key, value);
    }
  }

  private static String codeName(FinishedSpan.Outcome outcome) {
    return Status.fromCodeValue(outcome.grpcCode()).getCode().name();
  }

  /** The codes that the conventions count as errors of a server; others are the caller's. */
  private static boolean isError(FinishedSpan.Outcome outcome) {
    return switch (Status.fromCodeValue(outcome.grpcCode()).getCode()) {
      case UNKNOWN, DEADLINE_EXCEEDED, UNIMPLEMENTED, INTERNAL, UNAVAILABLE, DATA_LOSS -> true;
      case OK,
          CANCELLED,
          INVALID_ARGUMENT,
          NOT_FOUND,
          ALREADY_EXISTS,
          PERMISSION_DENIED,
          RESOURCE_EXHAUSTED,
          FAILED_PRECONDITION,
          ABORTED,
          OUT_OF_RANGE,
          UNAUTHENTICATED ->
          false;
    };
  }

  @Override
  public String getName() {
    return span.method();
  }

  @Override
  public SpanKind getKind() {
    return SpanKind.SERVER;
  }

  @Override
  public SpanContext getSpanContext() {
    return SpanContext.create(
        traceId(),
        SpanId.fromLong(span.ids().spanId()),
        TraceFlags.getSampled(),
        TraceState.getDefault());
  }

  @Override
  public SpanContext getParentSpanContext() {
    long parent = span.ids().parentSpanId();
    if (parent == 0) {
      return SpanContext.getInvalid();
    }
    return SpanContext.createFromRemoteParent(
        traceId(), SpanId.fromLong(parent), TraceFlags.getSampled(), TraceState.getDefault());
  }

  private String traceId() {
    return TraceId.fromLongs(span.ids().traceIdHigh(), span.ids().traceIdLow());
  }

  @Override
  public StatusData getStatus() {
    return isError(span.outcome()) ? StatusData.error() : StatusData.unset();
  }

  @Override
  public long getStartEpochNanos() {
    return span.startedAtUnixNs();
  }

  @Override
  public long getEndEpochNanos() {
    return span.endedAtUnixNs();
  }

  @Override
  public Attributes getAttributes() {
    return attributes;
  }

  @Override
  public List<EventData> getEvents() {
    return List.of();
  }

  @Override
  public List<LinkData> getLinks() {
    return List.of();
  }

  @Override
  public boolean hasEnded() {
    return true;
  }

  @Override
  public int getTotalRecordedEvents() {
    return 0;
  }

  @Override
  public int getTotalRecordedLinks() {
    return 0;
  }

  @Override
  public int getTotalAttributeCount() {
    return attributes.size();
  }

  @Override
  public InstrumentationLibraryInfo getInstrumentationLibraryInfo() {
    return InstrumentationLibraryInfo.empty();
  }

  @Override
  public InstrumentationScopeInfo getInstrumentationScopeInfo() {
    return SCOPE;
  }

  @Override
  public Resource getResource() {
    return resource;
  }
}
