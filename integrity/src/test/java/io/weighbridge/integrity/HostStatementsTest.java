package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.weighbridge.attest.v1.AttestRequest;
import io.weighbridge.attest.v1.CallCounters;
import io.weighbridge.attest.v1.FileDigest;
import io.weighbridge.attest.v1.HashPoint;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.attest.v1.LoadedModel;
import io.weighbridge.integrity.HostStatements.Answer;
import io.weighbridge.integrity.HostStatements.Challenge;
import io.weighbridge.integrity.HostStatements.Reason;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class HostStatementsTest {
  private static final byte[] NONCE = new byte[HostStatements.NONCE_BYTES];
  private static final AttestRequest REQUEST =
      AttestRequest.newBuilder()
          .setNonce(ByteString.copyFrom(NONCE))
          .setGatewayId("gw-1")
          .setBootEpoch(7)
          .build();
  private static final Challenge CHALLENGE =
      new Challenge(REQUEST.toByteArray(), NONCE, "gw-1", "host-a");

  private final HostKey key = HostKey.generate();

  @Test
  void provesAStatementMadeForThisChallenge() {
    HostStatement statement = statement().build();
    Answer answer = verify(HostStatements.sign(statement, key));
    assertThat(answer).isEqualTo(new Answer.Proved(statement));
  }

  @Test
  void refusesAnotherKeysSignature() {
    byte[] envelope = HostStatements.sign(statement().build(), HostKey.generate());
    assertRefused(envelope, Reason.SIGNATURE_INVALID);
  }

  @Test
  void refusesEveryFlippedBitOfPayloadAndSignature() throws Exception {
    Dsse.Envelope envelope = Dsse.parse(HostStatements.sign(statement().build(), key));
    byte[] payload = envelope.payload();
    for (int bit = 0; bit < payload.length * 8; bit++) {
      payload[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(envelope.toJson(), Reason.SIGNATURE_INVALID);
      payload[bit / 8] ^= (byte) (1 << bit % 8);
    }
    byte[] signature = envelope.signatures().get(0).bytes();
    for (int bit = 0; bit < signature.length * 8; bit++) {
      signature[bit / 8] ^= (byte) (1 << bit % 8);
      assertRefused(envelope.toJson(), Reason.SIGNATURE_INVALID);
      signature[bit / 8] ^= (byte) (1 << bit % 8);
    }
    assertThat(verify(envelope.toJson())).isInstanceOf(Answer.Proved.class);
  }

  @Test
  void keyIdIsOnlyAHint() {
    HostStatement statement = statement().build();
    byte[] payload = statement.toByteArray();
    byte[] signature = key.sign(Dsse.pae(HostStatements.PAYLOAD_TYPE, payload));
    Dsse.Envelope envelope =
        new Dsse.Envelope(
            HostStatements.PAYLOAD_TYPE,
            payload,
            List.of(
                new Dsse.Signature("somebody", new byte[64]), new Dsse.Signature("", signature)));
    assertThat(verify(envelope.toJson())).isEqualTo(new Answer.Proved(statement));
  }

  @Test
  void refusesReplayRelayAndMixUp() {
    assertRefused(
        signed(statement().setNonce(ByteString.copyFrom(new byte[31]))), Reason.NONCE_MISMATCH);
    assertRefused(
        signed(statement().setChallengeHash(ByteString.copyFrom(new byte[32]))),
        Reason.CHALLENGE_MISMATCH);
    assertRefused(signed(statement().setGatewayId("gw-2")), Reason.GATEWAY_MISMATCH);
    assertRefused(signed(statement().setHostId("host-b")), Reason.HOST_MISMATCH);
  }

  @Test
  void refusesContentThatContradictsItself() {
    assertRefused(signed(statement().clearBootId()), Reason.MALFORMED);
    assertRefused(signed(statement().addModels(model("1"))), Reason.MALFORMED);
    for (LoadedModel.Builder bad :
        List.of(
            model("2").setRootDigest(ByteString.copyFrom(new byte[32])),
            model("2").setRootDigest(ByteString.EMPTY),
            model("2").clearFiles(),
            model("2").addFiles(FileDigest.newBuilder().setName("../x")),
            model("2").setLoadGeneration(0),
            model("2").clearName())) {
      assertRefused(signed(statement().addModels(bad)), Reason.MALFORMED);
    }
    assertThat(verify(signed(statement().addModels(model("2"))))).isInstanceOf(Answer.Proved.class);
  }

  @Test
  void refusesWhatIsNoEnvelopeOrNoStatement() {
    assertRefused(new byte[0], Reason.MALFORMED);
    assertRefused("{}".getBytes(StandardCharsets.US_ASCII), Reason.MALFORMED);
    byte[] truncated = {0x0A, 0x7F};
    byte[] signature = key.sign(Dsse.pae(HostStatements.PAYLOAD_TYPE, truncated));
    assertRefused(envelope(HostStatements.PAYLOAD_TYPE, truncated, signature), Reason.MALFORMED);
    byte[] payload = statement().build().toByteArray();
    assertRefused(
        envelope("text/plain", payload, key.sign(Dsse.pae("text/plain", payload))),
        Reason.MALFORMED);
    assertRefused(
        envelope("text/plain", payload, key.sign(Dsse.pae(HostStatements.PAYLOAD_TYPE, payload))),
        Reason.SIGNATURE_INVALID);
  }

  @Test
  void reasonsHaveStableWords() {
    assertThat(Reason.values())
        .extracting(Reason::word)
        .containsExactly(
            "malformed",
            "signature_invalid",
            "nonce_mismatch",
            "challenge_mismatch",
            "gateway_mismatch",
            "host_mismatch");
  }

  private static byte[] envelope(String type, byte[] payload, byte[] signature) {
    return new Dsse.Envelope(type, payload, List.of(new Dsse.Signature("", signature))).toJson();
  }

  private byte[] signed(HostStatement.Builder statement) {
    return HostStatements.sign(statement.build(), key);
  }

  private Answer verify(byte[] envelope) {
    return HostStatements.verify(envelope, CHALLENGE, key.publicKey());
  }

  private void assertRefused(byte[] envelope, Reason reason) {
    assertThat(verify(envelope))
        .isInstanceOfSatisfying(
            Answer.Refused.class, refused -> assertThat(refused.reason()).isEqualTo(reason));
  }

  private static HostStatement.Builder statement() {
    return HostStatement.newBuilder()
        .setNonce(REQUEST.getNonce())
        .setChallengeHash(ByteString.copyFrom(Digest.sha256(REQUEST.toByteArray()).bytes()))
        .setGatewayId("gw-1")
        .setHostId("host-a")
        .setBootId(ByteString.copyFrom(new byte[HostStatements.BOOT_ID_BYTES]))
        .setProcessStartedAt(1)
        .setCounters(CallCounters.newBuilder().setStarted(3))
        .addModels(model("1"));
  }

  private static LoadedModel.Builder model(String version) {
    ModelManifest.Entry file =
        ModelManifest.Entry.of("model.onnx", version.getBytes(StandardCharsets.UTF_8));
    return LoadedModel.newBuilder()
        .setName("minilm")
        .setVersion(version)
        .setLoadGeneration(1)
        .setRootDigest(ByteString.copyFrom(ModelManifest.of(List.of(file)).rootDigest().bytes()))
        .addFiles(
            FileDigest.newBuilder()
                .setName(file.name())
                .setSha256(ByteString.copyFrom(file.digest().bytes()))
                .setSizeBytes(file.sizeBytes()))
        .setHashPoint(HashPoint.HASH_POINT_WHILE_LOADING);
  }
}
