package io.weighbridge.gateway.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.google.protobuf.ByteString;
import io.weighbridge.attest.v1.CallCounters;
import io.weighbridge.attest.v1.LoadedModel;
import io.weighbridge.audit.v1.Attestation;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.integrity.Digest;
import io.weighbridge.integrity.HostKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

class AttestationsTest {
  private static final Target TARGET = new Target("m", "1", 0, FakeHost.digestOf(1), 0);
  private static final AttestationTiming FAST =
      new AttestationTiming(TimeUnit.MILLISECONDS.toNanos(600), 0);
  private static final AttestationTiming SLOW = AttestationTiming.DEFAULT;

  @TempDir private Path folder;
  private final FakeLedger ledger = new FakeLedger();
  private final HostCounters counters = new HostCounters(1);
  private FakeHost fake;
  private Host host;
  private Attestations attestations;
  private volatile HostTable table = HostTable.empty();

  @BeforeEach
  void startHost() throws IOException {
    fake = new FakeHost("host-a");
    host = new Host(0, "host-a", fake.address());
    attestations = make(SLOW);
  }

  @AfterEach
  void stop() throws InterruptedException {
    attestations.close();
    fake.stop();
    ((Logger) LoggerFactory.getLogger(ProofBoard.class)).detachAndStopAllAppenders();
  }

  private Attestations make(AttestationTiming timing) {
    EnrolledHost enrolled = new EnrolledHost(host, fake.enrolled.publicKey(), List.of());
    return make(timing, enrolled);
  }

  private Attestations make(AttestationTiming timing, EnrolledHost enrolled) {
    try {
      return new Attestations(
          new Enrolment("gw-1", List.of(enrolled), new Seats()),
          timing,
          ledger,
          NanoClock.SYSTEM,
          counters,
          QuarantineFile.open(folder.resolve("quarantined")),
          this::publish);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void attest(AttestationTiming timing) {
    attestations = make(timing);
    attestations.routesChanged(List.of(TARGET));
    attestations.start();
  }

  private void publish(HostTable next) {
    // A proof in the table must be in the ledger already.
    for (Eligible eligible : next.eligible(TARGET.slot())) {
      assertThat(eligible.attestationLeafPlusOne()).isBetween(1L, (long) ledger.records.size());
    }
    table = next;
  }

  @Test
  void aHostThatProvesTheExpectedDigestServes() throws Exception {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    Eligible eligible = table.eligible(0)[0];
    assertThat(eligible.proof()).isEqualTo(Proof.VERIFIED);
    assertThat(eligible.bootId()).isEqualTo("01" + "00".repeat(15));
    assertThat(eligible.loadGeneration()).isEqualTo(1);

    Record leaf = ledger.records.get((int) eligible.attestationLeafPlusOne() - 1);
    Attestation detail = leaf.getAttestation();
    assertThat(leaf.getKind()).isEqualTo(Kind.KIND_ATTESTATION);
    assertThat(detail.getResult()).isEqualTo("verified");
    assertThat(detail.getBinding()).isEqualTo("none");
    assertThat(detail.getEnvelopeSha256().size()).isEqualTo(32);
    assertThat(detail.getModels(0).getExpected()).isTrue();
    assertThat(detail.getModels(0).getHashPoint()).isEqualTo("while_loading");
    assertThat(attestations.versionHosts("m", "1")).isEqualTo(new Attestations.VersionHosts(1, 1));
    assertThat(attestations.versionHosts("m", "2")).isEqualTo(new Attestations.VersionHosts(0, 0));
  }

  @Test
  void aWayOfHashingThatOnlyANewerHostKnowsIsUnknown() {
    fake.twist =
        statement -> {
          statement.getModelsBuilder(0).setHashPointValue(99);
          return statement;
        };
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    assertThat(attestations.hosts().getFirst().models().getFirst().hashPoint())
        .isEqualTo("unknown");
    assertThat(ledger.records.getFirst().getAttestation().getModels(0).getHashPoint())
        .isEqualTo("unknown");
  }

  @Test
  void whatAHostSaysBeyondWhatIsConfiguredIsShownInPart() {
    fake.twist =
        statement -> {
          LoadedModel known = statement.getModels(0);
          statement.removeModels(0);
          statement.addModels(known.toBuilder().setName("x".repeat(1 << 10)));
          for (int i = 0; i < 1_000; i++) {
            statement.addModels(known.toBuilder().setName("other-" + i));
          }
          return statement.addModels(known);
        };
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    HostStatus status = attestations.hosts().getFirst();
    assertThat(status.models())
        .hasSize(HostStatuses.OTHERS_MAX + 1)
        .extracting(HostStatus.HeldModel::name)
        .startsWith("other-0")
        .endsWith("m");
    assertThat(status.modelsLeftOut()).isEqualTo(1_002 - status.models().size());
  }

  @Test
  void asksAgainEveryPeriodAndLinksToTheLatestRecord() {
    attest(FAST);
    await().until(() -> fake.asked.get() >= 3);
    await()
        .until(() ->
            table.eligible(0).length == 1 && table.eligible(0)[0].attestationLeafPlusOne() > 2);
    assertThat(ledger.words()).containsOnly("verified");
  }

  @Test
  void aTamperedModelQuarantinesItsHostUntilReleased() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    fake.content = 2;
    attestations.generationChanged(host);
    await().until(() -> table.eligible(0).length == 0);
    await().until(() -> ledger.words().size() == 3);
    assertThat(ledger.words())
        .containsExactlyInAnyOrder("verified", "digest_mismatch", "ALARM digest_mismatch");
    Record alarm =
        ledger.records.stream()
            .filter(found -> found.getKind() == Kind.KIND_INTEGRITY_ALARM)
            .findFirst()
            .orElseThrow();
    assertThat(hex(alarm.getIntegrityAlarm().getExpected())).isEqualTo(FakeHost.digestOf(1));
    assertThat(hex(alarm.getIntegrityAlarm().getObserved())).isEqualTo(FakeHost.digestOf(2));
    HostStatus status = attestations.hosts().getFirst();
    assertThat(status.state()).isEqualTo(HostState.QUARANTINED);
    assertThat(status.reason()).contains("digest_mismatch", FakeHost.digestOf(2));
    assertThat(status.alarms()).containsEntry("digest_mismatch", 1L);
    assertThat(status.models().getFirst().digest()).isEqualTo(FakeHost.digestOf(2));
    assertThat(status.models().getFirst().expected()).isFalse();

    fake.content = 1;
    int askedBefore = fake.asked.get();
    attestations.generationChanged(host);
    assertThat(fake.asked.get()).as("a quarantined host is not asked").isEqualTo(askedBefore);
    assertThat(attestations.release("host-a")).isEqualTo(Attestations.Released.DONE);
    assertThat(state()).as("judged before the answer").isEqualTo(HostState.PROVED);
    assertThat(table.eligible(0)).hasSize(1);
    assertThat(ledger.words()).endsWith("released", "verified");
    assertThat(attestations.release("host-a")).isEqualTo(Attestations.Released.NOT_QUARANTINED);
    assertThat(attestations.release("host-x")).isEqualTo(Attestations.Released.UNKNOWN_HOST);
  }

  @Test
  void aReleasedHostThatIsStillWrongIsQuarantinedAgain() {
    fake.content = 2;
    attest(SLOW);
    await().until(() -> ledger.words().contains("ALARM digest_mismatch"));
    assertThat(attestations.release("host-a")).isEqualTo(Attestations.Released.DONE);
    assertThat(state()).as("judged before the answer").isEqualTo(HostState.QUARANTINED);
    await().until(() -> ledger.words().stream().filter("digest_mismatch"::equals).count() == 2);
    assertThat(table.eligible(0)).isEmpty();
  }

  @Test
  void aReleasedHostThatIsSilentIsUnreachable() {
    fake.content = 2;
    attest(SLOW);
    await().until(() -> state() == HostState.QUARANTINED);
    fake.silent = true;
    assertThat(attestations.release("host-a")).isEqualTo(Attestations.Released.DONE);
    assertThat(state()).isEqualTo(HostState.UNREACHABLE);
  }

  @Test
  void aMismatchSeenByACallQuarantinesTheHost() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    for (int i = 0; i < 1_000; i++) {
      attestations.mismatch(host, TARGET, FakeHost.digestOf(9));
    }
    await().until(() -> table.eligible(0).length == 0);
    await().until(() -> ledger.words().contains("ALARM digest_mismatch"));
    assertThat(ledger.words()).containsOnlyOnce("ALARM digest_mismatch");
  }

  @Test
  void anAnswerWithoutADigestQuarantinesTheHost() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    attestations.mismatch(host, TARGET, null);
    await().until(() -> ledger.words().contains("ALARM digest_mismatch"));
    assertThat(table.eligible(0)).isEmpty();
  }

  @Test
  void anotherKeyIsNotBelieved() {
    fake.signing = HostKey.generate();
    attest(SLOW);
    await().until(() -> ledger.words().contains("ALARM signature_invalid"));
    assertThat(table.eligible(0)).isEmpty();
  }

  @Test
  void aReplayedAnswerIsNotBelieved() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    fake.replaying = true;
    attestations.generationChanged(host);
    await().until(() -> ledger.words().contains("ALARM nonce_mismatch"));
    assertThat(table.eligible(0)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"gateway, gateway_mismatch", "host, host_mismatch", "hash, challenge_mismatch"})
  void anAnswerMadeForAnotherIsNotBelieved(String field, String reason) {
    fake.twist =
        switch (field) {
          case "gateway" -> statement -> statement.setGatewayId("gw-2");
          case "host" -> statement -> statement.setHostId("host-b");
          default -> statement -> statement.setChallengeHash(ByteString.copyFrom(new byte[32]));
        };
    attest(SLOW);
    await().until(() -> ledger.words().contains("ALARM " + reason));
    assertThat(table.eligible(0)).isEmpty();
  }

  @Test
  void aSilentHostIsStaleThenExpiredThenBackByItself() {
    attest(FAST);
    await().until(() -> table.eligible(0).length == 1);
    fake.silent = true;
    await().until(() -> state() == HostState.STALE);
    assertThat(table.eligible(0)).hasSize(1);
    await().until(() -> state() == HostState.EXPIRED);
    assertThat(table.eligible(0)).isEmpty();
    assertThat(attestations.hosts().getFirst().reason()).isEqualTo("UNAVAILABLE: busy");
    await().until(() -> ledger.words().contains("expired"));
    assertThat(ledger.words()).contains("late");
    fake.silent = false;
    await().until(() -> state() == HostState.PROVED);
    assertThat(table.eligible(0)).hasSize(1);
  }

  @Test
  void whatAHostSaysInsteadOfAProofIsShownInOneShortLine() {
    ListAppender<ILoggingEvent> log = log();
    fake.silence = "x\nERROR forged\u001b[2J" + "a".repeat(4_000);
    fake.silent = true;
    attest(SLOW);
    await().until(() -> state() == HostState.UNREACHABLE);
    await().until(() -> !log.list.isEmpty());
    assertThat(attestations.hosts().getFirst().reason())
        .matches("[ -~]{10,300}")
        .startsWith("UNAVAILABLE: x?ERROR forged?[2J");
    assertThat(log.list.getFirst().getFormattedMessage()).matches("[ -~]{10,500}");
  }

  @Test
  void whatAHostSignsOrNotIsShownInOneShortLine() {
    ListAppender<ILoggingEvent> log = log();
    String key = "k\\u001b[2J\\n" + "a".repeat(20_000);
    fake.garbage = ("{\"" + key + "\":1,\"" + key + "\":2}").getBytes(UTF_8);
    attest(SLOW);
    await().until(() -> state() == HostState.QUARANTINED);
    await().until(() -> !log.list.isEmpty());
    assertThat(attestations.hosts().getFirst().reason())
        .startsWith("malformed: ")
        .contains("k?[2J?")
        .matches("[ -~]{10,330}");
    assertThat(log.list.getFirst().getFormattedMessage()).matches("[ -~]{10,500}");
  }

  private static ListAppender<ILoggingEvent> log() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.list = new CopyOnWriteArrayList<>();
    log.start();
    ((Logger) LoggerFactory.getLogger(ProofBoard.class)).addAppender(log);
    return log;
  }

  @Test
  void aHostThatIsDownIsUnreachableAndProvesItselfWhenItComes() throws Exception {
    fake.stop();
    attest(FAST);
    await().until(() -> state() == HostState.UNREACHABLE);
    assertThat(attestations.hosts().getFirst().proofAgeNs()).isNegative();
    FakeHost started = new FakeHost("host-a", fake.address().getPort());
    started.signing = fake.enrolled;
    await().until(() -> table.eligible(0).length == 1);
    started.stop();
  }

  @Test
  void aProofThatIsNotRecordedDoesNotCount() {
    ledger.failing = true;
    attest(FAST);
    await().until(() -> state() == HostState.UNREACHABLE);
    assertThat(attestations.hosts().getFirst().reason()).isEqualTo("audit_unavailable");
    assertThat(table.eligible(0)).isEmpty();
    ledger.failing = false;
    await().until(() -> table.eligible(0).length == 1);
  }

  @Test
  void aQuarantineActsAtOnceAndIsRecordedWhenTheLedgerCan() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    ledger.failing = true;
    attestations.mismatch(host, TARGET, FakeHost.digestOf(9));
    await().until(() -> table.eligible(0).length == 0);
    assertThat(attestations.release("host-a")).isEqualTo(Attestations.Released.NOT_RECORDED);
    ledger.failing = false;
    await().until(() -> ledger.words().contains("ALARM digest_mismatch"));
  }

  @Test
  void aNewBootIdOnAConnectionAsksTheHostAtOnce() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    fake.bootId = 2;
    String bootId = "02" + "00".repeat(15);
    attestations.connectionChanged(host, bootId);
    await().until(() -> table.eligible(0)[0].bootId().equals(bootId));
    assertThat(state()).isEqualTo(HostState.PROVED);
  }

  @Test
  void askingAgainIsLimitedWhateverThePathReports() {
    long beganNs = System.nanoTime();
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    while (fake.asked.get() < 3) {
      attestations.generationChanged(host);
      attestations.connectionChanged(host, "");
      Thread.onSpinWait();
    }
    assertThat(System.nanoTime() - beganNs).isGreaterThanOrEqualTo(2 * SLOW.pauseMinNs());
  }

  @Test
  void stoppingIsNotTheHostsSilence() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    fake.hanging = true;
    attestations.generationChanged(host);
    await().until(() -> fake.asked.get() == 2);
    attestations.close();
    assertThat(state()).isEqualTo(HostState.PROVED);
    assertThat(ledger.words()).containsExactly("verified");
  }

  @Test
  void hostsStandInTheOrderOfTheirIndex() {
    attest(SLOW);
    EnrolledHost misplaced =
        new EnrolledHost(new Host(1, "host-b", fake.address()), null, List.of());
    assertThatIllegalArgumentException().isThrownBy(() -> make(SLOW, misplaced));
  }

  @Test
  void aRestartReleasesNobody() {
    attest(SLOW);
    await().until(() -> table.eligible(0).length == 1);
    attestations.mismatch(host, TARGET, FakeHost.digestOf(9));
    await().until(() -> ledger.words().contains("ALARM digest_mismatch"));
    attestations.close();

    attest(SLOW);
    assertThat(state()).isEqualTo(HostState.QUARANTINED);
    assertThat(attestations.hosts().getFirst().reason()).contains(FakeHost.digestOf(9));
    assertThat(attestations.release("host-a")).isEqualTo(Attestations.Released.DONE);
    await().until(() -> table.eligible(0).length == 1);
    attestations.close();

    attest(SLOW);
    await().until(() -> state() == HostState.PROVED);
  }

  @Test
  void callsThatOnlyTheHostCountedAreAnAlarmButNoQuarantine() {
    attest(FAST);
    await().until(() -> table.eligible(0).length == 1);
    fake.twist =
        statement -> statement.setCounters(CallCounters.newBuilder().setStarted(1).build());
    await().until(() -> ledger.words().contains("ALARM counter_unexplained"));
    assertThat(state()).isEqualTo(HostState.PROVED);
    assertThat(attestations.hosts().getFirst().alarms()).containsEntry("counter_unexplained", 1L);
  }

  private HostState state() {
    return attestations.hosts().getFirst().state();
  }

  private static String hex(ByteString digest) {
    return Digest.ofBytes(digest.toByteArray()).toString();
  }
}
