package io.weighbridge.gateway.observe;

import io.grpc.Status;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.ledger.Ledger;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Everything countable of this gateway as text for Prometheus. Thread-safe; each scrape adds up
 * anew.
 */
public final class MetricsPage {
  /** Every state of a host. */
  public static final List<String> HOST_STATES =
      List.of(
          "connecting", "proved", "stale", "expired", "quarantined", "unreachable", "unattested");

  private static final ExpositionFormats FORMATS = ExpositionFormats.init();

  private final CallMetrics calls;
  private final GatewayFigures gateway;
  private final String version;

  /** A page of these figures. */
  public MetricsPage(CallMetrics calls, GatewayFigures gateway, String version) {
    this.calls = calls;
    this.gateway = gateway;
    this.version = version;
  }

  /** The format a scraper asked for, by its Accept header. */
  ExpositionFormatWriter format(@Nullable String accept) {
    return FORMATS.findWriter(accept);
  }

  /** Writes the page. */
  void write(ExpositionFormatWriter format, OutputStream out) throws IOException {
    format.write(out, snapshots());
  }

  private MetricSnapshots snapshots() {
    Snapshots page = new Snapshots();
    addCalls(page);
    for (Metric metric : Metric.values()) {
      if (metric.tallied()) {
        page.add(metric, calls.tally(metric).sum());
      }
    }
    for (GatewayFigures.HostFigures host : gateway.hosts()) {
      addHost(page, host);
    }
    for (GatewayFigures.VersionHosts hosts : gateway.versions()) {
      addVersion(page, hosts);
    }
    for (GatewayFigures.CertificateFigures figure : gateway.certificates()) {
      page.add(Metric.TLS_CERTIFICATE_NOT_AFTER, figure.notAfterUnixS(), figure.use());
      page.add(Metric.TLS_RELOAD_FAILED, figure.reloadFailed() ? 1 : 0, figure.use());
      page.add(Metric.TLS_RELOADS, figure.taken(), figure.use(), "taken");
      page.add(Metric.TLS_RELOADS, figure.notTaken(), figure.use(), "not_taken");
    }
    addLedger(page, gateway.ledger());
    page.add(Metric.ROUTE_EPOCH, gateway.routeEpoch());
    page.add(Metric.READY, gateway.notReady().isEmpty() ? 1 : 0);
    page.add(Metric.BUILD, 1, version, Runtime.version().toString());
    for (GatewayFigures.Count shed : gateway.shedPercents()) {
      page.add(Metric.SHED_PERCENT, shed.count(), shed.name());
    }
    ProcessFigures.addTo(page, gateway);
    return page.build();
  }

  private void addCalls(Snapshots page) {
    int slot = 0;
    for (Slots.Name name : calls.slots().names()) {
      SlotFigures.Total total = calls.total(slot++);
      if (total.started == 0) {
        continue;
      }
      page.add(Metric.CALLS_IN_FLIGHT, total.inFlight(), name.model(), name.version());
      page.add(Metric.CALLS_WAITING, total.waiting(), name.model(), name.version());
      page.add(Metric.CALLS_QUEUED, total.unqueued, name.model(), name.version());
      page.add(Metric.QUEUE_SECONDS, total.queuedNs / 1e9, name.model(), name.version());
      page.add(Metric.CALL_DURATION, total, name.model(), name.version());
      for (int code = 0; code < SlotFigures.CODES; code++) {
        if (total.byCode[code] > 0) {
          String codeName = Status.fromCodeValue(code).getCode().name();
          page.add(Metric.CALLS, total.byCode[code], name.model(), name.version(), codeName);
        }
      }
    }
    for (Refusal refusal : Refusal.values()) {
      page.add(Metric.REFUSALS, calls.refusals(refusal), refusal.reason());
    }
    for (Refusal refusal : Refusal.values()) {
      if (calls.retries(refusal) > 0) {
        page.add(Metric.HOST_RETRIES, calls.retries(refusal), refusal.reason());
      }
    }
    page.add(Metric.HOST_RETRIES, calls.retries(null), "host_status");
    page.add(Metric.HOST_RETRIES, calls.hedges(), "hedge");
    page.add(Metric.HOST_RETRIES_DENIED, calls.retriesDenied());
    page.add(Metric.HOST_HEDGES_DENIED, calls.hedgesDenied());
    int loop = 0;
    long queuedBytes = 0;
    for (LoopMetrics metrics : calls.loops()) {
      queuedBytes += metrics.queuedBytes();
      page.add(Metric.LOOP_LAG, metrics.lagNs() / 1e9, Integer.toString(loop++));
    }
    page.add(Metric.QUEUED_BYTES, queuedBytes);
  }

  private static void addVersion(Snapshots page, GatewayFigures.VersionHosts hosts) {
    page.add(Metric.VERSION_HOSTS, hosts.hosts(), hosts.model(), hosts.version());
    page.add(Metric.VERSION_IN_FLIGHT_MAX, hosts.inFlightMax(), hosts.model(), hosts.version());
    page.add(Metric.VERSION_HOSTS_RESTING, hosts.resting(), hosts.model(), hosts.version());
    page.add(Metric.VERSION_PANIC, hosts.served() ? 1 : 0, hosts.model(), hosts.version());
    page.add(Metric.VERSION_PANICS, hosts.servedCount(), hosts.model(), hosts.version());
  }

  private static void addHost(Snapshots page, GatewayFigures.HostFigures host) {
    for (String state : HOST_STATES) {
      page.add(Metric.HOST_STATE, state.equals(host.state()) ? 1 : 0, host.id(), state);
    }
    if (host.proofAgeNs() >= 0) {
      page.add(Metric.HOST_PROOF_AGE, host.proofAgeNs() / 1e9, host.id());
    }
    page.add(Metric.HOST_DRAINING, host.draining() ? 1 : 0, host.id());
    page.add(Metric.HOST_CALLS_IN_FLIGHT, host.inFlight(), host.id());
    for (GatewayFigures.Count count : host.attestations()) {
      page.add(Metric.ATTESTATIONS, count.count(), host.id(), count.name());
    }
    for (GatewayFigures.Count count : host.rests()) {
      page.add(Metric.HOST_RESTS, count.count(), host.id(), count.name());
    }
    for (GatewayFigures.Count count : host.checks()) {
      page.add(Metric.HOST_CHECKS, count.count(), host.id(), count.name());
    }
    for (GatewayFigures.Count count : host.alarms()) {
      page.add(Metric.INTEGRITY_ALARMS, count.count(), host.id(), count.name());
    }
  }

  private void addLedger(Snapshots page, Ledger.Status ledger) {
    page.add(Metric.LEDGER_LEAVES, ledger.treeSize());
    page.add(Metric.LEDGER_SIGNED_LEAVES, ledger.signedSize());
    page.add(Metric.LEDGER_UNSYNCED, ledger.unsyncedBytes());
    page.add(Metric.LEDGER_LANE_USED, ledger.laneUsedRatio());
    page.add(Metric.LEDGER_SYNCS, ledger.syncCount());
    page.add(Metric.LEDGER_LAST_SYNC, ledger.lastSyncNs() / 1e9);
    page.add(Metric.LEDGER_SYNC_AGE_MAX, ledger.syncAgeNsMax() / 1e9);
    page.add(Metric.LEDGER_ACCEPTING, gateway.ledgerAccepting() ? 1 : 0);
    page.add(Metric.LEDGER_RECORDS_CALLS, gateway.callsRecorded() ? 1 : 0);
  }
}
