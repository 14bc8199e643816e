package io.weighbridge.gateway.control.state;

import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.Ranges;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Ranges as text, in the order of receipt: {@code 0-900000 1,900000-1000000 2}. Names hold neither
 * commas nor spaces. Stateless.
 */
public final class RangesText {
  private RangesText() {}

  /** The text of ranges; empty for none. */
  public static String of(Ranges ranges) {
    return ranges.received().stream()
        .map(range -> range.from() + "-" + range.to() + " " + range.version())
        .collect(Collectors.joining(","));
  }

  static Ranges parse(String text) {
    if (text.isEmpty()) {
      return Ranges.NONE;
    }
    return new Ranges(List.of(text.split(",", -1)).stream().map(RangesText::range).toList());
  }

  private static ModelSpec.Range range(String text) {
    int dash = text.indexOf('-');
    int space = text.indexOf(' ');
    return new ModelSpec.Range(
        Integer.parseInt(text.substring(0, dash)),
        Integer.parseInt(text.substring(dash + 1, space)),
        text.substring(space + 1));
  }
}
