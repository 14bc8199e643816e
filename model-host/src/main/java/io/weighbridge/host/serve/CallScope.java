package io.weighbridge.host.serve;

import io.grpc.Context;
import io.weighbridge.host.repository.Generation;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one call tell each other: which generation was chosen. Thread-safe: written
 * once by the service, read when headers or trailers leave.
 */
final class CallScope {
  static final Context.Key<CallScope> KEY = Context.key("weighbridge-call-scope");

  private volatile @Nullable Generation chosen;

  /** The scope of the call this thread works for. */
  static CallScope current() {
    return KEY.get();
  }

  void choose(Generation generation) {
    chosen = generation;
  }

  @Nullable Generation chosen() {
    return chosen;
  }
}
