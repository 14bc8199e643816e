package io.weighbridge.gateway.route;

import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Seats;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import java.util.List;

/**
 * Where the calls of one gRPC service, or of one of its methods, go. Immutable. Nothing is proved
 * about what answers them.
 */
public final class ServiceRule {
  private final String name;
  private final String service;
  private final boolean authenticated;
  private final Target target;
  private final Eligible[] hosts;

  /**
   * A rule.
   *
   * @param name full name of a service, or of a method: service, slash, method
   * @param hosts that serve it
   * @param authenticated whether its callers need a key that names it
   * @param slots gives the rule the number its calls are counted under
   * @param seats gives its hosts theirs
   */
  public ServiceRule(
      String name, List<Host> hosts, boolean authenticated, Slots slots, Seats seats) {
    this.name = '/' + name;
    int slash = name.indexOf('/');
    service = '/' + (slash < 0 ? name : name.substring(0, slash));
    this.authenticated = authenticated;
    target = new Target("", "", slots.of(this.name, ""), null, 0);
    this.hosts =
        hosts.stream()
            .map(host ->
                new Eligible(host, Proof.UNVERIFIED, "", null, 0, 0, seats.of(host, target.slot())))
            .toArray(Eligible[]::new);
  }

  /** Slash and the name of a service, or of a method. */
  public String name() {
    return name;
  }

  /** Slash and the name of the service. */
  public String service() {
    return service;
  }

  /** Whether its callers need a key that names it. */
  public boolean authenticated() {
    return authenticated;
  }

  /** What its calls are counted as: no model. */
  public Target target() {
    return target;
  }

  /** The hosts that serve it. Borrowed. */
  public Eligible[] hosts() {
    return hosts;
  }
}
