package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.LedgerDamagedException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LaneTest {
  private static final long BOOT = 9;
  private static final KernelBoot OTHER_BOOT = new KernelBoot(1, 2);

  @TempDir private Path folder;
  private final Arena arena = Arena.ofShared();
  private final Gate gate = new Gate();
  private final Group group = new Group();
  private MappedLane lane;

  @BeforeEach
  void open() throws IOException {
    gate.admit();
    lane = lane(0);
  }

  @AfterEach
  void close() {
    arena.close();
  }

  private MappedLane lane(int number) throws IOException {
    LaneFile file =
        LaneFile.create(
            folder, new LaneFile.Name(BOOT, number), LedgerConfig.LANE_BYTES_MIN, 42, arena);
    return new MappedLane(file, "gw", gate);
  }

  @Test
  void givesBackWhatWasPutAroundManyLaps() throws IOException {
    RandomCalls calls = new RandomCalls(new Random(3));
    CallRecord call = new CallRecord();
    long sequence = 0;
    for (int round = 0; round < 2_000; round++) {
      for (int i = 0; i < round % 7; i++) {
        calls.fill(call);
        assertThat(lane.append(call)).isTrue();
      }
      lane.take(group);
      for (int i = 0; i < group.count(); i++) {
        assertThat(record(i).getSequence()).isEqualTo(sequence++);
      }
      lane.release();
      group.clear();
    }
    assertThat(sequence).isEqualTo(lane.nextSequence()).isGreaterThan(5_000);
  }

  @Test
  void refusesWhenFullWithoutUsingASequence() {
    int taken = fill();
    assertThat(lane.accepting()).isFalse();
    assertThat(lane.nextSequence()).isEqualTo(taken);

    lane.take(group);
    assertThat(lane.accepting()).isFalse();
    lane.release();
    assertThat(lane.append(RandomCalls.typical())).isTrue();
    assertThat(lane.nextSequence()).isEqualTo(taken + 1);
  }

  @Test
  void refusesWhileTheGateIsClosed() {
    gate.refuse("test");

    assertThat(lane.append(RandomCalls.typical())).isFalse();
    assertThat(lane.nextSequence()).isZero();
  }

  @Test
  void appendingDoesNotAllocate() {
    CallRecord call = RandomCalls.typical();
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int taken = 0;
    long allocated = 0;
    for (int round = 0; round < 200; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      while (lane.append(call)) {
        taken++;
      }
      allocated = threads.getCurrentThreadAllocatedBytes() - before;
      lane.take(group);
      lane.release();
      group.clear();
    }

    assertThat(taken).isGreaterThan(10_000);
    assertThat(allocated).isLessThan(256);
  }

  @Test
  void recoveryFindsEveryRecordNotTaken() throws IOException {
    append(5);
    lane.take(group);
    lane.release();
    append(4);

    LaneScan scan = LaneScan.of(lane.file(), 5, KernelBoot.current());

    assertThat(scan.leaves()).hasSize(4);
    assertThat(scan.torn()).isEmpty();
    assertThat(Record.parseFrom(scan.leaves().getFirst()).getSequence()).isEqualTo(5);
  }

  @Test
  void recoverySkipsWhatTheJournalHas() throws IOException {
    append(10);

    assertThat(LaneScan.of(lane.file(), 7, KernelBoot.current()).leaves()).hasSize(3);
  }

  @Test
  void recoveryFollowsTheRingAroundItsEnd() throws IOException {
    int first = fill();
    lane.take(group);
    lane.release();
    int second = fill();

    assertThat(LaneScan.of(lane.file(), first, KernelBoot.current()).leaves()).hasSize(second);
  }

  @Test
  void aTornLastFrameIsNoDamage() throws IOException {
    append(3);
    long end = end(3);
    lane.file().segment.set(ValueLayout.JAVA_BYTE, end + Frame.HEADER_BYTES + 5, (byte) 77);

    LaneScan scan = LaneScan.of(lane.file(), 0, KernelBoot.current());

    assertThat(scan.leaves()).hasSize(3);
    assertThat(scan.torn()).hasSize(Frame.HEADER_BYTES + 6);
  }

  @Test
  void damageBeforeAGoodFrameIsNamed() throws IOException {
    append(3);
    flip(end(1) + Frame.HEADER_BYTES + 3);

    assertThatThrownBy(() -> LaneScan.of(lane.file(), 0, KernelBoot.current()))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("bytes " + end(1) + " to ");
  }

  /** The word is stored last, so a frame that has one was whole. */
  @Test
  void damageInTheLastFrameIsNamed() throws IOException {
    append(3);
    flip(end(2) + Frame.HEADER_BYTES + 3);

    assertThatThrownBy(() -> LaneScan.of(lane.file(), 0, KernelBoot.current()))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("bytes " + end(2) + " to ");
  }

  @Test
  void bytesWhereNothingWasTakenAreDamage() throws IOException {
    append(3);
    long far = end(3) + 2 * Frame.RECORD_FRAME_BYTES_MAX;
    flip(far);

    assertThatThrownBy(() -> LaneScan.of(lane.file(), 0, KernelBoot.current()))
        .isInstanceOf(LedgerDamagedException.class)
        .hasMessageContaining("bytes " + far + " to ");
  }

  @Test
  void aKillAmidTheZeroingIsNoDamage() throws IOException {
    int sealed = fill();
    lane.take(group);
    long taken = end(sealed) - LaneFile.HEADER_BYTES;
    lane.file().taken(taken);
    for (long zeroed = 0; zeroed < taken; zeroed += 997) {
      lane.file().segment.asSlice(LaneFile.HEADER_BYTES, zeroed).fill((byte) 0);

      assertThat(LaneScan.of(lane.file(), sealed, KernelBoot.current()).leaves()).isEmpty();
    }
  }

  @Test
  void afterARestartOfTheMachineHolesAreLosses() throws IOException {
    append(6);
    flip(end(2) + Frame.HEADER_BYTES + 3);

    LaneScan scan = LaneScan.of(lane.file(), 0, OTHER_BOOT);

    assertThat(scan.leaves()).hasSize(5);
    assertThat(scan.holes()).containsExactly(new LaneScan.Hole(2, 1));
  }

  @Test
  void theSealerNoticesDamage() {
    append(2);
    flip(end(1) + Frame.HEADER_BYTES + 3);

    assertThatThrownBy(() -> lane.take(group)).isInstanceOf(IllegalStateException.class);
  }

  private void append(int count) {
    for (int i = 0; i < count; i++) {
      assertThat(lane.append(RandomCalls.typical())).isTrue();
    }
  }

  private int fill() {
    int taken = 0;
    while (lane.append(RandomCalls.typical())) {
      taken++;
    }
    return taken;
  }

  /** File offset behind the first {@code count} frames of a fresh lane. */
  private long end(int count) {
    long at = LaneFile.HEADER_BYTES;
    for (int i = 0; i < count; i++) {
      at += Frame.size(Frame.length(lane.file().segment.get(Frame.INT_LE, at)));
    }
    return at;
  }

  private void flip(long at) {
    byte old = lane.file().segment.get(ValueLayout.JAVA_BYTE, at);
    lane.file().segment.set(ValueLayout.JAVA_BYTE, at, (byte) (old ^ 1));
  }

  private Record record(int i) throws IOException {
    return Record.parseFrom(ByteBuffer.wrap(group.bytes(), group.start(i), group.length(i)));
  }
}
