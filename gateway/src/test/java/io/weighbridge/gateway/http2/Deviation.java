package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/** A part of the contract that a transport is known not to keep. Stateless. */
final class Deviation {
  private Deviation() {}

  /**
   * Runs a part of the contract: it must hold, or, when there is a reason why it does not, must
   * not, so that what was mended does not stay listed.
   */
  static void judge(@Nullable String reason, ThrowingCallable part) throws Throwable {
    if (reason == null) {
      part.call();
    } else {
      assertThat(catchThrowable(part)).as("holds now, no longer: " + reason).isNotNull();
    }
  }
}
