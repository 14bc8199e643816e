package io.weighbridge.ledger.read;

import io.weighbridge.ledger.tree.TilePath;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A tile's or bundle's place in the tree, read from its path. Immutable.
 *
 * @param level of the tile; bundles lie at level 0
 * @param index within the level
 * @param width hashes or leaves in it
 */
record TileName(int level, long index, int width) {
  private static final Pattern PATH =
      Pattern.compile("tile/(entries|[0-6])/((?:x[0-9]{3}/)*[0-9]{3})(?:\\.p/([1-9][0-9]{0,2}))?");

  /** Reads the path; empty when no tile is called so. */
  static Optional<TileName> of(String path) {
    Matcher matcher = PATH.matcher(path);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String digits = matcher.group(2).replaceAll("[x/]", "");
    int width = matcher.group(3) == null ? TilePath.WIDTH : Integer.parseInt(matcher.group(3));
    boolean entries = matcher.group(1).equals("entries");
    int level = entries ? 0 : Integer.parseInt(matcher.group(1));
    if (digits.length() > 18 || width > TilePath.WIDTH) {
      return Optional.empty();
    }
    long index = Long.parseLong(digits);
    String expected = entries ? TilePath.entries(index, width) : TilePath.tile(level, index, width);
    return expected.equals(path)
        ? Optional.of(new TileName(level, index, width))
        : Optional.empty();
  }

  /** Whether a tree of this size has a tile here that is at least as wide. */
  boolean within(long treeSize) {
    return index * TilePath.WIDTH + width <= TilePath.hashes(treeSize, level);
  }
}
