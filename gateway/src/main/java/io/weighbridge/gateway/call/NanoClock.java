package io.weighbridge.gateway.call;

/** The monotonic clock, as a seam: tests drive time by hand. Thread-safe. */
@FunctionalInterface
public interface NanoClock {
  /** The clock of the process. */
  NanoClock SYSTEM = System::nanoTime;

  /** Nanoseconds since an arbitrary moment; only differences mean anything. */
  long nowNs();
}
