package io.weighbridge.host.repository;

import java.util.Comparator;

/** Order of version names: numbers by value, before all other names; those as text. Stateless. */
public final class VersionOrder {
  /** The order; the last is what a call without a version gets. */
  public static final Comparator<String> ASCENDING = VersionOrder::compare;

  private static final int DIGITS_MAX = 18;

  private VersionOrder() {}

  private static int compare(String a, String b) {
    boolean aNumber = isNumber(a);
    boolean bNumber = isNumber(b);
    if (aNumber != bNumber) {
      return aNumber ? -1 : 1;
    }
    int byValue = aNumber ? Long.compare(Long.parseLong(a), Long.parseLong(b)) : 0;
    return byValue != 0 ? byValue : a.compareTo(b);
  }

  private static boolean isNumber(String text) {
    return !text.isEmpty()
        && text.length() <= DIGITS_MAX
        && text.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
