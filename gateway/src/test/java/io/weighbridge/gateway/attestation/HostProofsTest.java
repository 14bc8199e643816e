package io.weighbridge.gateway.attestation;

import static io.weighbridge.gateway.attestation.Statements.BAD;
import static io.weighbridge.gateway.attestation.Statements.GOOD;
import static io.weighbridge.gateway.attestation.Statements.counting;
import static io.weighbridge.gateway.attestation.Statements.host;
import static io.weighbridge.gateway.attestation.Statements.proven;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.integrity.HostKey;
import io.weighbridge.integrity.HostPublicKey;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostProofsTest {
  private static final HostPublicKey KEY = HostKey.generate().publicKey();
  private static final Target V1 = new Target("m", "1", 0, GOOD, 0);
  private static final Target OPEN = new Target("open", "1", 3, null, 0);

  private final FakeClock clock = new FakeClock();
  private final HostProofs proofs =
      new HostProofs(
          List.of(
              new EnrolledHost(host(0), KEY, List.of()),
              new EnrolledHost(host(1), KEY, List.of()),
              new EnrolledHost(
                  host(2),
                  null,
                  List.of(
                      new EnrolledHost.Serves("open", "1"), new EnrolledHost.Serves("m", "1")))),
          AttestationTiming.DEFAULT,
          clock,
          new Seats());

  @BeforeEach
  void configure() {
    assertThat(proofs.expect(List.of(V1, OPEN))).isEmpty();
  }

  @Test
  void nobodyServesBeforeTheFirstProof() {
    assertThat(states()).containsExactly("connecting", "connecting", "unattested");
    assertThat(servers(V1)).isEmpty();
  }

  @Test
  void aHostWithoutAKeyServesOnlyWhatNeedsNoProof() {
    assertThat(servers(OPEN)).containsExactly("host-2 UNVERIFIED");
    assertThat(servers(V1)).isEmpty();
    assertThat(proofs.knownHosts("m", "1")).isEqualTo(1);
  }

  @Test
  void aProofOpensTheVersionsItHolds() {
    assertThat(prove(0, "a", "m/1=GOOD#4", "other/9=BAD#1")).isNull();
    Eligible eligible = proofs.table().eligible(V1.slot())[0];
    assertThat(eligible.host().id()).isEqualTo("host-0");
    assertThat(eligible.proof()).isEqualTo(Proof.VERIFIED);
    assertThat(eligible.bootId()).isEqualTo("a");
    assertThat(eligible.loadGeneration()).isEqualTo(4);
    assertThat(eligible.attestationLeafPlusOne()).isEqualTo(101);
    assertThat(states()).startsWith("proved");
    assertThat(proofs.knownHosts("other", "9")).isEqualTo(1);
  }

  @Test
  void anEnrolledHostMayServeWhatNeedsNoProof() {
    prove(0, "a", "open/1=BAD#1");
    assertThat(servers(OPEN)).containsExactly("host-0 UNVERIFIED", "host-2 UNVERIFIED");
  }

  @Test
  void aLateHostServesUntilItsProofIsThreePeriodsOld() {
    prove(0, "a", "m/1=GOOD#1");
    prove(1, "b", "m/1=GOOD#1");
    clock.passSeconds(170);
    prove(1, "b", "m/1=GOOD#1");
    assertThat(late(0)).isTrue();
    assertThat(late(0)).isFalse();
    assertThat(states()).startsWith("stale", "proved");
    clock.passSeconds(10);
    assertThat(proofs.tick()).isEmpty();
    assertThat(servers(V1)).containsExactly("host-0 VERIFIED", "host-1 VERIFIED");
    clock.passNs(1);
    assertThat(proofs.tick()).containsExactly(new HostProofs.Expired(0));
    assertThat(states()).startsWith("expired", "proved");
    assertThat(servers(V1)).containsExactly("host-1 VERIFIED");
  }

  @Test
  void aLateHostReturnsByItself() {
    prove(0, "a", "m/1=GOOD#1");
    clock.passSeconds(1_000);
    late(0);
    assertThat(states()).startsWith("expired");
    prove(0, "a", "m/1=GOOD#1");
    assertThat(states()).startsWith("proved");
    assertThat(servers(V1)).containsExactly("host-0 VERIFIED");
  }

  @Test
  void theLastHostServesOnAsStaleForALimitedTime() {
    prove(0, "a", "m/1=GOOD#1");
    clock.passSeconds(1);
    prove(1, "b", "m/1=GOOD#1");
    clock.passSeconds(181);
    proofs.tick();
    assertThat(states()).startsWith("expired", "expired");
    assertThat(servers(V1)).containsExactly("host-1 STALE");
    clock.passSeconds(15 * 60 - 1);
    assertThat(servers(V1)).containsExactly("host-1 STALE");
    clock.passNs(1);
    assertThat(servers(V1)).isEmpty();
  }

  @Test
  void saysWhenTimeAloneChangesTheTable() {
    assertThat(proofs.untilNextChangeNs()).isEqualTo(Long.MAX_VALUE);
    prove(0, "a", "m/1=GOOD#1");
    clock.passNs(proofs.untilNextChangeNs() - 1);
    assertThat(servers(V1)).containsExactly("host-0 VERIFIED");
    clock.passNs(1);
    assertThat(servers(V1)).containsExactly("host-0 STALE");
    clock.passNs(proofs.untilNextChangeNs() - 1);
    assertThat(servers(V1)).containsExactly("host-0 STALE");
    clock.passNs(1);
    assertThat(servers(V1)).isEmpty();
    assertThat(proofs.untilNextChangeNs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aHostThatNeverAnsweredIsUnreachable() {
    assertThat(late(0)).isTrue();
    assertThat(states()).startsWith("unreachable");
    assertThat(proofs.host(0).reason).isEqualTo("UNAVAILABLE");
  }

  @Test
  void aWrongDigestIsAnAlarm() {
    Alarm alarm = prove(0, "a", "m/1=BAD#1");
    assertThat(alarm)
        .isNotNull()
        .returns("digest_mismatch", Alarm::reason)
        .returns(GOOD, Alarm::expected)
        .returns(BAD, Alarm::observed);
    assertThat(servers(V1)).isEmpty();
  }

  @Test
  void quarantineLastsUntilRelease() {
    prove(0, "a", "m/1=GOOD#1");
    assertThat(proofs.quarantine(0, Alarm.mismatch(V1, BAD))).isTrue();
    assertThat(proofs.quarantine(0, Alarm.mismatch(V1, BAD))).isFalse();
    assertThat(states()).startsWith("quarantined");
    assertThat(servers(V1)).isEmpty();

    assertThat(prove(0, "a", "m/1=GOOD#1")).isNull();
    assertThat(late(0)).isFalse();
    assertThat(states()).startsWith("quarantined");

    assertThat(proofs.release(0)).isTrue();
    assertThat(proofs.release(0)).isFalse();
    assertThat(states()).startsWith("connecting");
    assertThat(servers(V1)).isEmpty();
    prove(0, "a", "m/1=GOOD#1");
    assertThat(servers(V1)).containsExactly("host-0 VERIFIED");
    assertThat(proofs.host(0).alarms).containsEntry("digest_mismatch", 1L);
  }

  @Test
  void anAnswerToAChallengeFromBeforeAQuarantineDoesNotCount() {
    long incarnation = proofs.host(0).incarnation;
    proofs.quarantine(0, Alarm.mismatch(V1, BAD));
    proofs.release(0);
    proofs.prove(0, proven("a", clock.nowNs(), "m/1=GOOD#1"), incarnation);
    assertThat(states()).startsWith("connecting");
    assertThat(proofs.late(0, "UNAVAILABLE", incarnation)).isFalse();
  }

  @Test
  void aVersionConfiguredLaterIsCheckedAgainstWhatHostsHold() {
    prove(0, "a", "m/1=GOOD#1", "m/2=BAD#1");
    Target second = new Target("m", "2", 7, GOOD, 0);
    List<HostProofs.Found> found = proofs.expect(List.of(V1, second));
    assertThat(found).hasSize(1);
    assertThat(found.getFirst().host()).isZero();
    assertThat(found.getFirst().alarm().version()).isEqualTo("2");
    assertThat(servers(V1)).containsExactly("host-0 VERIFIED");
    assertThat(servers(second)).isEmpty();
  }

  @Test
  void aRestartedProcessStartsCountingAnew() {
    accept(0, counting(proven("a", clock.nowNs(), "m/1=GOOD#5"), 10, 9));
    assertThat(accept(0, counting(proven("b", clock.nowNs(), "m/1=GOOD#1"), 0, 0))).isNull();
    assertThat(proofs.table().eligible(0)[0].bootId()).isEqualTo("b");
  }

  @Test
  void countersOfOneProcessNeverGoBack() {
    accept(0, counting(proven("a", clock.nowNs(), "m/1=GOOD#5"), 10, 9));
    assertThat(accept(0, counting(proven("a", clock.nowNs(), "m/1=GOOD#5"), 10, 9))).isNull();
    assertThat(accept(0, counting(proven("a", clock.nowNs(), "m/1=GOOD#5"), 10, 8)))
        .isNotNull()
        .returns("counter_decreased", Alarm::reason);
    assertThat(accept(0, counting(proven("a", clock.nowNs(), "m/1=GOOD#4"), 10, 9)))
        .isNotNull()
        .returns("counter_decreased", Alarm::reason);
  }

  @Test
  void aLoadGenerationHasOneDigest() {
    prove(0, "a", "other/1=GOOD#5");
    assertThat(prove(0, "a", "other/1=BAD#6")).isNull();
    assertThat(prove(0, "a", "other/1=GOOD#6"))
        .isNotNull()
        .returns("generation_reused", Alarm::reason);
  }

  @Test
  void aProcessThatComesBackIsASecondOne() {
    prove(0, "a", "m/1=GOOD#1");
    prove(0, "b", "m/1=GOOD#1");
    assertThat(prove(0, "a", "m/1=GOOD#1")).isNotNull().returns("boot_id_conflict", Alarm::reason);
  }

  @Test
  void aConnectionMayShowARestartBeforeItIsProved() {
    prove(0, "a", "m/1=GOOD#1");
    assertThat(proofs.seen(0, "a")).isNull();
    assertThat(proofs.seen(0, "b")).isNull();
    assertThat(proofs.seen(0, "b")).isNull();
    prove(0, "b", "m/1=GOOD#1");
    assertThat(proofs.seen(0, "b")).isNull();
    assertThat(proofs.seen(0, "a")).as("a late answer of the old process").isNull();
  }

  @Test
  void aConnectionToAProcessThatDoesNotProveItselfIsAConflict() {
    prove(0, "a", "m/1=GOOD#1");
    long challengedBeforeNs = clock.nowNs();
    clock.passSeconds(1);
    assertThat(proofs.seen(0, "b")).isNull();
    accept(0, proven("a", challengedBeforeNs, "m/1=GOOD#1"));
    assertThat(proofs.seen(0, "b")).as("the challenge may be older than the restart").isNull();
    clock.passSeconds(1);
    prove(0, "a", "m/1=GOOD#1");
    assertThat(proofs.seen(0, "b")).isNotNull().returns("boot_id_conflict", Alarm::reason);
  }

  private @Nullable Alarm prove(int host, String bootId, String... models) {
    return accept(host, proven(bootId, clock.nowNs(), models));
  }

  private @Nullable Alarm accept(int host, Proven proven) {
    return proofs.prove(host, proven.recordedAt(100), proofs.host(host).incarnation);
  }

  private boolean late(int host) {
    return proofs.late(host, "UNAVAILABLE", proofs.host(host).incarnation);
  }

  private List<String> states() {
    return proofs.all().stream().map(host -> host.state.word()).toList();
  }

  private List<String> servers(Target target) {
    return Arrays.stream(proofs.table().eligible(target.slot()))
        .map(eligible -> eligible.host().id() + " " + eligible.proof())
        .toList();
  }
}
