package io.weighbridge.ledger.read;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import java.util.HexFormat;
import java.util.Locale;
import java.util.OptionalInt;

/**
 * Which records are wanted: all that every given part fits. An empty part fits everything.
 * Immutable; begin with {@link #ALL}.
 *
 * @param tenant whole name
 * @param principal whole name
 * @param model whole name
 * @param version as served or as asked for
 * @param host id of the host
 * @param traceId 32 hexadecimal digits
 * @param kind word as in {@link RecordView}, such as "prediction"
 * @param reason of a refusal or failure
 * @param status gRPC status code
 * @param fromUnixNs completed at or after; 0 for any
 * @param toUnixNs completed before; 0 for any
 */
public record Query(
    String tenant,
    String principal,
    String model,
    String version,
    String host,
    String traceId,
    String kind,
    String reason,
    OptionalInt status,
    long fromUnixNs,
    long toUnixNs) {

  /** Fits every record. */
  public static final Query ALL =
      new Query("", "", "", "", "", "", "", "", OptionalInt.empty(), 0, 0);

  private static final String KIND_PREFIX = "KIND_";

  /** Checks the kind. */
  public Query {
    if (!kind.isEmpty()) {
      Kind.valueOf(KIND_PREFIX + kind.toUpperCase(Locale.ROOT));
    }
    traceId = traceId.toLowerCase(Locale.ROOT);
  }

  /** Wants this tenant. */
  public Query withTenant(String value) {
    return new Query(
        value,
        principal,
        model,
        version,
        host,
        traceId,
        kind,
        reason,
        status,
        fromUnixNs,
        toUnixNs);
  }

  /** Wants this principal. */
  public Query withPrincipal(String value) {
    return new Query(
        tenant, value, model, version, host, traceId, kind, reason, status, fromUnixNs, toUnixNs);
  }

  /** Wants this model. */
  public Query withModel(String value) {
    return new Query(
        tenant,
        principal,
        value,
        version,
        host,
        traceId,
        kind,
        reason,
        status,
        fromUnixNs,
        toUnixNs);
  }

  /** Wants this version, served or asked for. */
  public Query withVersion(String value) {
    return new Query(
        tenant, principal, model, value, host, traceId, kind, reason, status, fromUnixNs, toUnixNs);
  }

  /** Wants this host. */
  public Query withHost(String value) {
    return new Query(
        tenant,
        principal,
        model,
        version,
        value,
        traceId,
        kind,
        reason,
        status,
        fromUnixNs,
        toUnixNs);
  }

  /** Wants this trace. */
  public Query withTraceId(String value) {
    return new Query(
        tenant, principal, model, version, host, value, kind, reason, status, fromUnixNs, toUnixNs);
  }

  /**
   * Wants this kind.
   *
   * @throws IllegalArgumentException when there is no such kind
   */
  public Query withKind(String value) {
    return new Query(
        tenant,
        principal,
        model,
        version,
        host,
        traceId,
        value,
        reason,
        status,
        fromUnixNs,
        toUnixNs);
  }

  /** Wants this reason. */
  public Query withReason(String value) {
    return new Query(
        tenant,
        principal,
        model,
        version,
        host,
        traceId,
        kind,
        value,
        status,
        fromUnixNs,
        toUnixNs);
  }

  /** Wants this gRPC status; then only records of calls fit. */
  public Query withStatus(int value) {
    return new Query(
        tenant,
        principal,
        model,
        version,
        host,
        traceId,
        kind,
        reason,
        OptionalInt.of(value),
        fromUnixNs,
        toUnixNs);
  }

  /** Wants records completed from the first moment on and before the second; 0 for any. */
  public Query withTime(long from, long to) {
    return new Query(
        tenant, principal, model, version, host, traceId, kind, reason, status, from, to);
  }

  /** Whether the record is wanted. */
  public boolean fits(Record record) {
    return fits(tenant, record.getCaller().getTenant())
        && fits(principal, record.getCaller().getPrincipal())
        && fits(model, record.getModel().getName())
        && fitsVersion(record)
        && fits(host, record.getRoute().getHostId())
        && fits(reason, record.getRpc().getReason())
        && (traceId.isEmpty() || traceId.equals(hex(record)))
        && (kind.isEmpty()
            || record.getKind() == Kind.valueOf(KIND_PREFIX + kind.toUpperCase(Locale.ROOT)))
        && fitsStatus(record)
        && (fromUnixNs == 0 || record.getCompletedAt() >= fromUnixNs)
        && (toUnixNs == 0 || record.getCompletedAt() < toUnixNs);
  }

  private boolean fitsVersion(Record record) {
    return fits(version, record.getModel().getVersionServed())
        || version.equals(record.getModel().getVersionAsked());
  }

  private boolean fitsStatus(Record record) {
    return status.isEmpty()
        || (record.hasRpc() && record.getRpc().getStatus() == status.getAsInt());
  }

  private static boolean fits(String wanted, String found) {
    return wanted.isEmpty() || wanted.equals(found);
  }

  private static String hex(Record record) {
    return HexFormat.of().formatHex(record.getRpc().getTraceId().toByteArray());
  }
}
