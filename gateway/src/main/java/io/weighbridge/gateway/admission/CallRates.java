package io.weighbridge.gateway.admission;

import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The rates of all callers, by the rules of the configuration. Thread-safe.
 *
 * <p>It remembers callers and tenants that proved who they are, and no others: as many as there
 * ever were keys and certificates for. What a caller has used stays used when its key is changed.
 */
public final class CallRates {
  /** Nobody has a rule. */
  public static final CallRates NONE = new CallRates(List.of());

  private final Map<Whose, RateRule> rules = new HashMap<>();
  private final ConcurrentHashMap<Whose, RateLimit> limits = new ConcurrentHashMap<>();

  /** Rates by these rules, of which no two name the same. */
  public CallRates(List<RateRule> rules) {
    for (RateRule rule : rules) {
      this.rules.put(new Whose(rule.tenant(), rule.principal()), rule);
    }
  }

  /** What this caller's calls count against. Whoever proved nothing has no rate. */
  public Allowance of(Caller caller, long nowNs) {
    if (rules.isEmpty() || caller.authMethod() == AuthMethod.NONE) {
      return Allowance.BOUNDLESS;
    }
    RateLimit own = limit(Whose.of(caller), nowNs);
    RateLimit tenants = limit(new Whose(caller.tenant(), null), nowNs);
    return own == null && tenants == null ? Allowance.BOUNDLESS : new Allowance(own, tenants);
  }

  private @Nullable RateLimit limit(Whose whose, long nowNs) {
    RateRule rule = rule(whose);
    String name = whose.principal() == null ? "the tenant" : "the caller";
    return rule == null
        ? null
        : limits.computeIfAbsent(whose, _ -> new RateLimit(rule, name, nowNs));
  }

  /** The rule that names it most closely. */
  private @Nullable RateRule rule(Whose whose) {
    boolean caller = whose.principal() != null;
    RateRule named = rules.get(whose);
    if (named == null && caller) {
      named = rules.get(new Whose(whose.tenant(), RateRule.EACH));
    }
    return named == null
        ? rules.get(new Whose(RateRule.EACH, caller ? RateRule.EACH : null))
        : named;
  }
}
