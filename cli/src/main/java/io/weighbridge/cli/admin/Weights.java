package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.Weight;
import io.weighbridge.cli.terminal.CliException;
import io.weighbridge.cli.terminal.ExitCode;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;

/** Reads {@code 1=90% 2=10%}: shares of a split, in percent or parts per million. */
final class Weights {
  private static final int WHOLE_PPM = 1_000_000;
  private static final BigDecimal PPM_PER_PERCENT = BigDecimal.valueOf(10_000);

  private Weights() {}

  /** Reads all, and checks that they add up to the whole. */
  static List<Weight> parse(List<String> texts) {
    List<Weight> weights = new ArrayList<>();
    long total = 0;
    for (String text : texts) {
      Weight weight = parse(text);
      total += weight.getPpm();
      weights.add(weight);
    }
    if (total != WHOLE_PPM) {
      throw wrong(
          "the shares do not add up",
          "found "
              + BigDecimal.valueOf(total).divide(PPM_PER_PERCENT).toPlainString()
              + " % in all; they must add up to 100 %");
    }
    return weights;
  }

  private static Weight parse(String text) {
    int equals = text.indexOf('=');
    if (equals <= 0) {
      throw wrong("a share is VERSION=PERCENT", "found \"" + text + "\"");
    }
    String share = text.substring(equals + 1);
    boolean ppm = share.endsWith("ppm");
    String number = ppm ? share.substring(0, share.length() - 3) : share.replace("%", "");
    try {
      BigDecimal amount = new BigDecimal(number.strip());
      int weightPpm = (ppm ? amount : amount.multiply(PPM_PER_PERCENT)).intValueExact();
      if (weightPpm < 0 || weightPpm > WHOLE_PPM) {
        throw wrong("a share is 0 to 100 %", "found \"" + share + "\"");
      }
      return Weight.newBuilder().setVersion(text.substring(0, equals)).setPpm(weightPpm).build();
    } catch (NumberFormatException e) {
      throw wrong("a share is a number", "found \"" + share + "\"");
    } catch (ArithmeticException e) {
      throw wrong("a share has at most four decimals", "found \"" + share + "\"");
    }
  }

  private static CliException wrong(String what, String why) {
    return new CliException(
        ExitCode.BAD_INPUT, what, why, "weighbridge traffic set minilm 1=90% 2=10% --reason WHY");
  }
}
