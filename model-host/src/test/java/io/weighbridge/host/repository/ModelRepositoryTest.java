package io.weighbridge.host.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.engine.Engines;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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

  @Test
  void aRepositoryThatIsNotThereKeepsWhatIsServed() throws IOException {
    Path models = Files.createDirectory(root.resolve("models"));
    ModelFolders.adding(models, "add", "1", 1);
    try (Engines engines = new Engines(1);
        ModelRepository repository =
            new ModelRepository(models, List.of(), engines, Clock.systemUTC(), new Listener())) {
      repository.refresh();
      Generation before = Objects.requireNonNull(repository.find("add", "1"));
      Files.move(models, root.resolve("away"));
      assertThatExceptionOfType(NotDirectoryException.class).isThrownBy(repository::refresh);
      assertThat(repository.find("add", "1")).isSameAs(before);
      assertThat(before.tryHold()).isTrue();
      before.release();
    }
  }

  @Test
  void aModelThatCannotBeListedLeavesTheOthersServedAndKeepsItsOwn() throws IOException {
    ModelFolders.adding(root, "a", "1", 1);
    ModelFolders.adding(root, "b", "1", 1);
    Set<Path> unreadable = new HashSet<>(Set.of(root.resolve("a")));
    ModelRepository.Lister lister =
        folder -> {
          if (unreadable.contains(folder)) {
            throw new AccessDeniedException(folder.toString());
          }
          return folder.equals(root) ? List.of("a", "b") : List.of("1");
        };
    try (Engines engines = new Engines(1);
        ModelRepository repository =
            new ModelRepository(
                root, List.of(), engines, Clock.systemUTC(), new Listener(), lister)) {
      assertThat(repository.refresh()).isEqualTo(1);
      assertThat(failures)
          .containsExactly("a [AccessDeniedException: " + root.resolve("a") + "] kept null");
      assertThat(served(repository)).containsExactly("b version 1 generation 1");
      unreadable.clear();
      assertThat(repository.refresh()).isZero();
      unreadable.add(root.resolve("a"));
      ModelFolders.adding(root, "b", "1", 2);
      assertThat(repository.refresh()).isEqualTo(1);
      assertThat(served(repository))
          .containsExactly("a version 1 generation 1", "b version 1 generation 2");
    }
  }

  /** As a folder of a file server that is away: it is there, and nobody can say what it is. */
  @Test
  void aFolderThatCannotBeLookedAtIsNotGone() throws IOException {
    ModelFolders.adding(root, "a", "1", 1);
    try (Engines engines = new Engines(1);
        ModelRepository repository =
            new ModelRepository(root, List.of(), engines, Clock.systemUTC(), new Listener())) {
      assertThat(repository.refresh()).isZero();
      Files.move(root.resolve("a"), root.resolve("gone away"));
      Files.createSymbolicLink(root.resolve("a"), Path.of("a"));
      // The model, and the version it has served.
      assertThat(repository.refresh()).isEqualTo(2);
      assertThat(served(repository)).containsExactly("a version 1 generation 1");
    }
  }

  private static List<String> served(ModelRepository repository) {
    return repository.all().stream().map(Generation::toString).toList();
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
