package io.weighbridge.integrity;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Looks at the certificate files of a process and has them taken when they changed; bad ones are
 * not, and what was taken before stays. Thread-safe: a thread of its own looks.
 */
public final class CertificateWatch implements AutoCloseable {
  /** A change is taken after it stood still for one interval: within three, so well within 10 s. */
  private static final long LOOK_INTERVAL_MS = 1_000;

  private final List<WatchedFiles> watched = new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(1, Thread.ofVirtual().name("certificates").factory());

  /** Puts certificates in force. */
  public interface Taker {
    /**
     * Takes them for all handshakes to come.
     *
     * @throws IOException when they cannot be used
     */
    void take(Certificates fresh) throws IOException;
  }

  /**
   * How the certificates of one use stand.
   *
   * @param use what they are for
   * @param notAfterUnixS when the first of those in force expires
   * @param failed whether the files as they stand were not taken
   * @param takenCount changes taken
   * @param notTakenCount changes not taken
   */
  public record Figure(
      String use, long notAfterUnixS, boolean failed, long takenCount, long notTakenCount) {}

  /** Begins to look; there is nothing to look at before it is added. */
  public CertificateWatch() {
    var _ =
        executor.scheduleWithFixedDelay(
            () -> watched.forEach(WatchedFiles::look),
            LOOK_INTERVAL_MS,
            LOOK_INTERVAL_MS,
            TimeUnit.MILLISECONDS);
  }

  /**
   * Reads files, has them taken, and looks at them from then on.
   *
   * @throws IOException when they are not good now; then they are not looked at either
   */
  public void add(String use, CertificateFiles files, Taker taker) throws IOException {
    watched.add(new WatchedFiles(use, files, taker));
  }

  /** How all certificates stand. */
  public List<Figure> figures() {
    return watched.stream().map(WatchedFiles::figure).toList();
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
