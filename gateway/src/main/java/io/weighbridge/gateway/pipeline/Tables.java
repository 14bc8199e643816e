package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.identity.KeyTable;
import io.weighbridge.gateway.peek.ParameterNames;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.ServiceTable;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/** Everything a call is decided by, at one moment. Immutable; a call reads it once. */
public record Tables(
    RouteTable routes,
    HostTable hosts,
    KeyTable keys,
    ParameterNames parameterNames,
    ServiceTable services) {

  /** Knows no model, host or key. */
  public static final Tables EMPTY =
      new Tables(
          RouteTable.of(0, List.of(), new Slots()),
          HostTable.empty(),
          new KeyTable(Map.of()),
          ParameterNames.of(List.of()),
          ServiceTable.EMPTY);

  /** The same with other routes. */
  public Tables with(RouteTable newRoutes) {
    TreeSet<String> sticky = new TreeSet<>();
    for (ModelRoute model : newRoutes.models()) {
      if (model.spec().sticky().by() == ModelSpec.Sticky.By.PARAMETER) {
        sticky.add(model.spec().sticky().name());
      }
    }
    return new Tables(newRoutes, hosts, keys, ParameterNames.of(sticky), services);
  }

  /** The same with other hosts. */
  public Tables with(HostTable newHosts) {
    return new Tables(routes, newHosts, keys, parameterNames, services);
  }

  /** The same with other keys. */
  public Tables with(KeyTable newKeys) {
    return new Tables(routes, hosts, newKeys, parameterNames, services);
  }

  /** The same with other services. */
  public Tables with(ServiceTable newServices) {
    return new Tables(routes, hosts, keys, parameterNames, newServices);
  }
}
