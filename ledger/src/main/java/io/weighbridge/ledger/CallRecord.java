package io.weighbridge.ledger;

import org.jspecify.annotations.Nullable;

/**
 * The fields of one record about a call, filled by the event loop and read once by {@link
 * Lane#append}. Confined to its lane's thread and reused from call to call: {@link #clear} first.
 * Text is UTF-8 already; an empty array means absent.
 *
 * <p>Field for field this is {@code weighbridge.audit.v1.Record} for the kinds PREDICTION, REFUSAL
 * and ATTEMPT.
 */
public final class CallRecord {
  /** The absent text. */
  public static final byte[] NONE = new byte[0];

  // Set by Lane.append.
  public long recordIdHigh;
  public long recordIdLow;

  /** Number of {@code weighbridge.audit.v1.Kind}. */
  public int kind;

  public long receivedAtUnixNs;
  public long completedAtUnixNs;
  public long durationNs;

  public byte[] tenant = NONE;
  public byte[] principal = NONE;

  /** Number of {@code weighbridge.audit.v1.AuthMethod}. */
  public int authMethod;

  public byte[] credentialId = NONE;

  public byte[] method = NONE;
  public int grpcStatus;
  public byte[] reason = NONE;
  public int attempts;
  public long traceIdHigh;
  public long traceIdLow;
  public long spanId;
  public byte[] requestId = NONE;

  /** Bytes of {@link #requestId} in use: the array belongs to a reused call. */
  public int requestIdLength;

  public long streamOrdinal;
  public byte[] idempotencyKey = NONE;

  public byte[] model = NONE;
  public byte[] versionAsked = NONE;
  public byte[] labelUsed = NONE;
  public byte[] versionServed = NONE;

  /** Raw SHA-256, or null when the response carried the expected digest or none. */
  public byte @Nullable [] digestObserved;

  public long routeEpoch;

  /** Number of {@code Route.Rule}. */
  public int rule;

  public int bucket;
  public byte[] hostId = NONE;

  public long requestBytes;
  public long responseBytes;

  /** Raw SHA-256 of the request message, or null when it was not hashed. */
  public byte @Nullable [] requestSha256;

  public byte @Nullable [] responseSha256;

  /** Number of {@code weighbridge.audit.v1.Integrity}. */
  public int integrity;

  public boolean authorised;
  public long attestationLeafPlusOne;
  public long deploymentLeafPlusOne;

  /** For kind ATTEMPT: the call this try belongs to. */
  public long callRecordIdHigh;

  public long callRecordIdLow;
  public int attemptOrdinal;

  /** Forgets everything, so that a field not set is a field absent. */
  public void clear() {
    recordIdHigh = 0;
    recordIdLow = 0;
    kind = 0;
    receivedAtUnixNs = 0;
    completedAtUnixNs = 0;
    durationNs = 0;
    tenant = NONE;
    principal = NONE;
    authMethod = 0;
    credentialId = NONE;
    method = NONE;
    grpcStatus = 0;
    reason = NONE;
    attempts = 0;
    traceIdHigh = 0;
    traceIdLow = 0;
    spanId = 0;
    requestId = NONE;
    requestIdLength = 0;
    streamOrdinal = 0;
    idempotencyKey = NONE;
    model = NONE;
    versionAsked = NONE;
    labelUsed = NONE;
    versionServed = NONE;
    digestObserved = null;
    routeEpoch = 0;
    rule = 0;
    bucket = 0;
    hostId = NONE;
    requestBytes = 0;
    responseBytes = 0;
    requestSha256 = null;
    responseSha256 = null;
    integrity = 0;
    authorised = false;
    attestationLeafPlusOne = 0;
    deploymentLeafPlusOne = 0;
    callRecordIdHigh = 0;
    callRecordIdLow = 0;
    attemptOrdinal = 0;
  }
}
