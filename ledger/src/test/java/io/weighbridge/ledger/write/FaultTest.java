package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.read.Finding;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Verdict;
import io.weighbridge.ledger.read.VerifyReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens when the disk fails. */
final class FaultTest {
  private static final int ALWAYS = Integer.MAX_VALUE;

  @TempDir private Path folder;
  private final FaultyDisk disk = new FaultyDisk();
  private LedgerConfig config;

  @BeforeEach
  void configure() {
    config = Ledgers.small(folder, 1);
  }

  @Test
  void aFailedSyncIsAnsweredWithAFreshFile() throws Exception {
    try (LedgerFiles ledger = open()) {
      append(ledger.lane(0), 100);
      disk.failSyncs.set(1);

      Ledger.Appended appended = ledger.appendDurably(applied()).get(10, TimeUnit.SECONDS);

      assertThat(appended.leafIndex()).isPositive();
      assertThat(disk.failSyncs.get()).isZero();
      assertThat(ledger.accepting()).isTrue();
    }
    assertProved(102);
  }

  @Test
  void aFailedSyncOfASegmentThatIsBegunIsAnsweredWithAFreshFile() throws Exception {
    try (LedgerFiles ledger = open()) {
      disk.failBegins.set(1);
      append(ledger.lane(0), 3_000);
      await().until(() -> disk.failBegins.get() == 0);
      assertThat(ledger.appendDurably(applied()).get(10, TimeUnit.SECONDS).leafIndex())
          .isPositive();
    }
    assertProved(3_002);
  }

  @Test
  void aMomentWithoutFileDescriptorsIsWaitedOut() throws Exception {
    try (LedgerFiles ledger = open()) {
      Lane lane = ledger.lane(0);
      append(lane, 600);
      disk.noDescriptors = true;
      append(lane, 1);
      await().until(() -> !ledger.accepting());
      assertThat(ledger.status().failure()).startsWith("no_descriptors");
      disk.noDescriptors = false;
      await().until(ledger::accepting);
      append(lane, 600);
    }
    assertProved(1_202);
    assertThat(Segment.list(config.directory().resolve(Segment.DIRECTORY))).hasSize(1);
  }

  @Test
  void aSecondFailedSyncEndsTheLedger() throws Exception {
    try (LedgerFiles ledger = open()) {
      Lane lane = ledger.lane(0);
      disk.failSyncs.set(ALWAYS);
      CompletableFuture<Ledger.Appended> future = ledger.appendDurably(applied());

      assertThatThrownBy(() -> future.get(10, TimeUnit.SECONDS))
          .hasCauseInstanceOf(LedgerUnavailableException.class);
      await().until(() -> ledger.status().terminal());
      assertThat(ledger.status().failure()).contains(FaultyDisk.BROKEN);
      assertThat(lane.append(RandomCalls.typical())).isFalse();
    }
    disk.failSyncs.set(0);
    open().close();
    assertProved(3);
  }

  /** What was never synced may be read nevertheless until the machine restarts. */
  @Test
  void aGroupWhoseSyncFailedIsWrittenAgainByTheNextStart() throws Exception {
    Path journal = config.directory().resolve(Segment.DIRECTORY);
    config = Ledgers.neverSyncing(config);
    try (LedgerFiles ledger = open()) {
      append(ledger.lane(0), 1_000);
      disk.failSyncs.set(ALWAYS);
      assertThat(ledger.appendDurably(applied())).failsWithin(10, TimeUnit.SECONDS);
    }
    disk.failSyncs.set(0);
    long groupEnd = read(Segment.list(journal).getLast());
    assertThat(groupEnd).isEqualTo(1_002);

    try (LedgerFiles ledger = open()) {
      assertThat(ledger.accepting()).isTrue();
      Path fresh = Segment.list(journal).getLast();
      assertThat(Segment.firstLeaf(fresh)).isZero();
      assertThat(read(fresh)).isGreaterThan(groupEnd);
    }
    assertProved(1_003);
  }

  private static long read(Path segment) throws IOException {
    return Segment.scan(segment).frames().stream().filter(f -> f.kind() == Frame.RECORD).count();
  }

  @Test
  void aFullDiskRefusesAndRecoversInPlace() throws Exception {
    try (LedgerFiles ledger = open()) {
      Lane lane = ledger.lane(0);
      append(lane, 50);
      disk.failWrites.set(ALWAYS);
      CompletableFuture<Ledger.Appended> waiting = ledger.appendDurably(applied());
      await().until(() -> !ledger.accepting());
      assertThat(ledger.status().failure()).startsWith("disk_full");
      assertThat(ledger.status().terminal()).isFalse();
      assertThat(lane.append(RandomCalls.typical())).isFalse();
      assertThat(waiting).isNotDone();

      disk.failWrites.set(0);

      assertThat(waiting.get(10, TimeUnit.SECONDS).leafIndex()).isPositive();
      await().until(ledger::accepting);
      append(lane, 50);
    }
    assertProved(102);
  }

  @Test
  void aGroupThatFindsTheDiskFullAmidItsTilesIsNeitherLostNorTwiceInTheTree() throws Exception {
    try (LedgerFiles ledger = open()) {
      disk.failTiles.set(3);
      append(ledger.lane(0), 3_000);
      await().until(() -> disk.failTiles.get() == 0 && ledger.accepting());
    }
    assertProved(3_001);
  }

  /** As with a quota, or without inodes: there seems to be room. */
  @Test
  void aFullDiskWithFreeBytesStaysRefused() throws Exception {
    try (LedgerFiles ledger = open()) {
      append(ledger.lane(0), 50);
      disk.failWrites.set(ALWAYS);
      await().until(() -> !ledger.accepting());
      long endNs = System.nanoTime() + 1_500_000_000L;
      while (System.nanoTime() < endNs) {
        assertThat(ledger.accepting()).isFalse();
        Thread.onSpinWait();
      }
      disk.failWrites.set(0);
    }
    assertProved(51);
  }

  @Test
  void aClosedLedgerStaysClosed() throws Exception {
    for (int i = 0; i < 40; i++) {
      LedgerFiles ledger = open();
      append(ledger.lane(0), i * 10);
      ledger.close();
      assertThat(ledger.accepting()).isFalse();
      assertThat(ledger.appendDurably(applied())).isCompletedExceptionally();
    }
  }

  @Test
  void littleFreeSpaceRefusesBeforeTheDiskIsFull() throws Exception {
    config =
        new LedgerConfig(
            config.directory(),
            config.stateDirectory(),
            config.gatewayId(),
            "0.1.0",
            1,
            config.laneBytes(),
            5,
            50,
            10_000,
            256 * 1024,
            1_000_000);
    try (LedgerFiles ledger = open()) {
      disk.freeBytes = 999_999;
      await().until(() -> !ledger.accepting());
      assertThat(ledger.status().failure()).startsWith("disk_low");
      disk.freeBytes = 1_000_000;
      await().until(ledger::accepting);
    }
  }

  @Test
  void aWriteErrorIsAnsweredWithAFreshFile() throws Exception {
    try (LedgerFiles ledger = open()) {
      append(ledger.lane(0), 300);
      disk.writeMessage = FaultyDisk.BROKEN;
      disk.failWrites.set(1);
      assertThat(ledger.appendDurably(applied()).get(10, TimeUnit.SECONDS).leafIndex())
          .isPositive();
    }
    assertProved(302);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void tilesThatCannotBeSyncedKeepTheJournal(boolean oneByOne) throws Exception {
    disk.oneByOne = oneByOne;
    try (LedgerFiles ledger = open()) {
      disk.failFileSyncs.set(ALWAYS);
      Lane lane = ledger.lane(0);
      for (int i = 0; i < 10; i++) {
        append(lane, 600);
        ledger.appendDurably(applied()).get(10, TimeUnit.SECONDS);
      }
    }
    disk.failFileSyncs.set(0);
    assertThat(Segment.list(config.directory().resolve(Segment.DIRECTORY))).hasSizeGreaterThan(1);
    open().close();
    assertThat(Segment.list(config.directory().resolve(Segment.DIRECTORY))).hasSize(1);
    assertProved(6_012);
  }

  @Test
  void aDefectAmidASyncKeepsTheJournalToo() throws Exception {
    LedgerFiles.open(config).close();
    AtomicBoolean thrown = new AtomicBoolean();
    Disk defective =
        new Disk() {
          @Override
          @Nullable FileSystemSync fileSystem(Path directory) {
            return null;
          }

          @Override
          void syncFile(Path file) throws IOException {
            if (file.toString().contains("tile") && !thrown.getAndSet(true)) {
              throw new IllegalStateException("a defect");
            }
            super.syncFile(file);
          }
        };
    try (LedgerFiles ledger = LedgerFiles.open(config, defective, LedgerClock.SYSTEM)) {
      Lane lane = ledger.lane(0);
      while (!thrown.get()) {
        append(lane, 600);
        ledger.appendDurably(applied()).get(10, TimeUnit.SECONDS);
      }
    }
    assertThat(Segment.list(config.directory().resolve(Segment.DIRECTORY))).hasSizeGreaterThan(1);
    open().close();
    assertThat(verify().verdict()).isEqualTo(Verdict.PROVED);
  }

  @Test
  void aPowerCutLeavesACheckpoint() throws Exception {
    disk.oneByOne = true;
    try (LedgerFiles ledger = open()) {
      append(ledger.lane(0), 700);
    }

    disk.cutPower();

    open().close();
    VerifyReport report = verify(); // Partial copies for older checkpoints may be empty.
    assertThat(report.verdict()).isEqualTo(Verdict.PROVED);
    assertThat(report.leavesHashed()).isEqualTo(702);
  }

  @Test
  void aPowerCutUnderARunningGatewayBreaksNoVerdict() throws Exception {
    disk.oneByOne = true;
    try (LedgerFiles ledger = open()) {
      append(ledger.lane(0), 1_000);
      await().until(() -> ledger.status().signedSize() == 1_001);
      disk.cutPower();

      VerifyReport cut = verify();
      assertThat(cut.verdict()).isEqualTo(Verdict.PROVED);
      assertThat(cut.findings())
          .isNotEmpty()
          .allMatch(f -> f.weight() == Finding.Weight.DERIVED && f.file().startsWith("tile/"));
    }
  }

  /** The gateway drops partial tiles while they are looked at. */
  @Test
  void aLedgerThatIsWrittenVerifies() throws Exception {
    config =
        new LedgerConfig(
            config.directory(),
            config.stateDirectory(),
            config.gatewayId(),
            "0.1.0",
            1,
            config.laneBytes(),
            2,
            3,
            10_000,
            32 * 1024,
            0);
    try (LedgerFiles ledger = LedgerFiles.open(config)) {
      Lane lane = ledger.lane(0);
      AtomicBoolean done = new AtomicBoolean();
      Thread writer =
          Thread.ofPlatform()
              .start(() -> {
                while (!done.get()) {
                  lane.append(RandomCalls.typical());
                  LockSupport.parkNanos(100_000);
                }
              });
      await().until(() -> ledger.status().signedSize() > 0);
      for (int i = 0; i < 100; i++) {
        assertThat(verify().findings()).noneMatch(f -> f.weight() != Finding.Weight.NOTE);
      }
      done.set(true);
      writer.join();
    }
  }

  @Test
  void aKillAmongTheSegmentsThatAreDroppedIsNoLoss() throws Exception {
    try (LedgerFiles ledger = open()) {
      disk.failFileSyncs.set(ALWAYS);
      Lane lane = ledger.lane(0);
      append(lane, 100);
      ledger.appendDurably(applied()).get(10, TimeUnit.SECONDS);
      disk.failSyncs.set(1);
      ledger.appendDurably(applied()).get(10, TimeUnit.SECONDS);
      append(lane, 600);
    }
    disk.failFileSyncs.set(0);
    List<Path> segments = Segment.list(config.directory().resolve(Segment.DIRECTORY));
    assertThat(segments.stream().map(Segment::firstLeaf).limit(2)).containsExactly(0L, 102L);

    Files.delete(segments.getFirst());

    open().close();
    assertProved(704);
  }

  @Test
  void aLaneThatIsFoundAgainIsSealedOnce() throws Exception {
    Path kept = folder.resolve("kept");
    Path lane = config.directory().resolve("lanes/1-0.lane");
    try (LedgerFiles ledger = open()) {
      disk.failWrites.set(ALWAYS);
      Lane first = ledger.lane(0);
      assertThat(first.append(RandomCalls.typical())).isTrue();
      first.countLost();
      await().until(() -> !ledger.accepting());
      Files.copy(lane, kept);
      disk.failWrites.set(0);
    }
    open().close();
    Files.copy(kept, lane);

    open().close();

    long size = LedgerReader.open(config.directory()).checkpoint().size();
    assertThat(Ledgers.leaves(config.directory(), size).stream().filter(r -> r.getLane() == 0))
        .hasSize(1);
  }

  private LedgerFiles open() throws IOException {
    return LedgerFiles.open(config, disk, LedgerClock.SYSTEM);
  }

  private static Record.Builder applied() {
    return Record.newBuilder().setKind(Kind.KIND_APPLIED);
  }

  private static void append(Lane lane, int count) {
    for (int i = 0; i < count; i++) {
      while (!lane.append(RandomCalls.typical())) {
        Thread.onSpinWait();
      }
    }
  }

  private VerifyReport verify() throws IOException {
    return LedgerVerifier.verify(
        config.directory(), LedgerReader.ownKey(config.directory()), Map.of(), _ -> {});
  }

  private void assertProved(long leaves) throws IOException {
    VerifyReport report = verify();
    assertThat(report.findings()).isEmpty();
    assertThat(report.verdict()).isEqualTo(Verdict.PROVED);
    assertThat(report.leavesHashed()).isEqualTo(leaves);
  }
}
