package io.weighbridge.cli.predict;

import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

/**
 * What a caller saw of one call: enough to find it in the log and to prove what was said. Written
 * by the call's threads in turn (gRPC orders them), read once the call ended.
 */
public final class Observation {
  private static final Metadata.Key<String> VERSION = key("weighbridge-model-version");
  private static final Metadata.Key<String> DIGEST = key("weighbridge-model-digest");
  private static final Metadata.Key<String> RECORD = key("weighbridge-record-id");

  private volatile String modelVersion = "";
  private volatile String modelDigest = "";
  private volatile String recordId = "";
  private volatile String requestSha256 = "";
  private volatile String responseSha256 = "";
  private volatile @Nullable Status status;

  private static Metadata.Key<String> key(String name) {
    return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
  }

  void headers(Metadata headers) {
    modelVersion = orElse(headers.get(VERSION), modelVersion);
    modelDigest = orElse(headers.get(DIGEST), modelDigest);
  }

  void closed(Status ended, Metadata trailers) {
    headers(trailers);
    recordId = orElse(trailers.get(RECORD), recordId);
    status = ended;
  }

  void request(String sha256) {
    requestSha256 = sha256;
  }

  void response(String sha256) {
    responseSha256 = sha256;
  }

  private static String orElse(@Nullable String value, String other) {
    return value == null ? other : value;
  }

  /** Which version answered; empty when none did. */
  public String modelVersion() {
    return modelVersion;
  }

  /** The digest of the model that answered; empty when none was proved. */
  public String modelDigest() {
    return modelDigest;
  }

  /** The record's name in the log; empty when the call never reached a gateway that logs. */
  public String recordId() {
    return recordId;
  }

  /** Hex SHA-256 of the request message as it went out. */
  public String requestSha256() {
    return requestSha256;
  }

  /** Hex SHA-256 of the response message as it came in; empty when none came. */
  public String responseSha256() {
    return responseSha256;
  }

  /** How the call ended; UNKNOWN while it has not. */
  public Status status() {
    Status ended = status;
    return ended == null ? Status.UNKNOWN : ended;
  }
}
