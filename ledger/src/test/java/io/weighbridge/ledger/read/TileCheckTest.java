package io.weighbridge.ledger.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TileCheckTest {
  private static final int MANY = 3 * VerifyReport.FINDINGS_MAX;

  @TempDir private Path folder;

  @Test
  void countsWhatItDoesNotKeep() {
    Findings findings = new Findings();
    TileCheck check = new TileCheck(new LedgerFolder(folder), findings);
    byte[] tile = new byte[TilePath.WIDTH * TreeHash.BYTES];
    check.compare(0, 0, tile);
    assertThat(check.made()).containsOnlyKeys(TilePath.tile(0, 0, TilePath.WIDTH));

    for (int i = 1; i < MANY; i++) {
      check.compare(0, i, tile);
    }
    check.conclude(true);

    assertThat(check.made()).isNull();
    assertThat(findings.kept()).hasSize(VerifyReport.FINDINGS_MAX);
    assertThat(findings.count()).isEqualTo(MANY);
  }
}
