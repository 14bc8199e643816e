package io.weighbridge.gateway.observe;

/**
 * What all event loops counted of the calls of one version. Immutable.
 *
 * @param okNs time of the calls answered OK, together
 * @param failedNs time of all others, together
 */
public record VersionCalls(long okCount, long okNs, long failedCount, long failedNs) {}
