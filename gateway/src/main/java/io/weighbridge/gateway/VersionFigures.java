package io.weighbridge.gateway;

import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.observe.GatewayFigures.VersionHosts;
import io.weighbridge.gateway.pipeline.CurrentTables;
import io.weighbridge.gateway.pipeline.Tables;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ServiceRule;
import io.weighbridge.gateway.upstream.health.HostHealth;
import io.weighbridge.gateway.upstream.health.SeatReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the hosts of each version, and of each rule of `routes`, stand. Thread-safe. */
record VersionFigures(HostHealth health, CurrentTables tables) {
  List<VersionHosts> all() {
    Map<Integer, Integer> resting = new HashMap<>();
    Map<Integer, Long> inFlightMax = new HashMap<>();
    for (SeatReport report : health.reports()) {
      if (report.state().rests()) {
        resting.merge(report.slot(), 1, Integer::sum);
      } else if (!health.draining(report.host())) {
        inFlightMax.merge(report.slot(), (long) report.figures().inFlightMax(), Long::sum);
      }
    }
    Tables now = tables.get();
    List<VersionHosts> all = new ArrayList<>();
    for (ModelRoute model : now.routes().models()) {
      for (Target target : model.targets()) {
        int hosts = now.hosts().eligible(target.slot()).length;
        all.add(of(target.slot(), target.model(), target.version(), hosts, inFlightMax, resting));
      }
    }
    for (ServiceRule rule : now.services().rules()) {
      int slot = rule.target().slot();
      all.add(of(slot, rule.name(), "", rule.hosts().length, inFlightMax, resting));
    }
    return all;
  }

  private VersionHosts of(
      int slot,
      String model,
      String version,
      int hosts,
      Map<Integer, Long> inFlightMax,
      Map<Integer, Integer> resting) {
    HostHealth.Panic panic = health.panic(slot);
    return new VersionHosts(
        model,
        version,
        hosts,
        inFlightMax.getOrDefault(slot, 0L),
        resting.getOrDefault(slot, 0),
        panic.now(),
        panic.count());
  }
}
