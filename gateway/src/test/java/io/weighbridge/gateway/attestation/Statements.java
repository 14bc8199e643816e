package io.weighbridge.gateway.attestation;

import io.weighbridge.attest.v1.CallCounters;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.integrity.Digest;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Hosts, digests and statements for tests. */
final class Statements {
  static final String GOOD = Digest.sha256(new byte[] {1}).toString();
  static final String BAD = Digest.sha256(new byte[] {2}).toString();

  private Statements() {}

  static Host host(int index) {
    return new Host(
        index, "host-" + index, InetSocketAddress.createUnresolved("127.0.0.1", 9201 + index));
  }

  /** What a process holds: "model/version=digest#generation" with GOOD and BAD as digests. */
  static Proven proven(String bootId, long provedAtNs, String... models) {
    Map<Proven.Version, Proven.Held> held = new LinkedHashMap<>();
    for (String model : models) {
      List<String> parts = List.of(model.split("[/=#]"));
      String digest = parts.get(2).equals("GOOD") ? GOOD : BAD;
      held.put(
          new Proven.Version(parts.get(0), parts.get(1)),
          new Proven.Held(digest, Long.parseLong(parts.get(3)), "while_loading"));
    }
    return new Proven(bootId, "", 7, held, CallCounters.getDefaultInstance(), provedAtNs, 0);
  }

  static Proven counting(Proven proven, long started, long answered) {
    CallCounters counters =
        CallCounters.newBuilder().setStarted(started).setAnswered(answered).build();
    return new Proven(
        proven.bootId(),
        proven.tlsKeyHash(),
        proven.processStartedAtUnixNs(),
        proven.models(),
        counters,
        proven.provedAtNs(),
        0);
  }
}
