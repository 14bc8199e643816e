package io.weighbridge.gateway.route;

import io.netty.util.AsciiString;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The services that rules of the configuration route, beside inference. Immutable. */
public final class ServiceTable {
  /** No service. */
  public static final ServiceTable EMPTY = new ServiceTable(List.of());

  private final Map<AsciiString, ServiceRule> byName = new HashMap<>();
  private final Set<String> services = new HashSet<>();

  /** A table of these rules; each has a name of its own. */
  public ServiceTable(List<ServiceRule> rules) {
    for (ServiceRule rule : rules) {
      byName.put(AsciiString.of(rule.name()), rule);
      services.add(rule.service().substring(1));
    }
  }

  /** Every rule. */
  public Collection<ServiceRule> rules() {
    return byName.values();
  }

  /** Whether a rule routes the service, or a method of it. */
  public boolean serves(String service) {
    return services.contains(service);
  }

  /** The rule of a {@code :path}: of the method if it has one, else of its service; or null. */
  public @Nullable ServiceRule find(AsciiString path) {
    int slash = byName.isEmpty() ? -1 : path.indexOf("/", 1);
    if (slash < 0 || slash == path.length() - 1 || path.indexOf("/", slash + 1) >= 0) {
      return null;
    }
    ServiceRule ofMethod = byName.get(path);
    return ofMethod != null ? ofMethod : byName.get(path.subSequence(0, slash));
  }
}
