package io.weighbridge.gateway;

import io.weighbridge.admin.v1.Host;
import io.weighbridge.gateway.attestation.Attestations;
import io.weighbridge.gateway.attestation.HostCounters;
import io.weighbridge.gateway.attestation.HostStatus;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.control.ControlPlane;
import io.weighbridge.gateway.control.HostControl;
import io.weighbridge.gateway.control.RoutableVersions;
import io.weighbridge.gateway.control.TrafficFigures;
import io.weighbridge.gateway.observe.CallMetrics;
import io.weighbridge.gateway.observe.SplitTraffic;
import java.util.List;

/** What control sees of attestation and of the figures. Stateless. */
final class ControlViews {
  private ControlViews() {}

  static ControlPlane.Views of(
      Attestations attestations, HostCounters counters, Slots slots, CallMetrics metrics) {
    SplitTraffic traffic = new SplitTraffic(metrics);
    RoutableVersions versions =
        (model, version) -> {
          Attestations.VersionHosts hosts = attestations.versionHosts(model, version);
          return new RoutableVersions.Hosts(hosts.eligible(), hosts.known());
        };
    TrafficFigures figures = (model, version) -> figures(traffic.figures(slots.of(model, version)));
    return new ControlPlane.Views(versions, new Hosts(attestations, counters), figures);
  }

  private static TrafficFigures.Figures figures(SplitTraffic.Figures seen) {
    return new TrafficFigures.Figures(
        seen.modelCalls(), seen.sharePpm(), seen.errorPpm(), seen.p50Ns(), seen.p99Ns());
  }

  private record Hosts(Attestations attestations, HostCounters counters) implements HostControl {
    @Override
    public List<Host> hosts() {
      return attestations.hosts().stream().map(this::host).toList();
    }

    @Override
    public boolean release(String id) {
      return attestations.release(id) == Attestations.Released.DONE;
    }

    private Host host(HostStatus status) {
      Host.Builder host =
          Host.newBuilder()
              .setId(status.host().id())
              .setAddress(status.host().authority().toString())
              .setState(status.state().word())
              .setReason(status.reason())
              .setSince(status.sinceUnixNs())
              .setBinding(status.binding())
              .setProofAgeNs(Math.max(0, status.proofAgeNs()))
              .setInFlight(counters.inFlight(status.host()));
      for (HostStatus.HeldModel held : status.models()) {
        host.addModels(
            Host.HostModel.newBuilder()
                .setName(held.name())
                .setVersion(held.version())
                .setDigest(held.digest())
                .setExpected(held.expected())
                .setLoadGeneration(held.loadGeneration())
                .setHashPoint(held.hashPoint()));
      }
      return host.build();
    }
  }
}
