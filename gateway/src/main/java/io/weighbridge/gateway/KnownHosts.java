package io.weighbridge.gateway;

import io.weighbridge.gateway.attestation.Attestations;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.upstream.check.HostChecks;
import io.weighbridge.gateway.upstream.health.HostHealth;

/**
 * Whoever knows something of hosts, for operators and for metrics. Immutable.
 *
 * @param attestations what they proved
 * @param health how calls of each version go
 * @param checks what they answered when they were asked
 * @param counters their calls
 */
record KnownHosts(
    Attestations attestations, HostHealth health, HostChecks checks, HostCounters counters) {}
