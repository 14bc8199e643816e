package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weighbridge.audit.v1.Gap;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.read.Finding;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Verdict;
import io.weighbridge.ledger.read.VerifyReport;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a power cut took out of a lane's midst is told, however often the start after it ends. */
final class HolesTest {
  /** Of the kernel that wrote a lane. */
  private static final int KERNEL_AT = 40;

  private static final int LOST = 5;

  /** A word of every record of {@link RandomCalls#typical}. */
  private static final String CALLER = "checkout-service";

  @TempDir private Path folder;
  private LedgerConfig config;

  @BeforeEach
  void configure() {
    config = Ledgers.neverSyncing(Ledgers.small(folder, 1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aHoleIsToldOnceHoweverOftenTheStartEnds(int starts) throws Exception {
    powerCutWithAHoleIn(0);

    for (int i = 0; i < starts; i++) {
      assertThatThrownBy(() -> LedgerFiles.open(config, new FullAtBoot(), LedgerClock.SYSTEM))
          .hasMessage(FaultyDisk.FULL);
    }
    LedgerFiles.open(config).close();

    assertThat(gaps())
        .containsExactly(
            Gap.newBuilder()
                .setLane(0)
                .setBootEpoch(1)
                .setFromSequence(1)
                .setCount(1)
                .setReason("lost")
                .build());
    assertOnlyTheHole("lane 0 (boot 1)");
  }

  @Test
  void aHoleInTheControlLaneIsToldInIt() throws Exception {
    powerCutWithAHoleIn(4095);

    LedgerFiles.open(config).close();

    assertThat(gaps()).hasSize(1);
    assertOnlyTheHole("lane 4095 (boot 1)");
  }

  /** What the control lane told of already, and no lane knew to be durable. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void callsWithoutARecordAreToldOnceHoweverOftenTheStartEnds(int starts) throws Exception {
    FaultyDisk disk = new FaultyDisk();
    try (LedgerFiles ledger = LedgerFiles.open(config, disk, LedgerClock.SYSTEM)) {
      await().until(() -> ledger.status().signedSize() == 1);
      disk.failWrites.set(Integer.MAX_VALUE);
      Lane calls = ledger.lane(0);
      assertThat(calls.append(RandomCalls.typical())).isTrue();
      for (int i = 0; i < LOST; i++) {
        calls.countLost();
      }
      await().until(() -> waiting().stream().mapToInt(Integer::intValue).sum() == 2);
    }

    for (int i = 0; i < starts; i++) {
      assertThatThrownBy(() -> LedgerFiles.open(config, new FullAtCalls(), LedgerClock.SYSTEM))
          .hasMessage(FaultyDisk.FULL);
    }
    LedgerFiles.open(config).close();

    assertThat(gaps()).extracting(Gap::getCount).containsExactly((long) LOST);
  }

  private void assertOnlyTheHole(String lane) throws IOException {
    Path directory = config.directory();
    VerifyReport report =
        LedgerVerifier.verify(directory, LedgerReader.ownKey(directory), Map.of(), _ -> {});
    assertThat(report.integrity()).isEqualTo(Verdict.PROVED);
    assertThat(report.findings())
        .extracting(Finding::what)
        .hasSize(2)
        .allMatch(what -> what.startsWith(lane));
  }

  private List<Gap> gaps() throws IOException {
    long size = LedgerReader.open(config.directory()).checkpoint().size();
    return Ledgers.leaves(config.directory(), size).stream()
        .filter(r -> r.getKind() == Kind.KIND_GAP)
        .map(Record::getGap)
        .toList();
  }

  /** Three records wait in the lane, of which the second is damaged. */
  private void powerCutWithAHoleIn(int lane) throws Exception {
    FaultyDisk disk = new FaultyDisk();
    try (LedgerFiles ledger = LedgerFiles.open(config, disk, LedgerClock.SYSTEM)) {
      await().until(() -> ledger.status().signedSize() == 1);
      disk.failWrites.set(Integer.MAX_VALUE);
      Lane calls = ledger.lane(0);
      for (int i = 0; i < 3; i++) {
        assertThat(calls.append(RandomCalls.typical())).isTrue();
        ledger.foldRefusal("reason-" + i, 14);
      }
      await().until(() -> waiting().equals(List.of(3, 3)));
    }
    damage(config.directory().resolve("lanes/1-%d.lane".formatted(lane)));
  }

  private List<Integer> waiting() throws IOException {
    return JournalView.lanes(config.directory()).stream().map(l -> l.leaves().size()).toList();
  }

  private void damage(Path lane) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(lane)).order(ByteOrder.LITTLE_ENDIAN);
    int at = LaneFile.HEADER_BYTES;
    while (bytes.getInt(at) == 0) {
      at += Frame.HEADER_BYTES;
    }
    int second = at + Frame.size(Frame.length(bytes.getInt(at)));
    bytes.put(second + Frame.HEADER_BYTES, (byte) ~bytes.get(second + Frame.HEADER_BYTES));
    bytes.put(KERNEL_AT, (byte) ~bytes.get(KERNEL_AT));
    Files.write(lane, bytes.array());
  }

  /** Full when a call's record is to be sealed, which is behind the control lane's. */
  private static final class FullAtCalls extends Disk {
    @Override
    void write(FileChannel channel, ByteBuffer bytes, long position) throws IOException {
      if (StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString().contains(CALLER)) {
        throw new IOException(FaultyDisk.FULL);
      }
      super.write(channel, bytes, position);
    }
  }

  /** Full when the start is about to be counted: the lanes are sealed and gone by then. */
  private static final class FullAtBoot extends Disk {
    @Override
    void replaceDurably(Path file, byte[] bytes) throws IOException {
      if (new String(bytes, StandardCharsets.UTF_8).startsWith("boot 2")) {
        throw new IOException(FaultyDisk.FULL);
      }
      super.replaceDurably(file, bytes);
    }
  }
}
