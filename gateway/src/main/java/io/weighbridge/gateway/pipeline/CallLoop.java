package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.admission.Admission;
import io.weighbridge.gateway.admission.RetryBudget;
import io.weighbridge.gateway.grpc.HeaderRules;
import io.weighbridge.gateway.grpc.Inflation;
import io.weighbridge.gateway.grpc.TextMemo;
import io.weighbridge.gateway.grpc.TimeoutText;
import io.weighbridge.gateway.observe.LoopMetrics;
import io.weighbridge.gateway.observe.trace.SpanSink;
import io.weighbridge.gateway.observe.trace.TraceStart;
import io.weighbridge.gateway.peek.Peek;
import io.weighbridge.gateway.record.Recorder;
import io.weighbridge.gateway.route.Router;
import io.weighbridge.gateway.upstream.Upstream;
import java.util.ArrayDeque;

/** What the calls of one event loop share. Confined to that loop, but for what says otherwise. */
public final class CallLoop {
  private final CallServices services;
  private final Admission admission;
  private final Upstream upstream;
  private final Routing routing;
  private final Recorder recorder;
  private final LoopMetrics metrics;
  private final TimerWheel timers;
  private final TraceStart traces;
  private final RetryBudget retries = new RetryBudget();
  private final HeaderRules headerRules = new HeaderRules();
  private final Inflation.Budget inflating;
  private final TimeoutText timeoutText = new TimeoutText();
  private final RequestHeads requestHeads;
  private final TextMemo forHosts = new TextMemo();
  private final ArrayDeque<Peek> sparePeeks = new ArrayDeque<>();

  /** The loop's own parts; {@code services} are shared with the other loops. */
  public CallLoop(
      CallServices services,
      Admission admission,
      Upstream upstream,
      Router router,
      Recorder recorder,
      LoopMetrics metrics,
      TimerWheel timers,
      TraceStart traces) {
    this.services = services;
    this.admission = admission;
    this.upstream = upstream;
    routing = new Routing(router);
    this.recorder = recorder;
    this.metrics = metrics;
    this.timers = timers;
    this.traces = traces;
    requestHeads = new RequestHeads(services);
    inflating = new Inflation.Budget(services.limits().inflatingBytesMax());
  }

  /** Ends every call in flight, for the process stops. */
  public void cutShort() {
    timers.fireAll();
  }

  CallServices services() {
    return services;
  }

  CallLimits limits() {
    return services.limits();
  }

  Admission admission() {
    return admission;
  }

  AttestationEvents attestation() {
    return services.attestation();
  }

  SpanSink spans() {
    return services.spans();
  }

  Upstream upstream() {
    return upstream;
  }

  Routing routing() {
    return routing;
  }

  Recorder recorder() {
    return recorder;
  }

  RetryBudget retries() {
    return retries;
  }

  LoopMetrics metrics() {
    return metrics;
  }

  TimerWheel timers() {
    return timers;
  }

  /** The monotonic clock of this loop. */
  long nowNs() {
    return timers.clock().nanoTime();
  }

  /** The wall clock, milliseconds since 1970. */
  long unixMs() {
    return timers.clock().unixMs();
  }

  TraceStart traces() {
    return traces;
  }

  HeaderRules headerRules() {
    return headerRules;
  }

  TimeoutText timeoutText() {
    return timeoutText;
  }

  RequestHeads requestHeads() {
    return requestHeads;
  }

  /** Which names of callers' fields hosts see. */
  TextMemo forHosts() {
    return forHosts;
  }

  /** Whether answers leave without a record, as the operator chose; the lane counts the loss. */
  boolean servesUnrecorded() {
    boolean serves = services.serveUnrecorded();
    if (serves) {
      recorder.countLost();
    }
    return serves;
  }

  Inflation.Budget inflating() {
    return inflating;
  }

  Peek borrowPeek() {
    Peek peek = sparePeeks.poll();
    return peek == null ? new Peek(limits().peekBytesMax()) : peek;
  }

  void giveBack(Peek peek) {
    sparePeeks.push(peek);
  }
}
