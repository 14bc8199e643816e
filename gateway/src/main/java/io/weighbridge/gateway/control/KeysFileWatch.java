package io.weighbridge.gateway.control;

import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.config.KeysFile;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Changes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the keys file into the state, at start and whenever it changes. A bad file leaves the keys
 * as they are. Its own thread looks; {@link #failed} is thread-safe.
 *
 * <p>It looks instead of being told: a file behind a symbolic link that is swapped, as
 * orchestrators do, raises no event in its own folder.
 */
final class KeysFileWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeysFileWatch.class);

  /** A change is in force within a second: two looks and the ledger's sync. */
  static final long LOOK_INTERVAL_MS = 300;

  private final Path file;
  private final Changes changes;
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("keys-file").factory());
  private String seen = "";

  /** Why the file as it stands was not taken; empty when it was. */
  private volatile String trouble = "";

  KeysFileWatch(Path file, Changes changes) {
    this.file = file;
    this.changes = changes;
  }

  /** Reads the file now; it must be good at start. */
  void readFirst() throws ConfigException, IOException {
    seen = stamp();
    try {
      read();
    } catch (AdminException e) {
      throw new ConfigException(List.of(file + ":1: " + e.getMessage()));
    }
  }

  void start() {
    var _ =
        executor.scheduleWithFixedDelay(
            this::look, LOOK_INTERVAL_MS, LOOK_INTERVAL_MS, TimeUnit.MILLISECONDS);
  }

  /** Whether the file as it stands was not taken. */
  boolean failed() {
    return !trouble.isEmpty();
  }

  /** The edge of a background task: the next look must come. */
  void look() {
    boolean fresh = false;
    try {
      String now = stamp();
      fresh = !now.equals(seen);
      if (fresh || failed()) {
        seen = now;
        read();
        trouble = "";
        LOG.info("the keys file {} was read", file);
      }
    } catch (NoSuchFileException e) {
      notTaken(fresh, "it is missing", null);
    } catch (ConfigException | AdminException | IOException e) {
      notTaken(fresh, e.getMessage(), null);
    } catch (RuntimeException | Error e) {
      notTaken(fresh, e.toString(), e);
    }
  }

  /** Told once, however often it is looked at: the log may be on the disk that is full. */
  private void notTaken(boolean fresh, @Nullable String why, @Nullable Throwable defect) {
    String now = String.valueOf(why);
    if (fresh || !now.equals(trouble)) {
      LOG.error("the keys file {} was not taken, the old keys stay: {}", file, now, defect);
    }
    trouble = now;
  }

  private void read() throws ConfigException, IOException {
    KeysFile keys = KeysFile.load(file);
    changes.apply(state -> {
      Change change = Keys.fromFile(state, keys, Keys.unixNs(Clock.systemUTC()));
      return change == null ? List.of() : List.of(change);
    });
  }

  /** Differs whenever the file may: time, size and inode, through any link. */
  private String stamp() throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    return attributes.lastModifiedTime() + " " + attributes.size() + " " + attributes.fileKey();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
