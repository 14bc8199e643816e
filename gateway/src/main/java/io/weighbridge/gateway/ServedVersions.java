package io.weighbridge.gateway;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.pipeline.CurrentTables;
import io.weighbridge.gateway.pipeline.Tables;
import io.weighbridge.gateway.route.ServiceRule;
import io.weighbridge.gateway.upstream.health.HostHealth;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * Who serves what, of models and other services, as the tables of the moment say. Confined to
 * whoever looks at the health of hosts.
 */
final class ServedVersions implements Supplier<List<HostHealth.Version>> {
  private final CurrentTables tables;
  private Tables seen = Tables.EMPTY;
  private List<HostHealth.Version> versions = List.of();

  ServedVersions(CurrentTables tables) {
    this.tables = tables;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Tables are published whole: another object is news.
  public List<HostHealth.Version> get() {
    Tables now = tables.get();
    if (now != seen) {
      seen = now;
      versions = versions(now);
    }
    return versions;
  }

  private static List<HostHealth.Version> versions(Tables now) {
    List<HostHealth.Version> all = new ArrayList<>();
    HostTable hosts = now.hosts();
    for (int slot = 0; slot < hosts.slots(); slot++) {
      if (hosts.eligible(slot).length > 0) {
        all.add(new HostHealth.Version(slot, List.of(hosts.eligible(slot))));
      }
    }
    for (ServiceRule rule : now.services().rules()) {
      all.add(new HostHealth.Version(rule.target().slot(), List.of(rule.hosts())));
    }
    return all;
  }
}
