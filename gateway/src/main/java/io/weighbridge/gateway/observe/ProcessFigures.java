package io.weighbridge.gateway.observe;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.management.OperatingSystemMXBean;

/** What the JVM says about itself. Stateless. */
final class ProcessFigures {
  private ProcessFigures() {}

  static void addTo(Snapshots page, GatewayFigures gateway) {
    MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
    page.add(Metric.HEAP_USED, heap.getUsed());
    page.add(Metric.HEAP_MAX, heap.getMax());
    page.add(Metric.DIRECT_USED, gateway.directBytes());
    page.add(Metric.BUFFERS_HELD, gateway.buffersHeldBytes());
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      page.add(Metric.GC_SECONDS, Math.max(0, gc.getCollectionTime()) / 1e3, gc.getName());
    }
    page.add(Metric.THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
    page.add(Metric.START_TIME, ManagementFactory.getRuntimeMXBean().getStartTime() / 1e3);
    OperatingSystemMXBean system = ManagementFactory.getOperatingSystemMXBean();
    if (system instanceof UnixOperatingSystemMXBean unix) {
      page.add(Metric.CPU_SECONDS, unix.getProcessCpuTime() / 1e9);
      page.add(Metric.OPEN_FILES, unix.getOpenFileDescriptorCount());
    }
  }
}
