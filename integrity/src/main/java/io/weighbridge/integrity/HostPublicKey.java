package io.weighbridge.integrity;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.security.interfaces.EdECPublicKey;
import java.security.spec.X509EncodedKeySpec;

/** The public half of a {@link HostKey}: what a gateway enrols. Immutable. */
public final class HostPublicKey {
  private static final String PEM_LABEL = "PUBLIC KEY";
  private static final int PEM_BYTES_MAX = 4096;

  private final PublicKey key;

  HostPublicKey(PublicKey key) {
    this.key = key;
  }

  /**
   * Reads an Ed25519 public key from a PEM file, as {@code openssl pkey -pubout} writes it.
   *
   * @throws IOException when it can't be read or holds something else
   */
  public static HostPublicKey load(Path file) throws IOException {
    String pem = Pem.read(file);
    if (pem.length() > PEM_BYTES_MAX) {
      throw new IOException(file + ": not a public key in PEM: larger than " + PEM_BYTES_MAX);
    }
    try {
      return ofPem(pem);
    } catch (IllegalArgumentException e) {
      throw new IOException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Reads an Ed25519 public key from PEM text.
   *
   * @throws IllegalArgumentException when it is something else
   */
  public static HostPublicKey ofPem(String pem) {
    byte[] der = Pem.decode(pem, PEM_LABEL);
    try {
      PublicKey key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(der));
      if (key instanceof EdECPublicKey) {
        return new HostPublicKey(key);
      }
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not an Ed25519 public key: " + e.getMessage(), e);
    }
    throw new IllegalArgumentException("not an Ed25519 public key");
  }

  /** The PEM text. */
  public String toPem() {
    return Pem.encode(PEM_LABEL, key.getEncoded());
  }

  /** Hex SHA-256 of the DER-encoded SubjectPublicKeyInfo: the key's name in envelopes and logs. */
  public String keyId() {
    return Digest.sha256(key.getEncoded()).hex();
  }

  /** Whether this key made this signature over these bytes. */
  public boolean verify(byte[] signed, byte[] signature) {
    try {
      Signature ed25519 = Signature.getInstance("Ed25519");
      ed25519.initVerify(key);
      ed25519.update(signed);
      return ed25519.verify(signature);
    } catch (SignatureException e) {
      return false; // Not even the shape of a signature.
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime has no Ed25519", e);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof HostPublicKey host && key.equals(host.key);
  }

  @Override
  public int hashCode() {
    return key.hashCode();
  }

  @Override
  public String toString() {
    return "ed25519:" + keyId();
  }
}
