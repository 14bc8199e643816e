package io.weighbridge.ledger.tree;

import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The two hashes of RFC 6962, 2.1: {@code SHA256(0x00 || leaf)} and {@code SHA256(0x01 || left ||
 * right)}. Confined to its caller's thread.
 */
public final class TreeHash {
  /** Bytes of a hash. */
  public static final int BYTES = 32;

  private static final byte LEAF = 0;
  private static final byte NODE = 1;

  private final MessageDigest sha256 = sha256();

  /** NODE and two hashes, in one piece: two updates of a digest cost more than one and a copy. */
  private final byte[] pair = new byte[1 + 2 * BYTES];

  /** A fresh SHA-256. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** Root of the tree without leaves. */
  public byte[] empty() {
    return sha256.digest();
  }

  /** Hash of a leaf. */
  public byte[] leaf(byte[] bytes, int offset, int length) {
    sha256.update(LEAF);
    sha256.update(bytes, offset, length);
    return sha256.digest();
  }

  /** Hash of a leaf. */
  public byte[] leaf(byte[] bytes) {
    return leaf(bytes, 0, bytes.length);
  }

  /**
   * Writes the hash of a leaf into the target. Overwrites the byte in front of the leaf, so that
   * what is hashed lies in one piece.
   */
  void leaf(byte[] bytes, int offset, int length, byte[] target, int at) {
    bytes[offset - 1] = LEAF;
    sha256.update(bytes, offset - 1, 1 + length);
    digestInto(target, at);
  }

  /** Hash of two subtrees. */
  public byte[] node(byte[] left, byte[] right) {
    sha256.update(NODE);
    sha256.update(left);
    return sha256.digest(right);
  }

  /** Root of a tile's hashes from the one at {@code from} on; the count is a power of two. */
  public byte[] subtree(byte[] hashes, int from, int count) {
    if (count < 1 || Integer.bitCount(count) != 1) {
      throw new IllegalArgumentException("not a power of two: " + count);
    }
    byte[] level = new byte[count * BYTES];
    System.arraycopy(hashes, from * BYTES, level, 0, level.length);
    for (int width = count; width > 1; width /= 2) {
      for (int i = 0; i < width / 2; i++) {
        pair[0] = NODE;
        System.arraycopy(level, 2 * i * BYTES, pair, 1, 2 * BYTES);
        sha256.update(pair, 0, pair.length);
        digestInto(level, i * BYTES);
      }
    }
    return Arrays.copyOf(level, BYTES);
  }

  private void digestInto(byte[] target, int offset) {
    try {
      sha256.digest(target, offset, BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException(e);
    }
  }
}
