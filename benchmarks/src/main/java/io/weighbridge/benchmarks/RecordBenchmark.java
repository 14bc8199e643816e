package io.weighbridge.benchmarks;

import static java.util.Objects.requireNonNull;

import com.sun.management.ThreadMXBean;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Recording one call in a ledger on this checkout's disk. Confined to the measuring thread, as a
 * lane is to its event loop; the sealer works beside it, and what it allocates is counted too.
 */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
public class RecordBenchmark {
  /** Records in one burst: together well below a lane's ring of 8 MiB. */
  private static final int BURST = 10_000;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final long DRAIN_POLL_MS = 5;

  private final CallRecord callRecord = new CallRecord();
  private Path folder = Path.of("");
  private @Nullable LedgerFiles ledger;
  private @Nullable Lane lane;

  /**
   * What the appending thread itself allocated, all measured bursts together; the allocation
   * profiler's figure holds the sealer's as well.
   */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class ByThisThread {
    public long allocatedBytes;
  }

  /** Opens a ledger as a gateway does. */
  @Setup
  public void open() throws IOException {
    folder = TypicalRecord.folder();
    ledger =
        LedgerFiles.open(
            LedgerConfig.of(
                folder.resolve("ledger"), folder.resolve("state"), "bench-gateway", "bench", 1));
    lane = ledger.lane(0);
    TypicalRecord.fill(callRecord);
  }

  /** Waits until the sealer has taken what the iteration before appended. */
  @Setup(Level.Iteration)
  public void drain() throws InterruptedException {
    while (requireNonNull(ledger).status().unsyncedBytes() > 0) {
      Thread.sleep(DRAIN_POLL_MS);
    }
  }

  /** Removes the ledger. */
  @TearDown
  public void close() throws IOException {
    requireNonNull(ledger).close();
    TypicalRecord.remove(folder);
  }

  /** What the event loop pays: a burst into an empty lane. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @OperationsPerInvocation(BURST)
  @Warmup(iterations = 40)
  @Measurement(iterations = 20)
  public void append(ByThisThread counted) {
    Lane into = requireNonNull(lane);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < BURST; i++) {
      if (!into.append(callRecord)) {
        throw new IllegalStateException("the lane is full: " + requireNonNull(ledger).status());
      }
    }
    counted.allocatedBytes += THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /** What the whole ledger sustains: appending as fast as the sealer hashes, writes and syncs. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Warmup(iterations = 3, time = 2)
  @Measurement(iterations = 3, time = 2)
  public void sustained() {
    Lane into = requireNonNull(lane);
    while (!into.append(callRecord)) {
      Thread.onSpinWait();
    }
  }
}
