package io.weighbridge.ledger.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.read.LedgerReader;
import io.weighbridge.ledger.read.LedgerVerifier;
import io.weighbridge.ledger.read.Verdict;
import io.weighbridge.ledger.read.VerifyReport;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL under load, again and again; {@code -Dkill.rounds=} for more, {@code -Dseed=} to replay.
 */
final class KillTest {
  private static final int ROUNDS = Integer.getInteger("kill.rounds", 3);
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final long LIFE_NS_MAX = 400_000_000;

  @TempDir private Path folder;

  @Test
  void everyAcknowledgedRecordIsFound() throws Exception {
    Random random = new Random(SEED);
    Map<Long, long[]> acknowledged = new HashMap<>();
    for (int round = 0; round < ROUNDS; round++) {
      long[] notes = liveAndDie(random.nextLong(LIFE_NS_MAX));
      acknowledged.put(notes[0], notes);
      VerifyReport killed = verify();
      assertThat(killed.integrity()).as("seed %d, killed", SEED).isNotEqualTo(Verdict.BROKEN);
    }
    LedgerFiles.open(KilledWriter.config(folder)).close();

    VerifyReport report = verify();
    assertThat(report.findings()).as("seed %d", SEED).isEmpty();
    assertThat(report.verdict()).isEqualTo(Verdict.PROVED);
    Map<String, Long> found = found();
    acknowledged.forEach((boot, notes) -> {
      for (int lane = 0; lane < KilledWriter.LANES; lane++) {
        assertThat(found.getOrDefault(boot + "/" + lane, 0L))
            .as("seed %d boot %d lane %d", SEED, boot, lane)
            .isGreaterThanOrEqualTo(notes[lane + 1]);
      }
      assertThat(found.getOrDefault(boot + "/applied", 0L))
          .as("seed %d boot %d control", SEED, boot)
          .isGreaterThanOrEqualTo(notes[KilledWriter.LANES + 1]);
    });
    assertThat(acknowledged.values().stream().mapToLong(n -> n[1] + n[2]).sum()).isPositive();
  }

  private long[] liveAndDie(long lifeNs) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx256m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                folder.toString())
            .redirectError(new File(folder.toFile(), "stderr"))
            .start();
    try (BufferedReader out = process.inputReader()) {
      assertThat(out.readLine()).isEqualTo("ready");
      LockSupport.parkNanos(lifeNs);
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    MappedByteBuffer notes = KilledWriter.notes(folder);
    long[] values = new long[KilledWriter.LANES + 2];
    for (int i = 0; i < values.length; i++) {
      values[i] = notes.getLong(8 * i);
      notes.putLong(8 * i, 0);
    }
    return values;
  }

  private VerifyReport verify() throws IOException {
    Path directory = KilledWriter.config(folder).directory();
    return LedgerVerifier.verify(directory, LedgerReader.ownKey(directory), Map.of(), _ -> {});
  }

  private Map<String, Long> found() throws IOException {
    Map<String, Long> found = new HashMap<>();
    LedgerReader reader = LedgerReader.open(KilledWriter.config(folder).directory());
    reader.forEach(
        0,
        Long.MAX_VALUE,
        leaf -> {
          Record record = leaf.record();
          if (record.getKind() == Kind.KIND_APPLIED) {
            found.merge(record.getBootEpoch() + "/applied", 1L, Long::sum);
          } else if (record.getLane() != RecordId.CONTROL_LANE) {
            found.merge(record.getBootEpoch() + "/" + record.getLane(), 1L, Long::sum);
          }
        });
    return found;
  }
}
