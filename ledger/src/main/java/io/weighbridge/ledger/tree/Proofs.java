package io.weighbridge.ledger.tree;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Inclusion and consistency proofs of RFC 6962, 2.1.1 and 2.1.2, made and checked; checking follows
 * RFC 9162, 2.1.3.2 and 2.1.4.2, which accept the same proofs. Confined to its caller's thread.
 */
public final class Proofs {
  private final TreeHash hash = new TreeHash();

  /** Root of the tree of this size. */
  public byte[] root(long size, HashSource source) throws IOException {
    return size == 0 ? hash.empty() : range(0, size, source);
  }

  /** Siblings from the leaf's up to the root's child. */
  public List<byte[]> inclusion(long index, long size, HashSource source) throws IOException {
    if (index < 0 || index >= size) {
      throw new IllegalArgumentException("leaf " + index + " is not in a tree of " + size);
    }
    List<byte[]> proof = new ArrayList<>();
    long from = 0;
    long to = size;
    while (to - from > 1) {
      long middle = from + split(to - from);
      boolean left = index < middle;
      proof.add(left ? range(middle, to, source) : range(from, middle, source));
      from = left ? from : middle;
      to = left ? middle : to;
    }
    return proof.reversed();
  }

  /** Proof that the tree of the first size is a prefix of the tree of the second. */
  public List<byte[]> consistency(long first, long second, HashSource source) throws IOException {
    if (first < 1 || first > second) {
      throw new IllegalArgumentException("no proof from " + first + " to " + second);
    }
    List<byte[]> proof = new ArrayList<>();
    long from = 0;
    long to = second;
    boolean whole = true;
    while (to != first) {
      long middle = from + split(to - from);
      boolean left = first <= middle;
      proof.add(left ? range(middle, to, source) : range(from, middle, source));
      whole &= left;
      from = left ? from : middle;
      to = left ? middle : to;
    }
    if (!whole) {
      proof.add(range(from, to, source));
    }
    return proof.reversed();
  }

  /** Whether the proof leads from this leaf hash to this root. */
  public boolean included(byte[] leafHash, long index, long size, List<byte[]> proof, byte[] root) {
    if (index < 0 || index >= size || !areHashes(proof) || leafHash.length != TreeHash.BYTES) {
      return false;
    }
    long leftOver = index;
    long last = size - 1;
    byte[] at = leafHash;
    for (byte[] sibling : proof) {
      if (last == 0) {
        return false;
      }
      if ((leftOver & 1) == 1 || leftOver == last) {
        at = hash.node(sibling, at);
        while ((leftOver & 1) == 0 && leftOver != 0) {
          leftOver >>>= 1;
          last >>>= 1;
        }
      } else {
        at = hash.node(at, sibling);
      }
      leftOver >>>= 1;
      last >>>= 1;
    }
    return last == 0 && Arrays.equals(at, root);
  }

  private static boolean areHashes(List<byte[]> proof) {
    for (byte[] hash : proof) {
      if (hash.length != TreeHash.BYTES) {
        return false;
      }
    }
    return true;
  }

  /** A tree's size and root. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a whole.
  public record Head(long size, byte[] root) {}

  /** Whether the proof shows that the first tree is a prefix of the second. */
  public boolean consistent(Head first, Head second, List<byte[]> proof) {
    if (first.size() < 1 || first.size() > second.size() || !areHashes(proof)) {
      return false;
    }
    if (first.size() == second.size()) {
      return proof.isEmpty() && Arrays.equals(first.root(), second.root());
    }
    List<byte[]> path = new ArrayList<>(proof);
    if (Long.bitCount(first.size()) == 1) {
      path.addFirst(first.root());
    }
    if (path.isEmpty()) {
      return false;
    }
    int skip = Long.numberOfTrailingZeros(first.size());
    return climb((first.size() - 1) >>> skip, (second.size() - 1) >>> skip, path, first, second);
  }

  private boolean climb(long from, long to, List<byte[]> path, Head first, Head second) {
    long firstAt = from;
    long secondAt = to;
    byte[] firstRoot = path.getFirst();
    byte[] secondRoot = path.getFirst();
    for (byte[] step : path.subList(1, path.size())) {
      if (secondAt == 0) {
        return false;
      }
      if ((firstAt & 1) == 1 || firstAt == secondAt) {
        firstRoot = hash.node(step, firstRoot);
        secondRoot = hash.node(step, secondRoot);
        while ((firstAt & 1) == 0 && firstAt != 0) {
          firstAt >>>= 1;
          secondAt >>>= 1;
        }
      } else {
        secondRoot = hash.node(secondRoot, step);
      }
      firstAt >>>= 1;
      secondAt >>>= 1;
    }
    return secondAt == 0
        && Arrays.equals(firstRoot, first.root())
        && Arrays.equals(secondRoot, second.root());
  }

  /** Hash over leaves from..to-1, where a subtree of the tree starts at {@code from}. */
  private byte[] range(long from, long to, HashSource source) throws IOException {
    long size = to - from;
    if (Long.bitCount(size) == 1) {
      int height = Long.numberOfTrailingZeros(size);
      return source.hash(height, from >>> height);
    }
    long middle = from + split(size);
    byte[] left = range(from, middle, source);
    return hash.node(left, range(middle, to, source));
  }

  /** The largest power of two below the size. */
  private static long split(long size) {
    return Long.highestOneBit(size - 1);
  }
}
