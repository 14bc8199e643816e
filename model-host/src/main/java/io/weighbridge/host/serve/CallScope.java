package io.weighbridge.host.serve;

import io.grpc.Context;
import io.weighbridge.host.repository.Generation;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of one call tell each other: which generation was chosen, and what heap the
 * request has. Thread-safe: each is written once, before it is read.
 */
final class CallScope {
  static final Context.Key<CallScope> KEY = Context.key("weighbridge-call-scope");

  private volatile @Nullable Generation chosen;
  private volatile RequestMemory.@Nullable Share share;

  /** The scope of the call this thread works for. */
  static CallScope current() {
    return KEY.get();
  }

  /** What the call's messages are reckoned with. */
  void reckonWith(RequestMemory.Share taken) {
    share = taken;
  }

  RequestMemory.Share share() {
    return Objects.requireNonNull(share, "a message that nobody reckoned");
  }

  void choose(Generation generation) {
    chosen = generation;
  }

  @Nullable Generation chosen() {
    return chosen;
  }
}
