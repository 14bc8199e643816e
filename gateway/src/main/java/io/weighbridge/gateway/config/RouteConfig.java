package io.weighbridge.gateway.config;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a gRPC service that is no model's goes. Immutable.
 *
 * @param name full name of a service, or of one method: service, slash, method
 * @param hosts ids of hosts
 */
public record RouteConfig(String name, List<String> hosts, Authentication authentication) {
  /** Rules of one gateway; each is a label in its metrics. */
  public static final int ROUTES_MAX = 1_000;

  private static final String SERVICE_PATTERN = "[A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*";
  private static final Pattern SERVICE = Pattern.compile(SERVICE_PATTERN);
  private static final Pattern METHOD = Pattern.compile(SERVICE_PATTERN + "/[A-Za-z_]\\w*");
  private static final int NAME_CHARACTERS_MAX = 256;

  /** Services that the gateway answers itself, or routes by model. */
  private static final Set<String> OWN =
      Set.of(
          "inference.GRPCInferenceService",
          "grpc.health.v1.Health",
          "grpc.reflection.v1.ServerReflection",
          "grpc.reflection.v1alpha.ServerReflection");

  /** Who may call. */
  public enum Authentication {
    /** Whoever has a key that names the service or method. */
    KEY,
    /** Anybody. */
    NONE
  }

  public RouteConfig {
    hosts = List.copyOf(hosts);
    check(name.indexOf('/') < 0 ? "service" : "method", name, hosts);
  }

  static void check(String key, String name, List<String> hosts) {
    Pattern allowed = key.equals("service") ? SERVICE : METHOD;
    if (name.length() > NAME_CHARACTERS_MAX || !allowed.matcher(name).matches()) {
      throw new BadValue(key, "found \"" + name + "\", allowed is " + allowed);
    }
    int slash = name.indexOf('/');
    if (OWN.contains(slash < 0 ? name : name.substring(0, slash))) {
      throw new BadValue(key, "found \"" + name + "\", which the gateway serves itself");
    }
    if (hosts.isEmpty()) {
      throw new BadValue("hosts", "found none, allowed are ids of hosts");
    }
    GatewayConfig.unique("hosts", hosts);
  }

  static void checkHosts(List<String> hosts, Set<String> known) {
    for (String host : hosts) {
      if (!known.contains(host)) {
        throw new BadValue("hosts", "found \"" + host + "\", which is not in hosts");
      }
    }
  }

  static void checkAll(List<RouteConfig> routes) {
    if (routes.size() > ROUTES_MAX) {
      throw new BadValue("routes", "found " + routes.size() + ", allowed are " + ROUTES_MAX);
    }
    GatewayConfig.unique("routes", routes.stream().map(RouteConfig::name).toList());
  }
}
