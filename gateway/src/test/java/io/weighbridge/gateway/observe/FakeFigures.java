package io.weighbridge.gateway.observe;

import io.weighbridge.ledger.Ledger;
import java.util.List;

/** A gateway with two hosts, one of which never proved anything. */
final class FakeFigures implements GatewayFigures {
  @Override
  public Ledger.Status ledger() {
    return new Ledger.Status(10, 9, 100, 0.5, 3, 1_000_000, 2_000_000, "", false);
  }

  @Override
  public List<CertificateFigures> certificates() {
    return List.of(new CertificateFigures("predict", 1_900_000_000L, true, 2, 1));
  }

  @Override
  public List<Count> shedPercents() {
    return List.of(new Count("heap", 30), new Count("lag", 0));
  }

  @Override
  public boolean ledgerAccepting() {
    return true;
  }

  @Override
  public boolean callsRecorded() {
    return true;
  }

  @Override
  public List<HostFigures> hosts() {
    return List.of(
        new HostFigures(
            "host-a",
            "proved",
            12_000_000_000L,
            true,
            4,
            List.of(new Count("verified", 7)),
            List.of(new Count("digest_mismatch", 2)),
            List.of(new Count("slow", 3)),
            List.of(new Count("ready", 50), new Count("not_ready", 4))),
        new HostFigures(
            "host-b", "connecting", -1, false, 0, List.of(), List.of(), List.of(), List.of()));
  }

  @Override
  public List<VersionHosts> versions() {
    return List.of(new VersionHosts("m", "1", 3, 150, 2, true, 4));
  }

  @Override
  public long routeEpoch() {
    return 41;
  }

  @Override
  public long directBytes() {
    return 1 << 20;
  }

  @Override
  public long buffersHeldBytes() {
    return 1 << 10;
  }

  @Override
  public List<String> notReady() {
    return List.of("ledger: disk full");
  }
}
