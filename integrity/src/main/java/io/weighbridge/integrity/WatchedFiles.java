package io.weighbridge.integrity;

import java.io.IOException;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one use and how they were taken last. Changed by the looking thread; {@link #figure}
 * is thread-safe.
 */
final class WatchedFiles {
  private static final Logger log = LoggerFactory.getLogger(WatchedFiles.class);

  private final String use;
  private final CertificateFiles files;
  private final CertificateWatch.Taker taker;
  private String seen;
  private boolean changed;
  private volatile CertificateWatch.Figure figure;

  WatchedFiles(String use, CertificateFiles files, CertificateWatch.Taker taker)
      throws IOException {
    this.use = use;
    this.files = files;
    this.taker = taker;
    seen = files.stamp();
    figure = new CertificateWatch.Figure(use, take(), false, 0, 0);
  }

  private long take() throws IOException {
    Certificates fresh = files.read();
    taker.take(fresh);
    return fresh.notAfter().getEpochSecond();
  }

  /**
   * Has the files taken when they changed and then stood still, so that a certificate and its key
   * that are replaced one after the other, or slowly, are not taken for bad; and again when they
   * were not good the last time, for they may have been too early.
   */
  void look() {
    try {
      String now = files.stamp();
      if (!now.equals(seen)) {
        seen = now;
        changed = true;
      } else if (changed || figure.failed()) {
        long notAfterUnixS = take();
        figure = after(notAfterUnixS, false);
        log.info("{}: new certificates, good until {}", use, Instant.ofEpochSecond(notAfterUnixS));
        changed = false;
      }
    } catch (IOException | RuntimeException | Error e) { // A background task: it must look again.
      if (changed || !figure.failed()) {
        figure = after(figure.notAfterUnixS(), true);
        log.error("{}: certificates were not taken, the old ones stay: {}", use, e.getMessage());
      }
      changed = false;
    }
  }

  private CertificateWatch.Figure after(long notAfterUnixS, boolean failed) {
    return new CertificateWatch.Figure(
        use,
        notAfterUnixS,
        failed,
        figure.takenCount() + (failed ? 0 : 1),
        figure.notTakenCount() + (failed ? 1 : 0));
  }

  CertificateWatch.Figure figure() {
    return figure;
  }
}
