package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.ledger.Ledger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Challenges one host and puts its answer on the board. Confined to the host's thread. */
final class Attestor implements HostLoop.Attempt {
  private static final Logger LOG = LoggerFactory.getLogger(Attestor.class);

  private final int host;
  private final HostClient client;
  private final ProofBoard board;
  private final Ledger ledger;
  private final NanoClock clock;
  private final @Nullable HostCounters counters;
  private final CounterCheck counterCheck = new CounterCheck();

  Attestor(
      int host,
      HostClient client,
      ProofBoard board,
      Ledger ledger,
      NanoClock clock,
      @Nullable HostCounters counters) {
    this.host = host;
    this.client = client;
    this.board = board;
    this.ledger = ledger;
    this.clock = clock;
    this.counters = counters;
  }

  @Override
  public boolean isDue() {
    return !board.isQuarantined(host);
  }

  @Override
  public boolean run() {
    long incarnation = board.incarnation(host);
    try {
      return challenge(incarnation);
    } catch (RuntimeException | Error e) {
      // The edge of a background task: a fault of ours must not end the asking.
      LOG.error("attesting failed", e);
      board.late(host, "internal: " + e, incarnation);
      return false;
    }
  }

  private boolean challenge(long incarnation) {
    long sentAtNs = clock.nowNs();
    HostCounters.Counts before = counters == null ? null : counters.counts(host);
    return switch (client.challenge(ledger.bootEpoch(), ledger.checkpointHash())) {
      case HostClient.Outcome.Answered answered -> {
        Proven proven = Proven.of(answered.statement(), sentAtNs);
        HostCounters.Counts after = counters == null ? null : counters.counts(host);
        boolean proved = board.prove(host, proven, answered.envelope(), incarnation);
        if (proved && before != null && after != null) {
          compare(proven, new CounterCheck.Around(before, after));
        }
        yield proved;
      }
      case HostClient.Outcome.Rejected rejected -> {
        ProofBoard.Said said = new ProofBoard.Said(null, rejected.envelope());
        board.reject(host, rejected.alarm(), said, incarnation);
        yield false;
      }
      case HostClient.Outcome.Late late -> {
        board.late(host, late.why(), incarnation);
        yield false;
      }
    };
  }

  private void compare(Proven proven, CounterCheck.Around ours) {
    Alarm alarm = counterCheck.check(proven.bootId(), proven.counters(), ours);
    if (alarm != null) {
      board.alarm(host, alarm);
    }
  }
}
