package io.weighbridge.host.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One version's trouble is its own, also when it is a defect of ours. */
class ModelRepositoryTest {
  @TempDir private Path root;
  private final List<String> failures = new ArrayList<>();

  @Test
  void aDefectInLoadingOneVersionLeavesTheOthersServed() throws IOException {
    ModelFolders.adding(root, "add", "1", 1);
    ModelFolders.adding(root, "add", "2", 2);
    BreakingClock clock = new BreakingClock();
    try (Engines engines = new Engines(1);
        ModelRepository repository =
            new ModelRepository(root, List.of(), engines, clock, new Listener())) {
      clock.readingsLeft = 1;
      assertThat(repository.refresh()).isEqualTo(1);
      assertThat(repository.versions("add")).containsExactly("1");
      assertThat(failures)
          .containsExactly("add version 2 [IllegalStateException: the clock broke] kept null");

      Generation before = Objects.requireNonNull(repository.find("add", "1"));
      ModelFolders.adding(root, "add", "1", 10);
      clock.readingsLeft = 0;
      assertThat(repository.refresh()).isEqualTo(2);
      assertThat(repository.find("add", "1")).isSameAs(before);
      assertThat(failures.get(1)).endsWith("kept " + before);
    }
  }

  private static final class BreakingClock extends Clock {
    private int readingsLeft;

    @Override
    public Instant instant() {
      if (readingsLeft == 0) {
        throw new IllegalStateException("the clock broke");
      }
      readingsLeft--;
      return Instant.EPOCH;
    }

    @Override
    public ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
      return this;
    }
  }

  private final class Listener implements ModelRepository.LoadListener {
    @Override
    public void reading(String label, long sizeBytes) {}

    @Override
    public void loaded(Generation generation, boolean replaced, long tookMs) {}

    @Override
    public void unchanged(Generation generation) {}

    @Override
    public void unloaded(Generation generation) {}

    @Override
    public void failed(String label, List<String> problems, @Nullable Generation kept) {
      failures.add(label + " " + problems + " kept " + kept);
    }
  }
}
