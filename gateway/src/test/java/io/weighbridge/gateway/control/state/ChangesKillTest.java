package io.weighbridge.gateway.control.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.read.LedgerReader;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL for real, with the real ledger, at moments nobody chose. */
final class ChangesKillTest {
  private static final int ROUNDS = 3;

  @TempDir Path folder;

  @Test
  @Timeout(value = 5, unit = TimeUnit.MINUTES)
  void everyChangeHasItsRecordAndEveryRecordItsChange() throws Exception {
    Random random = new Random(7);
    for (int round = 0; round < ROUNDS; round++) {
      long published = runAndKill(5 + random.nextInt(40), random.nextInt(3_000_000));
      check(published);
    }
  }

  /** The last epoch the process said it had published. */
  private long runAndKill(int epochs, int delayNs) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                ChangesUnderFire.class.getName(),
                folder.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    long last = -1;
    try (BufferedReader out = process.inputReader()) {
      for (int seen = 0; seen < epochs; seen++) {
        last = Long.parseLong(String.valueOf(out.readLine()));
      }
      long atNs = System.nanoTime() + delayNs;
      while (System.nanoTime() < atNs) {
        Thread.onSpinWait();
      }
      // By its handle: killing the Process itself would close the pipe with what it printed last.
      process.toHandle().destroyForcibly();
      process.waitFor();
      for (String line = out.readLine(); line != null; line = out.readLine()) {
        last = Long.parseLong(line);
      }
    }
    return last;
  }

  private void check(long published) throws IOException {
    List<String> kept;
    try (Ledger ledger = ChangesUnderFire.openLedger(folder);
        Changes changes = Changes.open(folder.resolve("state"), ledger, _ -> {})) {
      changes.serve();
      assertThat(changes.current().epoch()).isGreaterThanOrEqualTo(published);
      kept =
          changes.history("minilm", Long.MAX_VALUE, 10_000).reversed().stream()
              .map(Traffic::recordId)
              .toList();
    }
    List<String> recorded = new ArrayList<>();
    LedgerReader reader = LedgerReader.open(folder.resolve("ledger"));
    reader.forEach(
        0,
        reader.checkpoint().size(),
        leaf -> {
          if (leaf.record().getKind() == Kind.KIND_CHANGE) {
            recorded.add(leaf.id().toString());
          }
        });
    assertThat(recorded).isEqualTo(kept);
  }
}
