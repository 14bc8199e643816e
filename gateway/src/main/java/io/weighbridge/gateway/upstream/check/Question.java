package io.weighbridge.gateway.upstream.check;

import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Slots;
import org.jspecify.annotations.Nullable;

/**
 * What a host is asked. Immutable.
 *
 * @param version that must be ready; null for the whole host
 */
record Question(Host host, CheckMethod method, Slots.@Nullable Name version) {
  /** Space and the version, for people; empty for the whole host. */
  String about() {
    Slots.Name of = version;
    return of == null ? "" : " of " + of.model() + " " + of.version();
  }
}
