package io.weighbridge.ledger.tree;

/** Names of tiles and entry bundles by C2SP tlog-tiles. */
public final class TilePath {
  /** Hashes in a full tile, leaves in a full bundle. */
  public static final int WIDTH = 256;

  /** Levels a tree of any practical size has: 256^7 leaves. */
  public static final int LEVELS_MAX = 7;

  private TilePath() {}

  /** Path of a tile of hashes; {@link #WIDTH} is the width of a full one. */
  public static String tile(int level, long index, int width) {
    return "tile/" + level + "/" + number(index) + suffix(width);
  }

  /** Path of a bundle of leaves. */
  public static String entries(long index, int width) {
    return "tile/entries/" + number(index) + suffix(width);
  }

  /** How many hashes of a level stand in full or partial tiles of a tree of this size. */
  public static long hashes(long treeSize, int level) {
    return treeSize >>> (8 * level);
  }

  private static String suffix(int width) {
    return width == WIDTH ? "" : ".p/" + width;
  }

  private static String number(long index) {
    String text = threeDigits(index % 1000);
    for (long rest = index / 1000; rest > 0; rest /= 1000) {
      text = "x" + threeDigits(rest % 1000) + "/" + text;
    }
    return text;
  }

  private static String threeDigits(long number) {
    return Long.toString(1000 + number).substring(1);
  }
}
