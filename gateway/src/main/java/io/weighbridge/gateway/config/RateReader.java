package io.weighbridge.gateway.config;

import io.weighbridge.gateway.admission.RateRule;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads one entry of {@code rates}. Stateless. */
final class RateReader {
  /** Rules of one file. */
  static final int RULES_MAX = 10_000;

  /** Calls that may come at once. */
  static final long BURST_MAX = 1_000_000;

  private static final long SECOND_NS = 1_000_000_000L;

  /* A microsecond between two calls: finer would be lost in the clock. */
  private static final long INTERVAL_NS_MIN = 1_000;
  private static final Pattern RATE = Pattern.compile("(\\d{1,9})/([smh])");
  private static final Map<String, Long> UNIT_NS =
      Map.of("s", SECOND_NS, "m", 60 * SECOND_NS, "h", 3_600 * SECOND_NS);

  private RateReader() {}

  static @Nullable RateRule read(Section section) {
    String tenant = section.text("tenant");
    String principal = section.has("principal") ? section.text("principal") : null;
    Rate rate = section.value("rate", RateReader::rate, new Rate("", SECOND_NS));
    long intervalNs = rate.intervalNs;
    // Without a word of its own, what comes in a second may come at once.
    long burstUsual = Math.max(1, SECOND_NS / intervalNs);
    long burst = section.value("burst", String.valueOf(burstUsual), RateReader::burst);
    return section.make(() -> {
      checkWho(tenant, principal);
      return new RateRule(tenant, principal, intervalNs, (int) burst, rate.text);
    });
  }

  /** As it was written, and the time from one call to the next. */
  private record Rate(String text, long intervalNs) {}

  private static Rate rate(String text) {
    Matcher matcher = RATE.matcher(text);
    Long unitNs = matcher.matches() ? UNIT_NS.get(matcher.group(2)) : null;
    long calls = unitNs == null ? 0 : Long.parseLong(matcher.group(1));
    if (unitNs == null || calls < 1 || unitNs / calls < INTERVAL_NS_MIN) {
      throw new IllegalArgumentException(
          "found \"" + text + "\", allowed is 1/h to 1000000/s, such as 100/s, 600/m or 50/h");
    }
    return new Rate(text, unitNs / calls);
  }

  private static long burst(String text) {
    long burst = Values.count(text);
    if (burst < 1 || burst > BURST_MAX) {
      throw new IllegalArgumentException("found " + text + ", allowed is 1 to " + BURST_MAX);
    }
    return burst;
  }

  private static void checkWho(String tenant, @Nullable String principal) {
    boolean eachTenant = tenant.equals(RateRule.EACH);
    boolean eachPrincipal = RateRule.EACH.equals(principal);
    if (!eachTenant) {
      Names.check("tenant", tenant);
    }
    if (principal != null && !eachPrincipal) {
      Names.check("principal", principal);
      if (eachTenant) {
        throw new BadValue("principal", "a caller is named together with its tenant");
      }
    }
  }

  static void checkAll(List<RateRule> rules) {
    if (rules.size() > RULES_MAX) {
      throw new BadValue("rates", "found " + rules.size() + ", allowed are " + RULES_MAX);
    }
    Set<String> seen = new HashSet<>();
    for (RateRule rule : rules) {
      String who =
          rule.tenant() + (rule.principal() == null ? "" : " with principal " + rule.principal());
      if (!seen.add(who)) {
        throw new BadValue("rates", "tenant " + who + " stands here twice");
      }
    }
  }
}
