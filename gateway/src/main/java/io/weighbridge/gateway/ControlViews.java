package io.weighbridge.gateway;

import io.weighbridge.admin.v1.Host;
import io.weighbridge.gateway.attestation.Attestations;
import io.weighbridge.gateway.attestation.HostStatus;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.control.ControlPlane;
import io.weighbridge.gateway.control.HostControl;
import io.weighbridge.gateway.control.RoutableVersions;
import io.weighbridge.gateway.control.TrafficFigures;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.SplitTraffic;
import io.weighbridge.gateway.pipeline.CurrentTables;
import io.weighbridge.gateway.pipeline.Tables;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ServiceRule;
import io.weighbridge.gateway.upstream.health.SeatReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** What control sees of attestation and of the figures. Stateless. */
final class ControlViews {
  private ControlViews() {}

  static ControlPlane.Views of(
      KnownHosts known, Slots slots, CallMetrics metrics, CurrentTables tables) {
    SplitTraffic traffic = new SplitTraffic(metrics);
    RoutableVersions versions =
        (model, version) -> {
          Attestations.VersionHosts hosts = known.attestations().versionHosts(model, version);
          return new RoutableVersions.Hosts(hosts.eligible(), hosts.known());
        };
    TrafficFigures figures = (model, version) -> figures(traffic.figures(slots.of(model, version)));
    return new ControlPlane.Views(versions, new Hosts(known, slots, tables), figures);
  }

  private static TrafficFigures.Figures figures(SplitTraffic.Figures seen) {
    return new TrafficFigures.Figures(
        seen.modelCalls(), seen.sharePpm(), seen.errorPpm(), seen.p50Ns(), seen.p99Ns());
  }

  private record Hosts(KnownHosts known, Slots slots, CurrentTables tables) implements HostControl {
    @Override
    public List<Host> hosts() {
      Map<HostTable.Host, Map<Slots.Name, SeatReport>> reports = new HashMap<>();
      for (SeatReport report : known.health().reports()) {
        reports
            .computeIfAbsent(report.host(), _ -> new HashMap<>())
            .put(slots.name(report.slot()), report);
      }
      return known.attestations().hosts().stream()
          .map(status -> host(status, reports.getOrDefault(status.host(), Map.of())))
          .toList();
    }

    @Override
    public Released release(String id) {
      return switch (known.attestations().release(id)) {
        case DONE -> Released.DONE;
        case NOT_QUARANTINED, UNKNOWN_HOST -> Released.NOT_QUARANTINED;
        case NOT_RECORDED -> Released.NOT_RECORDED;
      };
    }

    @Override
    public List<String> onlyOn(String id, Set<String> draining) {
      Tables now = tables.get();
      List<String> names = new ArrayList<>();
      for (ModelRoute model : now.routes().models()) {
        for (Target target : model.targets()) {
          if (onlyOn(id, draining, now.hosts().eligible(target.slot()))) {
            names.add(target.model() + " " + target.version());
          }
        }
      }
      for (ServiceRule rule : now.services().rules()) {
        if (onlyOn(id, draining, rule.hosts())) {
          names.add(rule.name().substring(1));
        }
      }
      return names;
    }

    private static boolean onlyOn(String id, Set<String> draining, Eligible[] hosts) {
      boolean on = false;
      for (Eligible host : hosts) {
        boolean here = host.host().id().equals(id);
        if (!here && !draining.contains(host.host().id())) {
          return false;
        }
        on |= here;
      }
      return on;
    }

    private Host host(HostStatus status, Map<Slots.Name, SeatReport> reports) {
      Host.Builder host =
          Host.newBuilder()
              .setId(status.host().id())
              .setAddress(status.host().authority().toString())
              .setState(status.state().word())
              .setReason(status.reason())
              .setSince(status.sinceUnixNs())
              .setBinding(status.binding())
              .setProofAgeNs(Math.max(0, status.proofAgeNs()))
              .setHealthCheck(known.checks().report(status.host()).method())
              .setModelsLeftOut(status.modelsLeftOut())
              .setInFlight(known.counters().inFlight(status.host()));
      for (HostStatus.HeldModel held : status.models()) {
        Host.HostModel.Builder model =
            Host.HostModel.newBuilder()
                .setName(held.name())
                .setVersion(held.version())
                .setDigest(held.digest())
                .setExpected(held.expected())
                .setLoadGeneration(held.loadGeneration())
                .setHashPoint(held.hashPoint());
        SeatReport report = reports.get(new Slots.Name(held.name(), held.version()));
        if (report != null) {
          addHealth(model, report);
        }
        host.addModels(model);
      }
      reports.forEach((name, report) -> {
        if (name.version().isEmpty()) {
          host.addModels(service(name.model(), report));
        }
      });
      return host.build();
    }

    /** A service of `routes` is held by nobody, but rests as versions do. */
    private static Host.HostModel service(String name, SeatReport report) {
      Host.HostModel.Builder service = Host.HostModel.newBuilder().setName(name).setExpected(true);
      addHealth(service, report);
      return service.build();
    }

    private static void addHealth(Host.HostModel.Builder model, SeatReport report) {
      SeatReport.Figures figures = report.figures();
      model
          .setStanding(report.state().word())
          .setStandingReason(report.reason())
          .setStandingSince(TimeUnit.MILLISECONDS.toNanos(report.sinceUnixMs()))
          .setInFlight(Math.max(0, figures.inFlight()))
          .setLatencyNs(figures.latencyNs())
          .setFailedPpm((int) Math.round(figures.failedShare() * 1_000_000));
    }
  }
}
