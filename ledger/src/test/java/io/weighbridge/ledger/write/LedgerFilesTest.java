package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.LedgerInUseException;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.NoteKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LedgerFilesTest {
  @TempDir private Path folder;
  private LedgerConfig config;

  @BeforeEach
  void configure() {
    config = Ledgers.small(folder, 2);
  }

  @Test
  void sealsWhatLanesTakeAndSignsIt() throws IOException {
    try (Ledger ledger = LedgerFiles.open(config)) {
      Lane lane = ledger.lane(0);
      CallRecord call = RandomCalls.typical();
      for (int i = 0; i < 700; i++) {
        assertThat(lane.append(call)).isTrue();
      }
    }

    Checkpoint checkpoint = checkpoint();
    List<Record> leaves = Ledgers.leaves(config.directory(), checkpoint.size());
    assertThat(checkpoint.size()).isEqualTo(701);
    assertThat(leaves.getFirst().getKind()).isEqualTo(Kind.KIND_BOOT);
    for (int i = 0; i < 700; i++) {
      assertThat(leaves.get(i + 1).getSequence()).isEqualTo(i);
    }
    assertThat(Ledgers.root(config.directory(), checkpoint.size())).isEqualTo(checkpoint.root());
  }

  @Test
  void goesOnWhereItStopped() throws IOException {
    for (int start = 1; start <= 4; start++) {
      try (Ledger ledger = LedgerFiles.open(config)) {
        assertThat(ledger.bootEpoch()).isEqualTo(start);
        Lane lane = ledger.lane(1);
        for (int i = 0; i < 300; i++) {
          assertThat(lane.append(RandomCalls.typical())).isTrue();
        }
      }
    }

    List<Record> leaves = Ledgers.leaves(config.directory(), checkpoint().size());
    assertThat(leaves).hasSize(4 * 301);
    Record lastBoot = leaves.get(3 * 301);
    assertThat(lastBoot.getBoot().getPreviousTreeSize()).isEqualTo(3 * 301);
    assertThat(lastBoot.getBoot().getPreviousLanesList())
        .anyMatch(l -> l.getLane() == 1 && l.getBootEpoch() == 3 && l.getNextSequence() == 300);
  }

  @Test
  void onlyTheOwnerEntersTheStateItMakes() throws IOException {
    LedgerFiles.open(config).close();
    assertThat(stateMode()).isEqualTo("rwx------");
    Files.setPosixFilePermissions(
        config.stateDirectory(), PosixFilePermissions.fromString("rwxr-x---"));
    LedgerFiles.open(config).close();
    assertThat(stateMode()).isEqualTo("rwxr-x---");
  }

  private String stateMode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(config.stateDirectory()));
  }

  @Test
  void appendsDurablyAndTellsTheLeaf() throws Exception {
    try (Ledger ledger = LedgerFiles.open(config)) {
      Ledger.Appended first = ledger.appendDurably(change()).get();
      Ledger.Appended second = ledger.appendDurably(change()).get();

      assertThat(first.leafIndex()).isEqualTo(1);
      assertThat(second.leafIndex()).isEqualTo(2);
      assertThat(first.id().lane()).isEqualTo(RecordId.CONTROL_LANE);
      assertThat(first.id().sequence()).isEqualTo(1);
    }
  }

  @Test
  void appendsARecordWithAGivenIdOnceAlsoAfterARestart() throws Exception {
    RecordId id;
    Ledger.Appended first;
    try (Ledger ledger = LedgerFiles.open(config)) {
      id = ledger.reserveId();
      first = ledger.appendDurably(changeWith(id)).get();
      assertThat(ledger.appendDurably(changeWith(id)).get()).isEqualTo(first);
      Lane lane = ledger.lane(0);
      for (int i = 0; i < 600; i++) {
        assertThat(lane.append(RandomCalls.typical())).isTrue();
      }
    }
    try (Ledger ledger = LedgerFiles.open(config)) {
      assertThat(ledger.appendDurably(changeWith(id)).get()).isEqualTo(first);
    }
  }

  @Test
  void anIdOfThisStartIsLookedForNowhere() throws Exception {
    writeTwoBundles();
    try (Ledger ledger = LedgerFiles.open(config)) {
      Files.delete(config.directory().resolve("tile/entries/001"));

      assertThat(ledger.appendDurably(changeWith(ledger.reserveId())).get().leafIndex())
          .isPositive();
    }
  }

  @Test
  void anIdIsNotLookedForAmongRecordsOfEarlierStarts() throws Exception {
    writeTwoBundles();
    RecordId unsealed;
    try (Ledger ledger = LedgerFiles.open(config)) {
      unsealed = ledger.reserveId();
    }
    try (Ledger ledger = LedgerFiles.open(config)) {
      Files.delete(config.directory().resolve("tile/entries/000"));

      assertThat(ledger.appendDurably(changeWith(unsealed)).get().leafIndex()).isPositive();
    }
  }

  @Test
  void aClockThatIsBehindAppendsNothingTwice() throws Exception {
    RecordId id;
    Ledger.Appended first;
    try (Ledger ledger = LedgerFiles.open(config)) {
      id = ledger.reserveId();
      first = ledger.appendDurably(changeWith(id)).get();
    }
    writeTwoBundles();
    LedgerFiles.open(config, Disk.REAL, new LateClock()).close();
    try (Ledger ledger = LedgerFiles.open(config, Disk.REAL, new LateClock())) {
      assertThat(ledger.appendDurably(changeWith(id)).get()).isEqualTo(first);
    }
  }

  private static final class LateClock implements LedgerClock {
    @Override
    public long unixNs() {
      return SYSTEM.unixNs() - Duration.ofHours(2).toNanos();
    }

    @Override
    public long monotonicNs() {
      return SYSTEM.monotonicNs();
    }
  }

  private void writeTwoBundles() throws IOException {
    try (Ledger ledger = LedgerFiles.open(config)) {
      Lane lane = ledger.lane(0);
      for (int i = 0; i < 600; i++) {
        assertThat(lane.append(RandomCalls.typical())).isTrue();
      }
    }
  }

  @Test
  void foldsRefusalsIntoOneRecordPerReason() throws IOException {
    try (Ledger ledger = LedgerFiles.open(config)) {
      for (int i = 0; i < 50; i++) {
        ledger.foldRefusal("credentials_missing", 16);
      }
    }

    assertThat(Ledgers.leaves(config.directory(), checkpoint().size()))
        .filteredOn(r -> r.getKind() == Kind.KIND_REFUSAL)
        .singleElement()
        .satisfies(r -> assertThat(r.getFoldedRefusals().getCount()).isEqualTo(50))
        .satisfies(r -> assertThat(r.getRpc().getReason()).isEqualTo("credentials_missing"));
  }

  @Test
  void writesAGapForRecordsGoneWithout() throws IOException {
    try (Ledger ledger = LedgerFiles.open(config)) {
      Lane lane = ledger.lane(0);
      lane.countLost();
      lane.countLost();
    }

    assertThat(Ledgers.leaves(config.directory(), checkpoint().size()))
        .filteredOn(r -> r.getKind() == Kind.KIND_GAP)
        .singleElement()
        .satisfies(r -> assertThat(r.getGap().getCount()).isEqualTo(2))
        .satisfies(r -> assertThat(r.getGap().getReason()).isEqualTo("not_recorded"));
  }

  @Test
  void refusesASecondWriter() throws IOException {
    try (Ledger ledger = LedgerFiles.open(config)) {
      assertThat(ledger.accepting()).isTrue();
      assertThatThrownBy(() -> LedgerFiles.open(config))
          .isInstanceOf(LedgerInUseException.class)
          .hasMessageContaining("another process");
    }
  }

  @Test
  void refusesARecordThatIsTooLarge() throws IOException {
    try (Ledger ledger = LedgerFiles.open(config)) {
      Record.Builder large = change();
      large.getChangeBuilder().setAfter("x".repeat(Ledger.RECORD_BYTES_MAX));

      assertThatThrownBy(() -> ledger.appendDurably(large).get())
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void handsOutEachLaneOnce() throws IOException {
    try (Ledger ledger = LedgerFiles.open(config)) {
      ledger.lane(0);
      assertThatThrownBy(() -> ledger.lane(0)).isInstanceOf(IllegalStateException.class);
    }
  }

  private static Record.Builder change() {
    Record.Builder record = Record.newBuilder().setKind(Kind.KIND_CHANGE);
    record.getChangeBuilder().setActor("alice").setReason("test").setAction("traffic.set");
    return record;
  }

  private static Record.Builder changeWith(RecordId id) {
    return change().setRecordId(ByteString.copyFrom(id.toBytes()));
  }

  private Checkpoint checkpoint() throws IOException {
    NoteKey key = NoteKey.parse(Files.readString(config.directory().resolve("ledger.pub")));
    return Checkpoint.open(Files.readAllBytes(config.directory().resolve("checkpoint")), key);
  }
}
