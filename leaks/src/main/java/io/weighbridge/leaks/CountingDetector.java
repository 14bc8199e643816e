package io.weighbridge.leaks;

import io.netty.buffer.ByteBuf;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakTracker;
import org.jspecify.annotations.Nullable;

/**
 * Netty's detector, which notices what the garbage collector happens to find, with a count of every
 * buffer that is open besides. Netty makes one for each type of resource when it is named by the
 * system property {@value #PROPERTY}. Thread-safe.
 *
 * @param <T> the type of resource
 */
public final class CountingDetector<T> extends ResourceLeakDetector<T> {
  static final String PROPERTY = "io.netty.customResourceLeakDetector";

  /** Used by Netty. */
  public CountingDetector(Class<?> resourceType, int samplingInterval) {
    super(resourceType, samplingInterval);
  }

  /** Used by Netty. */
  public CountingDetector(Class<?> resourceType, int samplingInterval, long maxActive) {
    super(resourceType, samplingInterval);
  }

  @Override
  public @Nullable ResourceLeakTracker<T> track(T resource) {
    return counted(resource, super.track(resource));
  }

  @Override
  public @Nullable ResourceLeakTracker<T> trackForcibly(T resource) {
    return counted(resource, super.trackForcibly(resource));
  }

  private static <T> @Nullable ResourceLeakTracker<T> counted(
      T resource, @Nullable ResourceLeakTracker<T> traced) {
    // What is native behind TLS is left to finalizers by those who use it (grpc-java), and by
    // Netty.
    return traced == null || !(resource instanceof ByteBuf)
        ? traced
        : OpenBuffer.open(resource, traced);
  }
}
