package io.weighbridge.gateway.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** What a mistyped key may have meant. */
final class Spelling {
  /** More edits than this is another word. */
  private static final int EDITS_MAX = 3;

  private Spelling() {}

  /** "; did you mean X?", or what is allowed. */
  static String hint(String found, Collection<String> allowed) {
    List<String> near =
        allowed.stream()
            .distinct()
            .filter(each -> edits(found, each) <= Math.min(EDITS_MAX, each.length() / 2))
            .sorted(Comparator.comparingInt(each -> edits(found, each)))
            .toList();
    return near.isEmpty()
        ? ", allowed is " + String.join(", ", allowed.stream().distinct().sorted().toList())
        : "; did you mean " + near.getFirst() + "?";
  }

  /** Levenshtein's distance, row by row. */
  static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitute = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitute, 1 + Math.min(row[j], row[j - 1]));
      }
    }
    return row[b.length()];
  }
}
