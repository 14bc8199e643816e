package io.weighbridge.ledger.read;

import io.weighbridge.ledger.tree.TilePath;
import io.weighbridge.ledger.tree.TreeHash;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Compares what the leaves hash to with the tiles that are stored. Confined to one verification.
 *
 * <p>A difference is kept until the root is known: if the signature stands the tile is wrong and
 * nothing is lost, else the leaves below it were changed.
 */
final class TileCheck {
  /** Tiles of 8 KiB. */
  private static final int MADE_MAX = 1_000;

  private final LedgerFolder folder;
  private final Findings findings;
  private final List<Difference> differences = new ArrayList<>();
  private final Map<String, byte[]> made = new HashMap<>();
  private long differenceCount;

  /** A place where a file and the tree differ. */
  private record Difference(String file, long firstLeaf, String what) {}

  TileCheck(LedgerFolder folder, Findings findings) {
    this.folder = folder;
    this.findings = findings;
  }

  private void differ(Difference difference) {
    differenceCount++;
    if (differences.size() < VerifyReport.FINDINGS_MAX) {
      differences.add(difference);
    }
  }

  /**
   * Tiles that differ, by the path of the full one, as the leaves make them; null when there are
   * more than are kept.
   */
  @Nullable Map<String, byte[]> made() {
    return made.size() > MADE_MAX ? null : made;
  }

  /** The hashes stored for a tile, however many; none when there is no readable file. */
  byte[] stored(int level, long index, int width) {
    for (String file :
        List.of(TilePath.tile(level, index, width), TilePath.tile(level, index, TilePath.WIDTH))) {
      try {
        byte[] bytes = folder.readIfThere(file);
        if (bytes != null) {
          return bytes;
        }
      } catch (IOException e) {
        differ(new Difference(file, firstLeaf(level, index, 0), "cannot be read: " + e));
      }
    }
    return new byte[0];
  }

  /** Compares one tile, full or at the right edge, and every narrower copy of it. */
  void compare(int level, long index, byte[] hashes) {
    int width = hashes.length / TreeHash.BYTES;
    String file = TilePath.tile(level, index, width);
    String full = TilePath.tile(level, index, TilePath.WIDTH);
    long before = differenceCount;
    if (!compareFile(file, level, index, hashes, false)
        && !compareFile(full, level, index, hashes, true)) {
      differ(new Difference(file, firstLeaf(level, index, 0), "is missing"));
    }
    if (differenceCount > before && made.size() <= MADE_MAX) {
      made.put(full, hashes);
    }
    for (int narrower : widths(full + ".p", width)) {
      byte[] prefix = Arrays.copyOf(hashes, narrower * TreeHash.BYTES);
      // One that is gone by now was dropped by the gateway.
      var _ = compareFile(TilePath.tile(level, index, narrower), level, index, prefix, false);
    }
  }

  /** False when there is no such file. */
  private boolean compareFile(String file, int level, long index, byte[] hashes, boolean mayGoOn) {
    byte[] bytes;
    try {
      bytes = folder.read(file);
    } catch (NoSuchFileException _) {
      return false;
    } catch (IOException e) {
      differ(new Difference(file, firstLeaf(level, index, 0), "cannot be read: " + e.getMessage()));
      return true;
    }
    int at = Arrays.mismatch(bytes, hashes);
    if (at >= 0 && at < hashes.length) {
      int hash = at / TreeHash.BYTES;
      differ(
          new Difference(
              file,
              firstLeaf(level, index, hash),
              "hash %d is not that of the leaves below".formatted(hash)));
    } else if (at >= 0 && !mayGoOn) {
      differ(new Difference(file, firstLeaf(level, index, 0), "bytes behind the last hash"));
    }
    return true;
  }

  /** Compares the narrower copies of a bundle. */
  void compareBundles(long index, List<byte[]> leaves) {
    String partials = TilePath.entries(index, TilePath.WIDTH) + ".p";
    for (int width : widths(partials, leaves.size())) {
      String file = TilePath.entries(index, width);
      try {
        byte[] expected = Bundle.toBytes(leaves.subList(0, width));
        if (!Arrays.equals(folder.read(file), expected)) {
          differ(
              new Difference(
                  file, index * TilePath.WIDTH, "an older copy of these leaves that differs"));
        }
      } catch (NoSuchFileException _) {
        // Dropped meanwhile.
      } catch (IOException e) {
        differ(new Difference(file, index * TilePath.WIDTH, "cannot be read: " + e.getMessage()));
      }
    }
  }

  /** A file that repeats proved records and has something besides. */
  void differs(String file, long leaf, String what) {
    differ(new Difference(file, leaf, what));
  }

  /** Widths below the given one that stand in a directory of partial tiles. */
  private List<Integer> widths(String directory, int below) {
    List<Integer> widths = new ArrayList<>();
    try {
      for (String name : folder.names(directory)) {
        if (name.matches("[1-9][0-9]{0,2}") && Integer.parseInt(name) < below) {
          widths.add(Integer.parseInt(name));
        }
      }
    } catch (NoSuchFileException _) {
      return List.of(); // Dropped meanwhile.
    } catch (IOException e) {
      differ(new Difference(directory, -1, "cannot be read: " + e.getMessage()));
    }
    return widths;
  }

  /** The root is known: says what the differences mean. */
  void conclude(boolean signatureStands) {
    Finding.Weight weight = signatureStands ? Finding.Weight.DERIVED : Finding.Weight.ALTERED;
    for (Difference difference : differences) {
      findings.add(weight, difference.file, difference.firstLeaf, difference.what);
    }
    if (differenceCount > differences.size()) {
      findings.addUnkept(weight, differenceCount - differences.size());
    }
  }

  private static long firstLeaf(int level, long index, int hash) {
    return (index * TilePath.WIDTH + hash) << (8 * level);
  }
}
