package io.weighbridge.gateway.call;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

/**
 * One version of one model, as a call can be routed to it. Immutable; built with the route table.
 */
public final class Target {
  private final String model;
  private final String version;
  private final int slot;
  private final @Nullable AsciiString expectedDigest;
  private final long deploymentLeafPlusOne;
  private final byte[] modelUtf8;
  private final byte[] versionUtf8;
  private final AsciiString versionHeader;

  /**
   * A version and what is expected of it.
   *
   * @param slot small number that stands for (model, version) as long as the process lives; see
   *     {@link Slots}
   * @param expectedDigest "sha256:" and 64 hex digits, or null where the configuration says {@code
   *     integrity: none}
   * @param deploymentLeafPlusOne leaf of the CHANGE that made this digest expected, plus one; 0
   *     when unknown
   */
  public Target(
      String model,
      String version,
      int slot,
      @Nullable String expectedDigest,
      long deploymentLeafPlusOne) {
    this.model = model;
    this.version = version;
    this.slot = slot;
    this.expectedDigest = expectedDigest == null ? null : new AsciiString(expectedDigest);
    this.deploymentLeafPlusOne = deploymentLeafPlusOne;
    modelUtf8 = model.getBytes(UTF_8);
    versionUtf8 = version.getBytes(UTF_8);
    versionHeader = new AsciiString(version);
  }

  /** The model's name. */
  public String model() {
    return model;
  }

  /** The version. */
  public String version() {
    return version;
  }

  /** The number that stands for (model, version) in arrays. */
  public int slot() {
    return slot;
  }

  /** "sha256:" and 64 hex digits, or null with {@code integrity: none}. */
  public @Nullable AsciiString expectedDigest() {
    return expectedDigest;
  }

  /** Leaf of the CHANGE that made the digest expected, plus one; 0 when unknown. */
  public long deploymentLeafPlusOne() {
    return deploymentLeafPlusOne;
  }

  /** Whether answers must carry the expected digest. */
  public boolean attested() {
    return expectedDigest != null;
  }

  /** The model's name for the record. Borrowed. */
  public byte[] modelUtf8() {
    return modelUtf8;
  }

  /** The version for the record and for the appended field. Borrowed. */
  public byte[] versionUtf8() {
    return versionUtf8;
  }

  /** The version as a header value. */
  public AsciiString versionHeader() {
    return versionHeader;
  }
}
