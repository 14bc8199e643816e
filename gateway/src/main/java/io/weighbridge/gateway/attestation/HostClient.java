package io.weighbridge.gateway.attestation;

import com.google.protobuf.ByteString;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.attest.v1.AttestRequest;
import io.weighbridge.attest.v1.AttestationServiceGrpc;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.gateway.call.HostChannel;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.TlsPeer;
import io.weighbridge.integrity.HostPublicKey;
import io.weighbridge.integrity.HostStatements;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Sends challenges to one host and verifies its answers. Confined to the host's attesting thread;
 * {@link #close} may come from any.
 */
final class HostClient implements AutoCloseable {
  /* Well within the 10 s that a nonce is good for. */
  private static final int ANSWER_SECONDS_MAX = 5;
  /* A thousand models of twenty files each. */
  private static final int ENVELOPE_BYTES_MAX = 4 * 1024 * 1024;

  private final Host host;
  private final HostPublicKey key;
  private final String gatewayId;
  private final SecureRandom random = new SecureRandom();
  private volatile @Nullable ManagedChannel channel;

  HostClient(Host host, HostPublicKey key, String gatewayId) {
    this.host = host;
    this.key = key;
    this.gatewayId = gatewayId;
  }

  /** What a challenge gives: one of exactly these. */
  sealed interface Outcome {
    /** Signed by the enrolled key for this challenge. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
    record Answered(HostStatement statement, byte[] envelope) implements Outcome {}

    /** An answer that is not to be believed. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
    record Rejected(Alarm alarm, byte[] envelope) implements Outcome {}

    /** No answer. */
    record Late(String why) implements Outcome {}
  }

  /**
   * Challenges the host and waits for its answer.
   *
   * @param checkpointHash SHA-256 of the ledger's last checkpoint, or empty
   */
  Outcome challenge(long bootEpoch, byte[] checkpointHash) {
    byte[] nonce = new byte[HostStatements.NONCE_BYTES];
    random.nextBytes(nonce);
    AttestRequest request =
        AttestRequest.newBuilder()
            .setNonce(ByteString.copyFrom(nonce))
            .setGatewayId(gatewayId)
            .setBootEpoch(bootEpoch)
            .setCheckpointHash(ByteString.copyFrom(checkpointHash))
            .build();
    byte[] envelope;
    ShownPeer shown = new ShownPeer();
    try {
      envelope =
          AttestationServiceGrpc.newBlockingStub(channel())
              .withInterceptors(shown)
              .withDeadlineAfter(ANSWER_SECONDS_MAX, TimeUnit.SECONDS)
              .attest(request)
              .getEnvelope()
              .toByteArray();
    } catch (StatusRuntimeException e) {
      // A new channel next time: this one would wait out its own, longer backoff first.
      close();
      return new Outcome.Late(text(e.getStatus()));
    } finally {
      if (host.tls() != null) {
        // Each proof is of the key the host shows now, also after it was exchanged.
        close();
      }
    }
    return verify(request, nonce, envelope, shown.peer());
  }

  private Outcome verify(AttestRequest request, byte[] nonce, byte[] envelope, TlsPeer peer) {
    HostStatements.Challenge challenge =
        new HostStatements.Challenge(request.toByteArray(), nonce, gatewayId, host.id());
    return switch (HostStatements.verify(envelope, challenge, key)) {
      case HostStatements.Answer.Proved proved -> bound(proved.statement(), envelope, peer);
      case HostStatements.Answer.Refused refused ->
          new Outcome.Rejected(Alarm.of(refused.reason().word(), refused.detail()), envelope);
    };
  }

  /** A true statement that came over somebody else's connection was relayed. */
  private static Outcome bound(HostStatement statement, byte[] envelope, TlsPeer peer) {
    String said = HexFormat.of().formatHex(statement.getTlsPublicKeyHash().toByteArray());
    if (said.equals(peer.keyHash())) {
      return new Outcome.Answered(statement, envelope);
    }
    return new Outcome.Rejected(
        Alarm.of(
            Alarm.TLS_KEY_MISMATCH,
            "the host says its TLS key is %s, its connection showed %s"
                .formatted(word(said), word(peer.keyHash()))),
        envelope);
  }

  private static String word(String hash) {
    return hash.isEmpty() ? "none" : hash;
  }

  private static String text(Status status) {
    String description = status.getDescription();
    return status.getCode() + (description == null ? "" : ": " + description);
  }

  private ManagedChannel channel() {
    ManagedChannel current = channel;
    if (current == null) {
      current = HostChannel.builder(host, ENVELOPE_BYTES_MAX).build();
      channel = current;
    }
    return current;
  }

  @Override
  public void close() {
    ManagedChannel current = channel;
    channel = null;
    if (current != null) {
      current.shutdownNow();
    }
  }
}
