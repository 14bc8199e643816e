package io.weighbridge.benchmarks;

import static java.util.Objects.requireNonNull;

import com.sun.management.OperatingSystemMXBean;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.write.LedgerFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * CPU of the whole ledger per record and thread while records come at a fixed rate, in batches as
 * an event loop makes them. Confined to the measuring thread; the ledger's threads work beside it.
 *
 * <p>One operation is {@link #WINDOW_S} seconds; one warms up, one is measured.
 */
@State(Scope.Thread)
@OutputTimeUnit(TimeUnit.SECONDS)
@BenchmarkMode(Mode.SingleShotTime)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 1)
public class SealBenchmark {
  /** Long enough for several journal segments to be closed and settled. */
  private static final int WINDOW_S = 12;

  private static final long NS_PER_S = 1_000_000_000;

  /** Batches a second: an event loop under load reads about as often. */
  private static final int BATCHES_PER_S = 2_000;

  /** In one batch when no rate is given. */
  private static final int BATCH_FLAT_OUT = 64;

  private static final long REFUSED_PARK_NS = 50_000;
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final OperatingSystemMXBean PROCESS =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();

  /** Records a second; 0 is as fast as the ledger takes them. */
  @Param({"40000", "100000", "0"})
  public int rate;

  private final CallRecord callRecord = new CallRecord();
  private Path folder = Path.of("");
  private @Nullable LedgerFiles ledger;
  private @Nullable Lane lane;

  /** What one window cost; the ns are CPU per record. */
  @AuxCounters(AuxCounters.Type.EVENTS)
  @State(Scope.Thread)
  public static class Cost {
    public double appendNs;
    public double sealerNs;
    public double treeNs;
    public double settlerNs;
    public double processNs;
    public double recordsPerS;

    /** Batches the lane did not take whole. */
    public double refused;

    public double syncsPerS;

    /** Longest a record waited for its sync, warm-up included. */
    public double syncAgeMsMax;
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

  /** Removes the ledger. */
  @TearDown
  public void close() throws IOException {
    requireNonNull(ledger).close();
    TypicalRecord.remove(folder);
  }

  /** One window. */
  @Benchmark
  public void seal(Cost cost) {
    Map<String, Long> cpuBefore = cpuByThread();
    long processBefore = PROCESS.getProcessCpuTime();
    long syncsBefore = requireNonNull(ledger).status().syncCount();
    long startNs = System.nanoTime();
    long endNs = startNs + WINDOW_S * NS_PER_S;
    long records = 0;
    long appendNs = 0;
    for (long nowNs = startNs; nowNs < endNs; nowNs = System.nanoTime()) {
      long due = rate == 0 ? records + BATCH_FLAT_OUT : (nowNs - startNs) * rate / NS_PER_S;
      long cpuNs = THREADS.getCurrentThreadCpuTime();
      records += append(due - records);
      appendNs += THREADS.getCurrentThreadCpuTime() - cpuNs;
      cost.refused += records < due ? 1 : 0;
      pause(records < due, nowNs);
    }
    double count = records;
    Map<String, Long> cpuAfter = cpuByThread();
    cost.appendNs = appendNs / count;
    cost.sealerNs = spent("ledger-sealer", cpuBefore, cpuAfter) / count;
    cost.treeNs = spent("ledger-tree", cpuBefore, cpuAfter) / count;
    cost.settlerNs = spent("ledger-settler", cpuBefore, cpuAfter) / count;
    cost.processNs = (PROCESS.getProcessCpuTime() - processBefore) / count;
    cost.recordsPerS = count / WINDOW_S;
    cost.syncAgeMsMax = requireNonNull(ledger).status().syncAgeNsMax() / 1e6;
    cost.syncsPerS =
        (requireNonNull(ledger).status().syncCount() - syncsBefore) / (double) WINDOW_S;
  }

  /** Appends until the lane refuses; answers with how many it took. */
  private long append(long count) {
    Lane into = requireNonNull(lane);
    long taken = 0;
    while (taken < count && into.append(callRecord)) {
      taken++;
    }
    return taken;
  }

  private void pause(boolean refused, long batchStartNs) {
    if (refused) {
      LockSupport.parkNanos(REFUSED_PARK_NS);
    } else if (rate > 0) {
      LockSupport.parkNanos(batchStartNs + NS_PER_S / BATCHES_PER_S - System.nanoTime());
    }
  }

  private static double spent(String name, Map<String, Long> before, Map<String, Long> after) {
    return after.getOrDefault(name, 0L) - before.getOrDefault(name, 0L);
  }

  private static Map<String, Long> cpuByThread() {
    Map<String, Long> found = new HashMap<>();
    for (long id : THREADS.getAllThreadIds()) {
      @Nullable ThreadInfo info = THREADS.getThreadInfo(id);
      if (info != null) {
        found.merge(info.getThreadName(), THREADS.getThreadCpuTime(id), Long::sum);
      }
    }
    return found;
  }
}
