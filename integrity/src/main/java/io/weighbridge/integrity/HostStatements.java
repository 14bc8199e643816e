package io.weighbridge.integrity;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.attest.v1.FileDigest;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.attest.v1.LoadedModel;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Signs and checks the statement by which a host answers a gateway's challenge. Stateless.
 *
 * <p>A {@link Answer.Proved} answer says: the holder of the enrolled key, asked with this very
 * challenge, said so. It does not say that the host told the truth: without trusted hardware this
 * proves the host agent's word.
 */
public final class HostStatements {
  /** Payload type of the envelope. */
  public static final String PAYLOAD_TYPE =
      "application/vnd.weighbridge.host-statement.v1+protobuf";

  /** Bytes of a challenge's nonce. */
  public static final int NONCE_BYTES = 32;

  /** Bytes of a boot id. */
  public static final int BOOT_ID_BYTES = 16;

  private HostStatements() {}

  /** What checking a statement gives: one of exactly these. */
  public sealed interface Answer {
    /** Signed by the enrolled key for this challenge, and well formed. */
    record Proved(HostStatement statement) implements Answer {}

    /** Not to be believed. */
    record Refused(Reason reason, String detail) implements Answer {}
  }

  /** Why a statement is not to be believed. */
  public enum Reason {
    /** Not an envelope, or not a whole statement. */
    MALFORMED,
    /** No signature of the enrolled key over these bytes. */
    SIGNATURE_INVALID,
    /** Answers another challenge: a replay. */
    NONCE_MISMATCH,
    /** The host saw another request than was sent. */
    CHALLENGE_MISMATCH,
    /** Made for another gateway: a relay. */
    GATEWAY_MISMATCH,
    /** Another host's statement. */
    HOST_MISMATCH;

    /** The stable snake_case word for records and metrics. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What was asked, and of whom.
   *
   * @param request the serialised AttestRequest exactly as sent
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  public record Challenge(byte[] request, byte[] nonce, String gatewayId, String hostId) {}

  /** Signs a statement: the bytes of {@code AttestResponse.envelope}. */
  public static byte[] sign(HostStatement statement, HostKey key) {
    byte[] payload = statement.toByteArray();
    byte[] signature = key.sign(Dsse.pae(PAYLOAD_TYPE, payload));
    return new Dsse.Envelope(
            PAYLOAD_TYPE, payload, List.of(new Dsse.Signature(key.publicKey().keyId(), signature)))
        .toJson();
  }

  /**
   * Checks an answer to a challenge. That a nonce is fresh and used once, and that counters and
   * digests are the expected ones, is for the caller to judge.
   *
   * @param envelope the bytes of {@code AttestResponse.envelope}
   * @param enrolled the key the configuration names for this host
   */
  public static Answer verify(byte[] envelope, Challenge challenge, HostPublicKey enrolled) {
    Dsse.Envelope parsed;
    try {
      parsed = Dsse.parse(envelope);
    } catch (Dsse.MalformedException e) {
      return refused(Reason.MALFORMED, e.getMessage());
    }
    if (!isSignedBy(parsed, enrolled)) {
      return refused(
          Reason.SIGNATURE_INVALID, "no signature by the enrolled key " + enrolled.keyId());
    }
    if (!parsed.payloadType().equals(PAYLOAD_TYPE)) {
      return refused(Reason.MALFORMED, "payload type is " + parsed.payloadType());
    }
    HostStatement statement;
    try {
      statement = HostStatement.parseFrom(parsed.payload());
    } catch (InvalidProtocolBufferException e) {
      return refused(Reason.MALFORMED, "payload is not a HostStatement: " + e.getMessage());
    }
    return judge(statement, challenge);
  }

  private static boolean isSignedBy(Dsse.Envelope envelope, HostPublicKey enrolled) {
    byte[] signed = envelope.signedBytes();
    for (Dsse.Signature signature : envelope.signatures()) {
      if (enrolled.verify(signed, signature.bytes())) {
        return true;
      }
    }
    return false;
  }

  private static Answer judge(HostStatement statement, Challenge challenge) {
    if (!statement.getNonce().equals(ByteString.copyFrom(challenge.nonce))) {
      return refused(Reason.NONCE_MISMATCH, "the statement answers another nonce");
    }
    Digest expected = Digest.sha256(challenge.request);
    if (!statement.getChallengeHash().equals(ByteString.copyFrom(expected.bytes()))) {
      return refused(Reason.CHALLENGE_MISMATCH, "the host saw another request than " + expected);
    }
    if (!statement.getGatewayId().equals(challenge.gatewayId)) {
      return refused(
          Reason.GATEWAY_MISMATCH,
          "expected gateway " + challenge.gatewayId + ", found " + statement.getGatewayId());
    }
    if (!statement.getHostId().equals(challenge.hostId)) {
      return refused(
          Reason.HOST_MISMATCH,
          "expected host " + challenge.hostId + ", found " + statement.getHostId());
    }
    String fault = faultIn(statement);
    return fault.isEmpty() ? new Answer.Proved(statement) : refused(Reason.MALFORMED, fault);
  }

  /** What is wrong with the content, or the empty string. */
  private static String faultIn(HostStatement statement) {
    if (statement.getBootId().size() != BOOT_ID_BYTES) {
      return "boot_id has " + statement.getBootId().size() + " bytes, not " + BOOT_ID_BYTES;
    }
    Set<String> seen = new HashSet<>();
    for (LoadedModel model : statement.getModelsList()) {
      String what = "model " + model.getName() + " version " + model.getVersion();
      if (!seen.add(model.getName() + '\0' + model.getVersion())) {
        return what + " stands twice";
      }
      String fault = faultIn(model);
      if (!fault.isEmpty()) {
        return what + ": " + fault;
      }
    }
    return "";
  }

  /** The root must follow from the files listed: else one statement would say two things. */
  private static String faultIn(LoadedModel model) {
    if (model.getName().isEmpty() || model.getVersion().isEmpty()) {
      return "name or version is empty";
    }
    if (model.getLoadGeneration() == 0) {
      return "load_generation is 0";
    }
    List<ModelManifest.Entry> entries = new ArrayList<>(model.getFilesCount());
    try {
      Digest root = Digest.ofBytes(model.getRootDigest().toByteArray());
      for (FileDigest file : model.getFilesList()) {
        Digest digest = Digest.ofBytes(file.getSha256().toByteArray());
        entries.add(new ModelManifest.Entry(file.getName(), digest, file.getSizeBytes()));
      }
      Digest computed = ModelManifest.of(entries).rootDigest();
      return computed.equals(root) ? "" : "root is " + root + ", but its files give " + computed;
    } catch (IllegalArgumentException e) {
      return e.getMessage() == null ? "bad digest" : e.getMessage();
    }
  }

  private static Answer refused(Reason reason, @Nullable String detail) {
    return new Answer.Refused(reason, detail == null ? "" : detail);
  }
}
