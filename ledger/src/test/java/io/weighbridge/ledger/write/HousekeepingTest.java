package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.read.Leaf;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Query;
import io.weighbridge.ledger.read.Verdict;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the ledger writes of itself as time goes by. */
final class HousekeepingTest {
  private static final String LATE_EVENING = "2026-03-01T23:59:30Z";

  @TempDir private Path folder;
  private final FakeClock clock = new FakeClock(Instant.parse(LATE_EVENING));
  private LedgerConfig config;

  /** Two clocks moved by hand. Thread-safe. */
  private static final class FakeClock implements LedgerClock {
    private final AtomicLong unixNs;
    private final AtomicLong monotonicNs = new AtomicLong(1_000);

    FakeClock(Instant start) {
      unixNs = new AtomicLong(start.getEpochSecond() * 1_000_000_000L);
    }

    @Override
    public long unixNs() {
      return unixNs.get();
    }

    @Override
    public long monotonicNs() {
      return monotonicNs.get();
    }

    void advance(Duration by) {
      unixNs.addAndGet(by.toNanos());
      monotonicNs.addAndGet(by.toNanos());
    }

    void step(Duration by) {
      unixNs.addAndGet(by.toNanos());
    }
  }

  @BeforeEach
  void configure() {
    config = Ledgers.small(folder, 1);
  }

  @Test
  void beatsWhenIdle() throws IOException {
    try (LedgerFiles ledger = open()) {
      awaitLeaves(ledger, 1);
      clock.advance(Duration.ofMillis(9_999));
      clock.advance(Duration.ofMillis(1));
      awaitLeaves(ledger, 2);
      clock.advance(Duration.ofSeconds(10));
      awaitLeaves(ledger, 3);
    }
    assertThat(found("heartbeat")).allMatch(r -> r.getHeartbeat().getClockStepNs() == 0).hasSize(2);
  }

  @Test
  void doesNotBeatBefore() throws IOException {
    try (LedgerFiles ledger = open()) {
      awaitLeaves(ledger, 1);
      clock.advance(Duration.ofMillis(9_999));
      ledger.foldRefusal("credentials_missing", 16);
      awaitLeaves(ledger, 2);
    }
    assertThat(found("heartbeat")).isEmpty();
    assertThat(found("refusal")).hasSize(1);
  }

  @Test
  void tellsOfAStepOfTheClock() throws IOException {
    try (LedgerFiles ledger = open()) {
      awaitLeaves(ledger, 1);
      clock.step(Duration.ofHours(-3));
      awaitLeaves(ledger, 2);
    }
    assertThat(found("heartbeat").getFirst().getHeartbeat().getClockStepNs())
        .isEqualTo(Duration.ofHours(-3).toNanos());
  }

  @Test
  void sealsTheDayThatEnded() throws IOException {
    try (LedgerFiles ledger = open()) {
      awaitLeaves(ledger, 1);
      clock.advance(Duration.ofSeconds(40));
      awaitLeaves(ledger, 3);
    }
    assertThat(found("seal"))
        .singleElement()
        .satisfies(r -> assertThat(r.getSeal().getDay()).isEqualTo("2026-03-01"))
        .satisfies(r -> assertThat(r.getSeal().getTreeSize()).isEqualTo(1));
    assertProved();
  }

  @Test
  void sealsTheDayThatEndedWhileNothingRan() throws IOException {
    open().close();
    clock.advance(Duration.ofDays(2));
    open().close();

    assertThat(found("seal"))
        .singleElement()
        .satisfies(r -> assertThat(r.getSeal().getDay()).isEqualTo("2026-03-01"));
    assertProved();
  }

  @Test
  void sealsTheDayThatEndedBehindAFullBundle() throws IOException {
    try (LedgerFiles ledger = open()) {
      Lane lane = ledger.lane(0);
      for (int i = 0; i < 255; i++) {
        CallRecord call = RandomCalls.typical();
        call.completedAtUnixNs = clock.unixNs();
        assertThat(lane.append(call)).isTrue();
      }
    }
    assertThat(LedgerReader.open(config.directory()).checkpoint().size()).isEqualTo(256);
    clock.advance(Duration.ofDays(2));
    open().close();

    assertThat(found("seal"))
        .singleElement()
        .satisfies(r -> assertThat(r.getSeal().getDay()).isEqualTo("2026-03-01"));
  }

  @Test
  void sealsMidnightsAfterAClockThatWasAhead() throws IOException {
    try (LedgerFiles ledger = open()) {
      awaitLeaves(ledger, 1);
      clock.step(Duration.ofDays(30));
      awaitLeaves(ledger, 3);
      clock.step(Duration.ofDays(-30));
      awaitLeaves(ledger, 4);
      clock.advance(Duration.ofSeconds(40));
      awaitLeaves(ledger, 6);
    }
    assertThat(found("seal"))
        .extracting(r -> r.getSeal().getDay())
        .containsExactly("2026-03-01", "2026-03-01");
  }

  @Test
  void aDeclaredGapBreaksCompleteness() throws IOException {
    try (LedgerFiles ledger = open()) {
      ledger.lane(0).countLost();
    }
    assertThat(found("gap")).singleElement().matches(r -> r.getGap().getCount() == 1);
    assertThat(
            LedgerVerifier.verify(
                    config.directory(), LedgerReader.ownKey(config.directory()), Map.of(), _ -> {})
                .completeness())
        .isEqualTo(Verdict.BROKEN);
  }

  private LedgerFiles open() throws IOException {
    return LedgerFiles.open(config, Disk.REAL, clock);
  }

  /** Waits until the sealer has gone through a round that left this many leaves, all signed. */
  private static void awaitLeaves(LedgerFiles ledger, long count) {
    await()
        .untilAsserted(() -> {
          assertThat(ledger.status().treeSize()).isEqualTo(count);
          assertThat(ledger.status().signedSize()).isEqualTo(count);
        });
  }

  private List<Record> found(String kind) throws IOException {
    return LedgerReader.open(config.directory()).search(Query.ALL.withKind(kind), 1_000).stream()
        .map(Leaf::record)
        .toList();
  }

  private void assertProved() throws IOException {
    assertThat(
            LedgerVerifier.verify(
                    config.directory(), LedgerReader.ownKey(config.directory()), Map.of(), _ -> {})
                .verdict())
        .isEqualTo(Verdict.PROVED);
  }
}
