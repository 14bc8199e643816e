package io.weighbridge.gateway.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

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

  /** A model host, the same object for as long as the configuration names it. Immutable. */
  public static final class Host {
    private final int index;
    private final String id;
    private final InetSocketAddress address;
    private final byte[] idUtf8;
    private final AsciiString authority;
    private final @Nullable HostTls tls;

    /**
     * A host of the configuration, reached in plain text.
     *
     * @param index small number of its own, for arrays
     */
    public Host(int index, String id, InetSocketAddress address) {
      this(index, id, address, null);
    }

    /**
     * A host of the configuration.
     *
     * @param index small number of its own, for arrays
     * @param tls null for plain text
     */
    public Host(int index, String id, InetSocketAddress address, @Nullable HostTls tls) {
      this.tls = tls;
      this.index = index;
      this.id = id;
      this.address = address;
      idUtf8 = id.getBytes(UTF_8);
      authority = new AsciiString(address.getHostString() + ':' + address.getPort());
    }

    /** A small number of its own, for arrays. */
    public int index() {
      return index;
    }

    /** Its name in the configuration. */
    public String id() {
      return id;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
      return address;
    }

    /** How connections to it are secured; null for plain text. */
    public @Nullable HostTls tls() {
      return tls;
    }

    /** Its name for the record. Borrowed. */
    public byte[] idUtf8() {
      return idUtf8;
    }

    /** Its address as {@code :authority} says it. */
    public AsciiString authority() {
      return authority;
    }

    @Override
    public String toString() {
      return id + " at " + authority;
    }
  }

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
   * @param tlsKeyHash {@link TlsPeer#keyHash} of the proof: its connections must show the same;
   *     null when unattested
   * @param loadGeneration of the proof; another one in an answer asks for a new attestation
   * @param attestationLeafPlusOne leaf of the ATTESTATION record, plus one; 0 when unattested
   * @param seat number of this version on this host; see {@link Seats}
   */
  public record Eligible(
      Host host,
      Proof proof,
      String bootId,
      @Nullable String tlsKeyHash,
      long loadGeneration,
      long attestationLeafPlusOne,
      int seat) {}

  /** No host for anything: the table before the first proof. */
  public static HostTable empty() {
    return new HostTable(new Eligible[0][]);
  }

  /** One more than the highest slot that may have hosts. */
  public int slots() {
    return bySlot.length;
  }

  /** Hosts for this slot; never null. Borrowed: do not write to it. */
  public Eligible[] eligible(int slot) {
    return slot < bySlot.length ? bySlot[slot] : NOBODY;
  }
}
