package io.weighbridge.gateway.upstream.check;

import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Slots;
import org.jspecify.annotations.Nullable;

/**
 * What a host is asked. Immutable.
 *
 * @param version that must be ready; null for the whole host
 */
record Question(Host host, CheckMethod method, Slots.@Nullable Name version) {}
