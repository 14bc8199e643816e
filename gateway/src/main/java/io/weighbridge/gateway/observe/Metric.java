package io.weighbridge.gateway.observe;

import java.util.List;

/**
 * Every metric of the gateway: the names, labels and units that dashboards may rely on.
 *
 * <p>Label sets are bounded by configuration (models, versions, hosts) or by closed lists (codes,
 * reasons, states). Metrics that are {@link #tallied} have no labels and are counted by whoever
 * sees the event, through {@link CallMetrics#tally}.
 */
public enum Metric {
  /** Calls that were routed to a version and ended, by gRPC code. */
  CALLS(Type.COUNTER, "calls", "Calls ended", "model", "version", "code"),
  /** Time from a call's first byte to its end. */
  CALL_DURATION(
      Type.HISTOGRAM, "call_duration_seconds", "Duration of calls ended", "model", "version"),
  /** Calls that were routed to a version and have not ended. */
  CALLS_IN_FLIGHT(Type.GAUGE, "calls_in_flight", "Calls in flight", "model", "version"),
  /** Calls that wait for a place: all hosts of the version have as many as they can do. */
  CALLS_WAITING(Type.GAUGE, "calls_waiting", "Calls waiting for a place", "model", "version"),
  /** Calls that waited, however that ended. */
  CALLS_QUEUED(Type.COUNTER, "calls_queued", "Calls that waited for a place", "model", "version"),
  /** Time they waited, together. */
  QUEUE_SECONDS(Type.COUNTER, "queue_seconds", "Time calls waited", "model", "version"),
  /** Calls the gateway itself ended, by the reason callers are told. */
  REFUSALS(Type.COUNTER, "refusals", "Calls the gateway refused or failed itself", "reason"),
  /** Calls that on-unroutable sent to another label. */
  UNROUTABLE_FALLBACKS("unroutable_fallbacks", "Calls moved by on-unroutable"),
  /** Second tries, each on another host, by what became of the first. */
  HOST_RETRIES(Type.COUNTER, "host_retries", "Calls tried on a host once more", "reason"),
  /** Calls that ended with their first try because the model's budget of second tries was spent. */
  HOST_RETRIES_DENIED(Type.COUNTER, "host_retries_denied", "Second tries there was no budget for"),
  /**
   * Calls that were late and not hedged because the model's budget of second tries had none to
   * spare.
   */
  HOST_HEDGES_DENIED(Type.COUNTER, "host_hedges_denied", "Hedges there was no budget for"),

  /** 1 for the state a host is in, 0 for the others. */
  HOST_STATE(Type.GAUGE, "host_state", "State of a host's proof", "host", "state"),
  /** Time since a host's last proof; absent while it never gave one. */
  HOST_PROOF_AGE(Type.GAUGE, "host_proof_age_seconds", "Age of a host's last proof", "host"),
  /** Challenges by outcome: verified, late or rejected. */
  ATTESTATIONS(Type.COUNTER, "attestations", "Challenges sent to hosts", "host", "result"),
  /** Wrong answers of a host and unexplained calls, by reason. */
  INTEGRITY_ALARMS(Type.COUNTER, "integrity_alarms", "Integrity alarms", "host", "reason"),
  /** Hosts that may answer for a version now. */
  VERSION_HOSTS(
      Type.GAUGE, "version_hosts", "Hosts that may answer for a version", "model", "version"),
  /** Calls that the hosts of a version are given at a time now; hosts without calls not counted. */
  VERSION_IN_FLIGHT_MAX(
      Type.GAUGE, "version_in_flight_max", "Calls given at a time", "model", "version"),
  /** Hosts of a version that rest because of how calls went, or are on probation. */
  VERSION_HOSTS_RESTING(
      Type.GAUGE, "version_hosts_resting", "Hosts of a version that rest", "model", "version"),
  /** 1 while hosts of a version get calls although they should rest: more than half should. */
  VERSION_PANIC(
      Type.GAUGE, "version_panic", "Whether hosts that should rest are served", "model", "version"),
  /** Times that began. */
  VERSION_PANICS(
      Type.COUNTER,
      "version_panics",
      "Times hosts that should rest were served",
      "model",
      "version"),
  /** Times a version on a host was sent to rest, by reason. */
  HOST_RESTS(Type.COUNTER, "host_rests", "Times a host was sent to rest", "host", "reason"),
  /**
   * Questions to a host whether it is ready: ready, not_ready, failed, unreachable, unimplemented.
   */
  HOST_CHECKS(Type.COUNTER, "host_checks", "Health checks of a host", "host", "answer"),
  /** 1 while an operator keeps new calls away from a host. */
  HOST_DRAINING(Type.GAUGE, "host_draining", "Whether a host drains", "host"),
  /** Calls sent to a host process and not yet ended there, shadows and retries included. */
  HOST_CALLS_IN_FLIGHT(Type.GAUGE, "host_calls_in_flight", "Calls in flight on a host", "host"),

  /** Leaves in the ledger's tree. */
  LEDGER_LEAVES(Type.GAUGE, "ledger_leaves", "Leaves in the tree"),
  /** Leaves under the last signed checkpoint. */
  LEDGER_SIGNED_LEAVES(Type.GAUGE, "ledger_signed_leaves", "Leaves under a signed checkpoint"),
  /** Bytes appended and not yet synced. */
  LEDGER_UNSYNCED(Type.GAUGE, "ledger_unsynced_bytes", "Bytes appended and not yet synced"),
  /** How full the fullest lane is, 0 to 1. */
  LEDGER_LANE_USED(Type.GAUGE, "ledger_lane_used_ratio", "Fill of the fullest lane"),
  /** Syncs done since start. */
  LEDGER_SYNCS(Type.COUNTER, "ledger_syncs", "Syncs done"),
  /** How long the last sync took. */
  LEDGER_LAST_SYNC(Type.GAUGE, "ledger_last_sync_seconds", "Duration of the last sync"),
  /** Longest a record waited for the end of its sync, over the last minute. */
  LEDGER_SYNC_AGE_MAX(
      Type.GAUGE, "ledger_sync_age_max_seconds", "Longest wait for a sync, last minute"),
  /** 1 while the ledger takes records, 0 while it failed. */
  LEDGER_ACCEPTING(Type.GAUGE, "ledger_accepting", "Whether the ledger takes records"),
  /** 0 when the configuration says that calls leave no record, else 1. */
  LEDGER_RECORDS_CALLS(Type.GAUGE, "ledger_records_calls", "Whether calls leave a record"),

  /** Open connections of callers. */
  CALLER_CONNECTIONS(
      Type.GAUGE, Source.TALLIED, "caller_connections", "Open connections of callers"),
  /** Connections of callers accepted. */
  CALLER_CONNECTIONS_ACCEPTED("caller_connections_accepted", "Caller connections accepted"),
  /** Connections of callers closed at once because a limit was reached. */
  CALLER_CONNECTIONS_REFUSED("caller_connections_refused", "Caller connections over a limit"),
  /** Streams of callers over the limit of their connection, or with too long a header list. */
  CALLER_STREAMS_REFUSED("caller_streams_refused", "Caller streams over a limit"),
  /** Open connections to hosts. */
  HOST_CONNECTIONS(Type.GAUGE, Source.TALLIED, "host_connections", "Open connections to hosts"),
  /** Connections to hosts opened. */
  HOST_CONNECTIONS_OPENED("host_connections_opened", "Host connections opened"),
  /** Connections to hosts that could not be opened. */
  HOST_CONNECTIONS_FAILED("host_connections_failed", "Host connections that failed to open"),

  /** TLS handshakes of callers that failed. */
  TLS_HANDSHAKES_FAILED("tls_handshakes_failed", "TLS handshakes of callers that failed"),
  /** When the first certificate of a use expires, Unix time. */
  TLS_CERTIFICATE_NOT_AFTER(
      Type.GAUGE,
      "tls_certificate_not_after_seconds",
      "Expiry of the first certificate to expire",
      "use"),
  /** 1 while changed certificate files could not be taken and the old ones stay. */
  TLS_RELOAD_FAILED(
      Type.GAUGE, "tls_reload_failed", "Whether changed certificates were not taken", "use"),
  /** Changes of certificate files, by result: taken or not_taken. */
  TLS_RELOADS(Type.COUNTER, "tls_reloads", "Changes of certificate files", "use", "result"),

  /** Times a peer went over a limit on resets, pings, settings or empty frames. */
  HTTP2_FLOOD_STRIKES("http2_flood_strikes", "Strikes against flooding peers"),
  /** Connections ended because a caller broke HTTP/2, or was slow with a frame. */
  HTTP2_PROTOCOL_ERRORS("http2_protocol_errors", "Violations of HTTP/2 by peers"),

  /** Spans handed to the collector. */
  SPANS_EXPORTED("spans_exported", "Spans exported"),
  /** Spans lost because the queue was full or the collector did not take them. */
  SPANS_DROPPED("spans_dropped", "Spans dropped"),

  /** Epoch of the route table in use. */
  ROUTE_EPOCH(Type.GAUGE, "route_epoch", "Epoch of the route table"),
  /** 1 while this gateway can take calls. */
  READY(Type.GAUGE, "ready", "Whether this gateway can take calls"),
  /** Always 1; labels say what is running. */
  BUILD(Type.INFO, "build", "What is running", "version", "java"),

  /**
   * Calls of a hundred that an event loop refuses because the gateway is in trouble, by its kind.
   */
  SHED_PERCENT(Type.GAUGE, "shed_percent", "Calls of a hundred that are refused", "reason"),
  /** How late an event loop ran its last timer. */
  LOOP_LAG(Type.GAUGE, "event_loop_lag_seconds", "Lag of an event loop", "loop"),
  /** Bytes that wait for a window or a socket of their receiver, looked at ten times a second. */
  QUEUED_BYTES(Type.GAUGE, "queued_bytes", "Bytes waiting for their receivers"),
  /** Heap in use. */
  HEAP_USED(Type.GAUGE, "jvm_heap_used_bytes", "Heap in use"),
  /** Largest heap allowed. */
  HEAP_MAX(Type.GAUGE, "jvm_heap_max_bytes", "Largest heap"),
  /** Memory outside the heap held by buffers. */
  DIRECT_USED(Type.GAUGE, "jvm_direct_used_bytes", "Direct memory in use"),
  /** Of that memory, what somebody has: the rest is kept for the next buffers. */
  BUFFERS_HELD(Type.GAUGE, "buffers_held_bytes", "Direct memory of buffers that somebody has"),
  /** Buffers that could not be had: a connection was left unread for a moment, or ended. */
  BUFFERS_MISSED("buffers_missed", "Buffers there was no memory for"),
  /** Time spent in collections. */
  GC_SECONDS(Type.COUNTER, "jvm_gc_seconds", "Time in garbage collections", "gc"),
  /** Live platform threads. */
  THREADS(Type.GAUGE, "jvm_threads", "Live platform threads"),
  /** CPU time of the process. */
  CPU_SECONDS(Type.COUNTER, "process_cpu_seconds", "CPU time of the process"),
  /** Open file descriptors. */
  OPEN_FILES(Type.GAUGE, "process_open_fds", "Open file descriptors"),
  /** Start of the process, Unix time. */
  START_TIME(Type.GAUGE, "process_start_time_seconds", "Start of the process");

  /** The kinds of metrics in use. */
  public enum Type {
    COUNTER,
    GAUGE,
    HISTOGRAM,
    INFO
  }

  private enum Source {
    COMPUTED,
    TALLIED
  }

  private final Type type;
  private final Source source;
  private final String fullName;
  private final String help;

  @SuppressWarnings("ImmutableEnumChecker") // Made by List.of.
  private final List<String> labels;

  Metric(String counterName, String help) {
    this(Type.COUNTER, Source.TALLIED, counterName, help);
  }

  Metric(Type type, String name, String help, String... labels) {
    this(type, Source.COMPUTED, name, help, labels);
  }

  Metric(Type type, Source source, String name, String help, String... labels) {
    this.type = type;
    this.source = source;
    this.fullName = "weighbridge_" + name;
    this.help = help;
    this.labels = List.of(labels);
  }

  /** What kind of metric it is. */
  public Type type() {
    return type;
  }

  /** The name without the suffix that exposition adds: {@code _total}, {@code _info}. */
  public String fullName() {
    return fullName;
  }

  /** One line for people. */
  public String help() {
    return help;
  }

  /** Label names, in the order values are given. */
  public List<String> labels() {
    return labels;
  }

  /** Whether it is counted through {@link CallMetrics#tally}. */
  public boolean tallied() {
    return source == Source.TALLIED;
  }
}
