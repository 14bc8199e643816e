package io.weighbridge.gateway.admission;

import io.weighbridge.gateway.call.Caller;
import org.jspecify.annotations.Nullable;

/**
 * A caller, however it proved who it is, or, without a principal, a tenant. Immutable.
 *
 * @param principal null for all callers of the tenant together
 */
record Whose(String tenant, @Nullable String principal) {
  /** The caller itself: its keys and certificates share what it may. */
  static Whose of(Caller caller) {
    return new Whose(caller.tenant(), caller.principal());
  }
}
