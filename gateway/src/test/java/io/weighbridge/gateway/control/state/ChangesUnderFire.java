package io.weighbridge.gateway.control.state;

import static java.util.Objects.requireNonNull;

import io.weighbridge.gateway.control.Configs;
import io.weighbridge.gateway.route.Ranges;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * A process that changes traffic without end, and prints every epoch it published, to be killed.
 */
final class ChangesUnderFire {
  private ChangesUnderFire() {}

  /** Runs in the folder given. */
  @SuppressWarnings("InfiniteLoopStatement") // It is killed.
  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[0]);
    try (Ledger ledger = openLedger(folder);
        Changes changes =
            Changes.open(
                folder.resolve("state"), ledger, state -> System.out.println(state.epoch()))) {
      changes.apply(new Reconciliation(Configs.of(folder, Configs.TWO_VERSIONS), new Random(1)));
      changes.serve();
      for (int ppm = 1; ; ppm++) {
        changes.apply(split(ppm % 1_000_000));
      }
    }
  }

  static Ledger openLedger(Path folder) throws IOException {
    return LedgerFiles.open(
        LedgerConfig.of(
            folder.resolve("ledger"), folder.resolve("ledger-state"), "gw-1", "test", 1));
  }

  private static Decision split(int ppm) {
    return state -> {
      Ranges ranges = requireNonNull(state.model("minilm")).traffic().ranges();
      Ranges next = ranges.change(Map.of("1", 1_000_000 - ppm, "2", ppm));
      return List.of(
          new Change(
              new Change.Actor("alice", "operator"),
              "under fire",
              "traffic.set",
              "minilm",
              new Change.Shown("", ""),
              new Delta.PutTraffic("minilm", Traffic.decided(next, "alice", "under fire"))));
    };
  }
}
