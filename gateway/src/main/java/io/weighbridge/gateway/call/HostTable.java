package io.weighbridge.gateway.call;

import java.net.InetSocketAddress;

/**
 * Which hosts may answer for each slot, now. Immutable; attestation publishes a new one whenever a
 * proof changes anything.
 */
public final class HostTable {
  private static final Eligible[] NOBODY = {};

  private final Eligible[][] bySlot;

  /**
   * Takes eligible hosts per {@link Target#slot}; an empty array means no host.
   *
   * @param bySlot not written to any more
   */
  public HostTable(Eligible[][] bySlot) {
    this.bySlot = bySlot;
  }

  /** A model host, identified for as long as the configuration names it. */
  public record Host(int index, String id, InetSocketAddress address) {}

  /** How strong the claim of a host on a version is when an answer arrives. */
  public enum Proof {
    VERIFIED,
    /** Proved, but longer ago than an attestation holds; serves because nobody else can. */
    STALE,
    /** The model is configured with {@code integrity: none}. */
    UNVERIFIED
  }

  /**
   * One host that may answer for a version.
   *
   * @param bootId hex boot id the host proved, or empty when unattested: its connections must show
   *     the same
   * @param loadGeneration of the proof; another one in an answer asks for a new attestation
   * @param attestationLeafPlusOne leaf of the ATTESTATION record, plus one; 0 when unattested
   */
  public record Eligible(
      Host host, Proof proof, String bootId, long loadGeneration, long attestationLeafPlusOne) {}

  /** No host for anything: the table before the first proof. */
  public static HostTable empty() {
    return new HostTable(new Eligible[0][]);
  }

  /** Hosts for this slot; never null. Borrowed: do not write to it. */
  public Eligible[] eligible(int slot) {
    return slot < bySlot.length ? bySlot[slot] : NOBODY;
  }
}
