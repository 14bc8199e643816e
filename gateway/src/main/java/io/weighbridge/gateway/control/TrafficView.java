package io.weighbridge.gateway.control;

import io.weighbridge.admin.v1.ListTrafficHistoryResponse.TrafficEpoch;
import io.weighbridge.admin.v1.ModelTraffic;
import io.weighbridge.admin.v1.VersionTraffic;
import io.weighbridge.admin.v1.Weight;
import io.weighbridge.gateway.config.ModelConfig;
import io.weighbridge.gateway.control.state.ModelState;
import io.weighbridge.gateway.control.state.Traffic;
import io.weighbridge.gateway.route.ModelSpec;
import java.util.Locale;
import java.util.Map;

/** A model's traffic as the admin API shows it: wanted and real side by side. Thread-safe. */
final class TrafficView {
  private final RoutableVersions versions;
  private final TrafficFigures figures;

  TrafficView(RoutableVersions versions, TrafficFigures figures) {
    this.versions = versions;
    this.figures = figures;
  }

  ModelTraffic of(ModelState model) {
    Traffic traffic = model.traffic();
    ModelTraffic.Builder shown =
        ModelTraffic.newBuilder()
            .setModel(model.name())
            .setEpoch(traffic.epoch())
            .setChangedBy(traffic.changedBy())
            .setReason(traffic.reason())
            .setChangedAt(traffic.changedAtUnixNs())
            .setSticky(sticky(model.declared().sticky()));
    Map<String, Integer> weights = traffic.ranges().weightsPpm();
    for (ModelConfig.Version version : model.declared().versions()) {
      shown.addVersions(
          version(model, version).setWeightPpm(weights.getOrDefault(version.version(), 0)));
    }
    return shown.build();
  }

  private VersionTraffic.Builder version(ModelState model, ModelConfig.Version version) {
    RoutableVersions.Hosts hosts = versions.hosts(model.name(), version.version());
    TrafficFigures.Figures real = figures.figures(model.name(), version.version());
    VersionTraffic.Builder shown =
        VersionTraffic.newBuilder()
            .setVersion(version.version())
            .setRealPpm((int) real.sharePpm())
            .setRealCalls(real.modelCalls())
            .setErrorPpm((int) real.errorPpm())
            .setP50Ns(real.p50Ns())
            .setP99Ns(real.p99Ns())
            .setHostsProved(hosts.proved())
            .setHostsKnown(hosts.known())
            .setIntegrity(model.declared().integrity().name().toLowerCase(Locale.ROOT));
    if (version.digest() != null) {
      shown.setExpectedDigest(version.digest());
    }
    model.declared().labels().entrySet().stream()
        .filter(label -> label.getValue().equals(version.version()))
        .map(Map.Entry::getKey)
        .sorted()
        .forEach(shown::addLabels);
    return shown;
  }

  private static String sticky(ModelSpec.Sticky sticky) {
    return switch (sticky.by()) {
      case NOTHING -> "";
      case CALLER -> "caller";
      case HEADER -> "header " + sticky.name();
      case PARAMETER -> "parameter " + sticky.name();
    };
  }

  static TrafficEpoch epoch(Traffic traffic) {
    TrafficEpoch.Builder epoch =
        TrafficEpoch.newBuilder()
            .setEpoch(traffic.epoch())
            .setChangedBy(traffic.changedBy())
            .setReason(traffic.reason())
            .setChangedAt(traffic.changedAtUnixNs())
            .setRecordId(traffic.recordId());
    traffic
        .ranges()
        .weightsPpm()
        .forEach((version, ppm) ->
            epoch.addWeights(Weight.newBuilder().setVersion(version).setPpm(ppm)));
    return epoch.build();
  }
}
