package io.weighbridge.gateway.attestation;

import static io.weighbridge.gateway.attestation.Statements.BAD;
import static io.weighbridge.gateway.attestation.Statements.GOOD;
import static io.weighbridge.gateway.attestation.Statements.host;
import static io.weighbridge.gateway.attestation.Statements.proven;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.integrity.HostKey;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ProofBoardTest {
  private static final Target V1 = new Target("m", "1", 0, GOOD, 0);
  private static final byte[] ENVELOPE = {1};
  private static final String BOOT_ID = "01" + "00".repeat(15);

  private final FakeLedger ledger = new FakeLedger();
  private final FakeClock clock = new FakeClock();
  private final ProofBoard board =
      new ProofBoard(
          new HostProofs(
              List.of(new EnrolledHost(host(0), HostKey.generate().publicKey(), List.of())),
              AttestationTiming.DEFAULT,
              clock,
              new Seats()),
          clock,
          new AttestationRecords(ledger),
          QuarantineFile.inMemory(),
          _ -> {});
  private long challenged;

  @BeforeEach
  void challengeThenQuarantineAndRelease() {
    board.expect(List.of(V1));
    challenged = board.incarnation(0);
    board.quarantine(0, Alarm.mismatch(V1, BAD));
    assertThat(board.release(0)).isEqualTo(Attestations.Released.DONE);
  }

  @Test
  void aWrongAnswerToAChallengeFromBeforeAReleaseIsVoid() {
    Alarm alarm = Alarm.of("signature_invalid", "");
    board.reject(0, alarm, new ProofBoard.Said(null, ENVELOPE), challenged);
    assertNothingFollowed();

    board.reject(0, alarm, new ProofBoard.Said(null, ENVELOPE), board.incarnation(0));
    assertThat(state()).isEqualTo(HostState.QUARANTINED);
    assertThat(ledger.words()).contains("signature_invalid");
  }

  @Test
  void aStatementFromBeforeAReleaseIsVoidRightOrWrong() {
    assertThat(prove("m/1=BAD#1")).isFalse();
    assertThat(prove("m/1=GOOD#1")).isFalse();
    assertNothingFollowed();
  }

  private boolean prove(String model) {
    return board.prove(0, proven(BOOT_ID, clock.nowNs(), model), ENVELOPE, challenged);
  }

  private void assertNothingFollowed() {
    assertThat(state()).isEqualTo(HostState.CONNECTING);
    assertThat(board.statuses().getFirst().attestations()).isEmpty();
    assertThat(ledger.words()).doesNotContain("signature_invalid", "digest_mismatch", "verified");
  }

  private HostState state() {
    return board.statuses().getFirst().state();
  }
}
