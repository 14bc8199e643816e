package io.weighbridge.cli.predict;

import io.grpc.Metadata;
import io.grpc.Status;
import io.weighbridge.cli.connect.GrpcFailures;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
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
  private final boolean keepsMessages;
  private volatile byte[] requestMessage = {};
  private volatile byte[] responseMessage = {};
  private volatile @Nullable Status status;
  private volatile boolean refused;

  /**
   * Nothing seen yet.
   *
   * @param keepsMessages whether the messages themselves are kept too, not only their hashes
   */
  Observation(boolean keepsMessages) {
    this.keepsMessages = keepsMessages;
  }

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
    refused = !ended.isOk() && GrpcFailures.answered(ended, trailers);
    status = ended;
  }

  void request(byte[] message) {
    requestSha256 = sha256(message);
    requestMessage = keepsMessages ? message : requestMessage;
  }

  void response(byte[] message) {
    responseSha256 = sha256(message);
    responseMessage = keepsMessages ? message : responseMessage;
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
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

  /** The request message as it went out; empty unless messages are kept. Not to be written to. */
  public byte[] requestMessage() {
    return requestMessage;
  }

  /** The response message as it came in; empty unless messages are kept. Not to be written to. */
  public byte[] responseMessage() {
    return responseMessage;
  }

  /** Whether the gateway ended it itself, with a reason. */
  public boolean refused() {
    return refused;
  }

  /** How the call ended; UNKNOWN while it has not. */
  public Status status() {
    Status ended = status;
    return ended == null ? Status.UNKNOWN : ended;
  }
}
