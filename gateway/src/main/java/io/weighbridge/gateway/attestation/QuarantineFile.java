package io.weighbridge.gateway.attestation;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The hosts that are quarantined, on disk: a restart releases nobody. Thread-safe. One line a host:
 * id, tab, reason. Hosts that the configuration does not name at present are kept.
 */
public final class QuarantineFile {
  private final @Nullable Path file;

  // Guarded by this object.
  private final Map<String, String> reasons;

  private QuarantineFile(@Nullable Path file, Map<String, String> reasons) {
    this.file = file;
    this.reasons = reasons;
  }

  /**
   * Reads the file if there is one.
   *
   * @throws IOException also when a line is not understood: guessing would release somebody
   */
  public static QuarantineFile open(Path file) throws IOException {
    Map<String, String> reasons = new TreeMap<>();
    if (Files.exists(file)) {
      for (String line : Files.readAllLines(file, UTF_8)) {
        int tab = line.indexOf('\t');
        if (tab <= 0) {
          throw new IOException(
              file + ": not \"host, tab, reason\": " + line + "; mend or remove the line");
        }
        reasons.put(line.substring(0, tab), line.substring(tab + 1));
      }
    }
    return new QuarantineFile(file, reasons);
  }

  /** Remembers until the process ends. */
  static QuarantineFile inMemory() {
    return new QuarantineFile(null, new TreeMap<>());
  }

  /** Why each quarantined host is. */
  synchronized Map<String, String> reasons() {
    return new LinkedHashMap<>(reasons);
  }

  /** Writes a host down; durable on return. If that fails the next write has it. */
  synchronized void add(String host, String reason) throws IOException {
    reasons.put(host, reason.replaceAll("\\p{Cntrl}", " "));
    write(file, reasons);
  }

  /** Strikes a host out; durable on return. If that fails the host stays written down. */
  synchronized void remove(String host) throws IOException {
    Map<String, String> left = new TreeMap<>(reasons);
    if (left.remove(host) != null) {
      write(file, left);
      reasons.remove(host);
    }
  }

  private static void write(@Nullable Path file, Map<String, String> reasons) throws IOException {
    if (file == null) {
      return;
    }
    StringBuilder text = new StringBuilder();
    reasons.forEach((host, reason) -> text.append(host).append('\t').append(reason).append('\n'));
    Path draft = file.resolveSibling(file.getFileName() + ".new");
    try (FileChannel channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = UTF_8.encode(text.toString());
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
    try (FileChannel folder =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      folder.force(true);
    }
  }
}
