package io.weighbridge.ledger.write;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.nio.channels.FileChannel.MapMode.READ_ONLY;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FileSystemSyncTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "4.19.0, false",
    "5.7.19-generic, false",
    "5.8.0, true",
    "5.15.0-91-generic, true",
    "6.1.0, true",
    "nonsense, false"
  })
  void isUsedFromTheLinuxOnThatReportsFailures(String version, boolean used) {
    assertThat(FileSystemSync.reportsFailures(version)).isEqualTo(used);
  }

  @Test
  void syncsWhatWasWrittenAndNamesWhatIsMissing() throws IOException {
    FileSystemSync fileSystem = FileSystemSync.of(folder);
    if (fileSystem == null) {
      return; // Files are synced one by one here, which FaultTest goes through everywhere.
    }
    Path file = Files.writeString(folder.resolve("tile"), "hashes");

    fileSystem.begin(file);
    fileSystem.sync();

    assertThatThrownBy(() -> fileSystem.begin(folder.resolve("none")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none: open failed, errno 2");
    fileSystem.close();
  }

  @Test
  void keepsTheLastFilesInThePageCacheAndNoOthers() throws Throwable {
    FileSystemSync fileSystem = FileSystemSync.of(folder);
    if (fileSystem == null) {
      return;
    }
    Path first = written("first");
    Path second = written("second");
    fileSystem.begin(first);
    fileSystem.begin(second);
    for (int i = 1; i < FileSystemSync.CACHED_MAX; i++) {
      fileSystem.begin(written("file" + i));
    }

    assertThat(isCached(first)).isFalse();
    assertThat(isCached(second)).isTrue();
    fileSystem.close();
  }

  private Path written(String name) throws IOException {
    Path file = folder.resolve(name);
    try (FileChannel channel = FileChannel.open(file, CREATE_NEW, WRITE)) {
      channel.write(ByteBuffer.allocate(100));
      channel.force(true);
    }
    return file;
  }

  /** Whether the file's first page is in memory, by mincore(2), which reads nothing. */
  @SuppressWarnings("restricted")
  private static boolean isCached(Path file) throws Throwable {
    Linker linker = Linker.nativeLinker();
    MethodHandle mincore =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("mincore"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS));
    try (Arena arena = Arena.ofConfined();
        FileChannel channel = FileChannel.open(file, READ)) {
      MemorySegment mapped = channel.map(READ_ONLY, 0, channel.size(), arena);
      MemorySegment resident = arena.allocate(JAVA_BYTE);
      assertThat((int) mincore.invokeExact(mapped, mapped.byteSize(), resident)).isZero();
      return resident.get(JAVA_BYTE, 0) != 0;
    }
  }
}
