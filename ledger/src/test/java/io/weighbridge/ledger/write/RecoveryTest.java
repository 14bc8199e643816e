package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.note.NoteSigner;
import io.weighbridge.ledger.read.Finding;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Verdict;
import io.weighbridge.ledger.read.VerifyReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Taking up what a crash, or somebody, left. */
final class RecoveryTest {
  private static final String LOST =
      "lane 0 (boot 2): 3 records, declared by the gateway (not_recorded)";

  @TempDir private Path folder;
  private LedgerConfig config;

  @BeforeEach
  void configure() {
    config = Ledgers.small(folder, 1);
  }

  /** Writes groups and copies the directories while the ledger is open, as a crash leaves them. */
  private Path crashAfter(int groups) throws Exception {
    Path crashed = folder.resolve("crashed");
    LedgerFiles.open(config).close();
    try (LedgerFiles ledger = LedgerFiles.open(neverSigning())) {
      Lane lane = ledger.lane(0);
      for (int i = 0; i < groups; i++) {
        for (int n = 0; n < 3; n++) {
          assertThat(lane.append(RandomCalls.typical())).isTrue();
        }
        ledger.appendDurably(Record.newBuilder().setKind(Kind.KIND_APPLIED)).get();
      }
      // One checkpoint is signed at the start, maybe only now. What is published first comes last.
      Files.createDirectories(crashed.resolve("ledger"));
      copy(folder.resolve("ledger/checkpoint"), crashed.resolve("ledger/checkpoint"));
      copy(folder.resolve("state"), crashed.resolve("state"));
      copy(folder.resolve("ledger"), crashed.resolve("ledger"));
    }
    return crashed;
  }

  /** Nothing but the first checkpoint moves while it is copied. */
  private LedgerConfig neverSigning() {
    return neverSigning(5);
  }

  private LedgerConfig neverSigning(int syncIntervalMs) {
    return new LedgerConfig(
        config.directory(),
        config.stateDirectory(),
        config.gatewayId(),
        config.softwareVersion(),
        1,
        LedgerConfig.LANE_BYTES_MIN,
        syncIntervalMs,
        3_600_000,
        3_600_000,
        256 * 1024,
        0);
  }

  @Test
  void takesUpACrashedLedger() throws Exception {
    Path crashed = crashAfter(20);

    VerifyReport report = recoverAndVerify(crashed);

    assertThat(report.findings()).isEmpty();
    assertThat(report.leavesHashed()).isEqualTo(1 + 1 + 20 * 4 + 1);
  }

  @Test
  void anyTruncationOfTheJournalEitherRecoversOrIsNoticed() throws Exception {
    Path crashed = crashAfter(3);
    Path segment = segment(crashed);
    byte[] whole = Files.readAllBytes(segment);
    long signed = signedSize(crashed);
    for (int length = whole.length - 1; length >= 0; length -= 293) {
      Path copy = folder.resolve("copy");
      copy(crashed, copy);
      deleteTree(copy.resolve("ledger/lanes"));
      Files.write(segment(copy), Arrays.copyOf(whole, length));
      try {
        assertThat(recoverAndVerify(copy).leavesHashed()).isGreaterThanOrEqualTo(signed);
      } catch (LedgerDamagedException e) {
        assertThat(e).hasMessageContaining("journal");
      }
      deleteTree(copy);
    }
  }

  @Test
  void damageBeforeALaterGroupIsRefusedAndNamed() throws Exception {
    Path crashed = crashAfter(6);
    flip(segment(crashed), 700);

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("bytes ")
        .hasMessageContaining("written later is whole");
  }

  @Test
  void aTornLastGroupIsQuarantined() throws Exception {
    Path crashed = crashAfter(6);
    Path segment = segment(crashed);
    byte[] whole = Files.readAllBytes(segment);
    byte[] torn = Arrays.copyOf(whole, whole.length + 400);
    Arrays.fill(torn, whole.length + 16, torn.length, (byte) 0x5A);
    Files.write(segment, torn);

    assertThat(recoverAndVerify(crashed).verdict()).isEqualTo(Verdict.PROVED);
    try (Stream<Path> kept = Files.list(crashed.resolve("ledger/quarantine"))) {
      assertThat(kept).hasSize(1);
    }
  }

  @Test
  void aCutLogIsRefused() throws Exception {
    Path crashed = crashAfter(6);
    LedgerFiles.open(at(crashed)).close();
    copy(crashed, folder.resolve("old"));
    try (LedgerFiles ledger = LedgerFiles.open(at(crashed))) {
      assertThat(ledger.bootEpoch()).isEqualTo(4);
    }
    Path mixed = folder.resolve("mixed");
    copy(folder.resolve("old/ledger"), mixed.resolve("ledger"));
    copy(crashed.resolve("state"), mixed.resolve("state"));

    assertThatThrownBy(() -> open(mixed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("was cut or restored");
  }

  @Test
  void aJournalThatIsGoneIsRefused() throws Exception {
    Path crashed = crashAfter(6);
    Path journal = crashed.resolve("ledger/journal");
    deleteTree(journal);

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining(journal.toString())
        .hasMessageContaining("leaves were signed");
    assertThat(journal).doesNotExist();
  }

  @Test
  void aNameThatIsNoLeafsIndexIsRefused() throws Exception {
    Path crashed = crashAfter(1);
    Path stranger = crashed.resolve("ledger/journal/99999999999999999999");
    Files.createFile(stranger);

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining(stranger.toString());
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 64})
  void aLaneWithAHeaderNoGatewayWroteIsRefused(int at) throws Exception {
    Path crashed = crashAfter(1);
    Path lane = crashed.resolve("ledger/lanes/2-0.lane");
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(lane)).order(ByteOrder.LITTLE_ENDIAN);
    int ringBytes = bytes.capacity() - 4096 - 30;
    bytes.putLong(32, ringBytes);
    if (at == 64) {
      ringBytes = bytes.capacity() - 4096;
      bytes.putLong(32, ringBytes).putLong(64, ringBytes - 2);
    }
    Files.write(lane, Arrays.copyOf(bytes.array(), 4096 + ringBytes));

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("%s: bytes %d to %d".formatted(lane, at, at + 7));
  }

  /** Whichever byte of a lane's header or records changes, no record goes without a word. */
  @Test
  void aChangedByteOfALaneIsRefusedOrLosesNothing() throws Exception {
    Path crashed = killedWithTenInALane();
    Path lane = Path.of("ledger/lanes/1-0.lane");
    byte[] whole = Files.readAllBytes(crashed.resolve(lane));
    int end = whole.length;
    while (whole[end - 1] == 0) {
      end--;
    }
    for (int at = 0; at < end; at += at < 144 ? 1 : 61) {
      at = at >= 144 && at < LaneFile.HEADER_BYTES ? LaneFile.HEADER_BYTES : at;
      Path copy = folder.resolve("copy");
      copy(crashed, copy);
      flip(copy.resolve(lane), at);
      try {
        open(copy);
        assertThat(callsOfLane0(copy)).as("byte %d", at).isEqualTo(10);
      } catch (LedgerDamagedException e) {
        assertThat(e).hasMessageContaining(lane.toString());
      }
      deleteTree(copy);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 4096, 5000, 100_000})
  void aCutLaneIsRefused(int length) throws Exception {
    Path crashed = killedWithTenInALane();
    Path lane = crashed.resolve("ledger/lanes/1-0.lane");
    Files.write(lane, Arrays.copyOf(Files.readAllBytes(lane), length));

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining(lane.toString());
  }

  @Test
  void aLaneThatAKillLeftUnfinishedIsDropped() throws Exception {
    Path crashed = killedWithTenInALane();
    Files.write(crashed.resolve("ledger/lanes/1-1.lane"), new byte[10_000]);

    assertThat(recoverAndVerify(crashed).verdict()).isEqualTo(Verdict.PROVED);
    assertNoLanes(crashed);
  }

  private Path killedWithTenInALane() throws Exception {
    Path killed = folder.resolve("killed");
    Path lane = Path.of("ledger/lanes/1-0.lane");
    try (LedgerFiles ledger = LedgerFiles.open(neverSyncing())) {
      await().until(() -> ledger.status().signedSize() == 1);
      Lane first = ledger.lane(0);
      for (int n = 0; n < 10; n++) {
        assertThat(first.append(RandomCalls.typical())).isTrue();
      }
      copy(folder.resolve("state"), killed.resolve("state"));
      copy(folder.resolve("ledger"), killed.resolve("ledger"));
      assertThat(killed.resolve(lane)).exists();
    }
    return killed;
  }

  /** Only the control lane's records wake the sealer. */
  private LedgerConfig neverSyncing() {
    return neverSigning(100_000);
  }

  private static long callsOfLane0(Path where) throws IOException {
    Path directory = where.resolve("ledger");
    long size = LedgerReader.open(directory).checkpoint().size();
    return Ledgers.leaves(directory, size).stream()
        .filter(r -> r.getLane() == 0 && r.getBootEpoch() == 1)
        .count();
  }

  @Test
  void aRestoredStateIsRefused() throws Exception {
    Path crashed = crashAfter(6);
    copy(crashed.resolve("state"), folder.resolve("oldState"));
    LedgerFiles.open(at(crashed)).close();
    deleteTree(crashed.resolve("state"));
    copy(folder.resolve("oldState"), crashed.resolve("state"));

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("restored from a copy");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "garbage", "a\n1\nb\n\n"})
  void aCheckpointThatIsNoneIsRefusedAndMadeAnewOnceItIsMovedAway(String text) throws Exception {
    Path crashed = crashAfter(6);
    Path checkpoint = crashed.resolve("ledger/checkpoint");
    Files.writeString(checkpoint, text);

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining(checkpoint.toString())
        .hasMessageContaining("move this file away and start again");

    Files.delete(checkpoint);
    assertThat(recoverAndVerify(crashed).verdict()).isEqualTo(Verdict.PROVED);
  }

  @Test
  void aLostKeyIsRefused() throws Exception {
    Path crashed = crashAfter(1);
    Files.delete(crashed.resolve("state/ledger.key"));

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("ledger.key");
  }

  @Test
  void theKeyIsTheOwnersAlone() throws Exception {
    Path crashed = crashAfter(1);

    assertThat(Files.getPosixFilePermissions(crashed.resolve("state/ledger.key"))).hasSize(2);
  }

  @Test
  void alteredRecordsInTheJournalAreRefused() throws Exception {
    Path crashed = crashAfter(2);
    open(crashed);
    Path other = folder.resolve("other");
    for (int i = 0; i < 20; i++) {
      open(other);
    }
    Files.copy(segment(other), segment(crashed), StandardCopyOption.REPLACE_EXISTING);

    assertThatThrownBy(() -> open(crashed))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("do not hash to the root that was signed");
  }

  @Test
  void aKillBeforeTheGapIsWrittenLosesNoCount() throws Exception {
    Path crashed = crashAfter(2);
    loses(crashed.resolve("ledger/lanes/2-0.lane"), 3);

    recoverAndDie(crashed);

    assertThat(recoverAndVerify(crashed).findings())
        .extracting(Finding::what)
        .containsExactly(LOST);
    assertNoLanes(crashed);
  }

  @Test
  void aKillBeforeTheLaneIsDroppedTellsOfNothingTwice() throws Exception {
    Path crashed = crashAfter(2);
    Path lane = crashed.resolve("ledger/lanes/2-0.lane");
    loses(lane, 3);
    byte[] kept = Files.readAllBytes(lane);
    open(crashed);
    Files.write(lane, kept);

    assertThat(recoverAndVerify(crashed).findings())
        .extracting(Finding::what)
        .containsExactly(LOST);
    assertNoLanes(crashed);
  }

  private static void loses(Path lane, long count) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(lane)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(128, count);
    Files.write(lane, bytes.array());
  }

  /** A start that is killed before its BOOT record. */
  private static void recoverAndDie(Path where) throws IOException {
    LedgerConfig config = at(where);
    Path directory = config.directory();
    NoteSigner signer =
        LedgerKey.open(Disk.REAL, directory, config.stateDirectory(), config.origin());
    SignedState state = SignedState.load(Disk.REAL, config.stateDirectory(), signer);
    try (Settler settler = new Settler(Disk.REAL, directory)) {
      new Recovery(Disk.REAL, directory, state, signer, settler).run().journal().close();
      state.boot();
    }
  }

  private static void assertNoLanes(Path where) throws IOException {
    try (Stream<Path> lanes = Files.list(where.resolve("ledger/lanes"))) {
      assertThat(lanes).isEmpty();
    }
  }

  private void open(Path where) throws IOException {
    LedgerFiles.open(at(where)).close();
  }

  private VerifyReport recoverAndVerify(Path where) throws IOException {
    open(where);
    Path directory = where.resolve("ledger");
    return LedgerVerifier.verify(directory, LedgerReader.ownKey(directory), Map.of(), _ -> {});
  }

  private static LedgerConfig at(Path where) {
    return Ledgers.small(where, 1);
  }

  private static long signedSize(Path where) throws IOException {
    return LedgerReader.open(where.resolve("ledger")).checkpoint().size();
  }

  private static Path segment(Path where) throws IOException {
    return Segment.list(where.resolve("ledger/journal")).getLast();
  }

  private static void flip(Path file, int at) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    bytes[at] ^= 1;
    Files.write(file, bytes);
  }

  private static void copy(Path from, Path to) throws IOException {
    List<Path> files;
    try (Stream<Path> found = Files.walk(from)) {
      files = found.toList();
    }
    for (Path file : files) {
      Path target = to.resolve(from.relativize(file).toString());
      if (Files.isDirectory(file)) {
        Files.createDirectories(target);
      } else if (Files.exists(file) && !Files.exists(target)) {
        Files.copy(file, target);
      }
    }
  }

  private static void deleteTree(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      files
          .sorted(Comparator.reverseOrder())
          .forEach(file -> {
            try {
              Files.delete(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
    }
  }
}
