package io.weighbridge.ledger.read;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A log of 16 million records that is made as it is read. */
final class IdSearchTest {
  private static final int WIDTH = 256;
  private static final long BUNDLES = 65_536;
  private static final long SEED = Long.getLong("seed", System.nanoTime());

  /** A start of the gateway every so many bundles, the first with an epoch ids do not tell. */
  private static final long BUNDLES_PER_START = 16_384;

  private static final long FIRST_EPOCH = 4_095;
  private static final long START_MS = 1_760_000_000_000L;

  /** Two binary searches and a bracket: far below what a scan would read. */
  private static final int READS_MAX = 60;

  private final Random random = new Random(SEED);
  private boolean stepsBack;
  private int reads;

  @Test
  void findsARecordInALogarithmOfTheLog() throws IOException {
    for (int i = 0; i < 200; i++) {
      assertFound(random.nextLong(BUNDLES * WIDTH));
    }
  }

  @Test
  void findsItAlsoWhereClocksStepped() throws IOException {
    stepsBack = true;
    for (int i = 0; i < 200; i++) {
      assertFound(random.nextLong(BUNDLES * WIDTH));
    }
  }

  @Test
  void findsTheFirstAndTheLastOfEachStart() throws IOException {
    for (long bundle = 0; bundle < BUNDLES; bundle += BUNDLES_PER_START) {
      assertFound(bundle * WIDTH);
      assertFound((bundle + BUNDLES_PER_START) * WIDTH - 1);
    }
  }

  @Test
  void findsARecordOfAnIdleLane() throws IOException {
    assertFound(rareIndex(3 * BUNDLES_PER_START / 2));
  }

  @Test
  void provesThatARecordIsNowhere() throws IOException {
    RecordId there = record(5_000_000).id();
    RecordId otherTime =
        RecordId.of(there.unixMs() + 7, epoch(5_000_000 / WIDTH), there.lane(), there.sequence());
    assertNowhere(otherTime);
    assertNowhere(RecordId.of(there.unixMs(), epoch(0) + 100, 0, 5));
    assertNowhere(RecordId.of(there.unixMs(), epoch(0), 0, 1L << 40));
  }

  @Test
  void leavesAReservedIdOfAnotherTimeUnproved() throws IOException {
    IdSearch search =
        new IdSearch(
            this::bundle, BUNDLES, RecordId.of(START_MS, FIRST_EPOCH, RecordId.RESERVED_LANE, 3));

    assertThat(search.near()).isEmpty();
    assertThat(search.proved()).isFalse();
  }

  private void assertFound(long index) throws IOException {
    RecordId id = record(index).id();
    reads = 0;

    Leaf found = new IdSearch(this::bundle, BUNDLES, id).near().orElseThrow();

    assertThat(found.index()).as("seed %d", SEED).isEqualTo(index);
    assertThat(reads).as("seed %d leaf %d", SEED, index).isLessThanOrEqualTo(READS_MAX);
  }

  private void assertNowhere(RecordId id) throws IOException {
    reads = 0;
    IdSearch search = new IdSearch(this::bundle, BUNDLES, id);

    assertThat(search.near()).isEmpty();
    assertThat(search.proved()).isTrue();
    assertThat(reads).isLessThanOrEqualTo(2 * READS_MAX);
  }

  private List<Leaf> bundle(long bundle) throws IOException {
    reads++;
    List<Leaf> leaves = new ArrayList<>(WIDTH);
    for (int i = 0; i < WIDTH; i++) {
      leaves.add(record(bundle * WIDTH + i));
    }
    return leaves;
  }

  private static long epoch(long bundle) {
    return FIRST_EPOCH + bundle / BUNDLES_PER_START;
  }

  /** The one leaf of a bundle that lane 9 has, in one bundle of a thousand. */
  private static long rareIndex(long bundle) {
    return (bundle - bundle % 1_000) * WIDTH + 100;
  }

  private static boolean isRare(long index) {
    return index % (1_000 * WIDTH) == 100;
  }

  private Leaf record(long index) throws InvalidProtocolBufferException {
    long inStart = index % (BUNDLES_PER_START * WIDTH);
    long bootEpoch = epoch(index / WIDTH);
    int lane = isRare(index) ? 9 : (int) (inStart % 2);
    long sequence = isRare(index) ? inStart / (1_000 * WIDTH) : inStart / 2;
    long stepMs = stepsBack && inStart > BUNDLES_PER_START * WIDTH / 2 ? 86_400_000 : 0;
    long unixMs = START_MS + index - stepMs;
    RecordId id = RecordId.of(unixMs, bootEpoch, lane, sequence);
    Record record =
        Record.newBuilder()
            .setRecordId(ByteString.copyFrom(id.toBytes()))
            .setBootEpoch(bootEpoch)
            .setLane(lane)
            .setSequence(sequence)
            .setCompletedAt(unixMs * 1_000_000)
            .build();
    return Leaf.parse(index, record.toByteArray());
  }
}
