package io.weighbridge.leaks;

import io.netty.util.ResourceLeakTracker;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A buffer that was taken and not given back yet, with the traces Netty keeps of it; the buffer
 * itself is not held. Thread-safe.
 */
final class OpenBuffer<T> implements ResourceLeakTracker<T> {
  /** What constants hold is never given back, and need not be. */
  private static final String CONSTANT = ".<clinit>(";

  private static final Set<OpenBuffer<?>> OPEN = ConcurrentHashMap.newKeySet();

  private final String type;
  private final ResourceLeakTracker<T> traced;

  private OpenBuffer(String type, ResourceLeakTracker<T> traced) {
    this.type = type;
    this.traced = traced;
  }

  static <T> OpenBuffer<T> open(T buffer, ResourceLeakTracker<T> traced) {
    OpenBuffer<T> open = new OpenBuffer<>(buffer.getClass().getSimpleName(), traced);
    OPEN.add(open);
    return open;
  }

  /** How many are open, those of constants with them: cheap. */
  static int count() {
    return OPEN.size();
  }

  /** Those open that no constant holds, and are to be given back by somebody. */
  static List<OpenBuffer<?>> owed() {
    OPEN.removeIf(each -> each.traces().contains(CONSTANT));
    return List.copyOf(OPEN);
  }

  /** Blames nobody else for it. */
  void forget() {
    OPEN.remove(this);
  }

  String traces() {
    return type + ": " + traced;
  }

  @Override
  public void record() {
    traced.record();
  }

  @Override
  public void record(@Nullable Object hint) {
    traced.record(hint);
  }

  @Override
  public boolean close(T buffer) {
    OPEN.remove(this);
    return traced.close(buffer);
  }
}
