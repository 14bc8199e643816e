package io.weighbridge.ledger;

/**
 * The 16 bytes that name a record, a UUIDv8 (RFC 9562): 48 bits of Unix milliseconds, version, the
 * 12 low bits of the boot epoch, variant, 12 bits of lane, 50 bits of sequence. Immutable.
 *
 * @param high the first eight bytes, big-endian
 * @param low the last eight
 */
public record RecordId(long high, long low) {}
