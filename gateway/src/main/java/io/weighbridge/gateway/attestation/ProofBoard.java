package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.attestation.AttestationRecords.NotRecordedException;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.http2.PeerText;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@link HostProofs} for many threads: one lock, a table published after each change, and the
 * records and log lines that go with it. Thread-safe; may block on the ledger, never under the
 * lock.
 */
final class ProofBoard {
  private static final Logger LOG = LoggerFactory.getLogger(ProofBoard.class);
  private static final byte[] NO_ENVELOPE = {};

  /**
   * A wrong answer.
   *
   * @param statement verified, or null
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared as a record.
  record Said(@Nullable Proven statement, byte[] envelope) {}

  private final Object lock = new Object();
  private final HostProofs proofs;
  private final NanoClock clock;
  private final AttestationRecords records;
  private final QuarantineFile quarantines;
  private final Consumer<HostTable> publisher;
  private HostTable table = HostTable.empty();
  private volatile boolean closed;

  ProofBoard(
      HostProofs proofs,
      NanoClock clock,
      AttestationRecords records,
      QuarantineFile quarantines,
      Consumer<HostTable> publisher) {
    this.proofs = proofs;
    this.clock = clock;
    this.records = records;
    this.quarantines = quarantines;
    this.publisher = publisher;
    Map<String, String> reasons = quarantines.reasons();
    for (HostProof host : proofs.all()) {
      String reason = reasons.get(host.enrolled.host().id());
      if (reason != null) {
        proofs.restore(host.enrolled.host().index(), reason);
      }
    }
  }

  /** Under the lock. */
  private void publish() {
    table = proofs.table();
    publisher.accept(table);
    lock.notifyAll();
  }

  void expect(Collection<Target> targets) {
    List<HostProofs.Found> found;
    synchronized (lock) {
      found = proofs.expect(targets);
      publish();
    }
    for (HostProofs.Found wrong : found) {
      quarantine(wrong.host(), wrong.alarm());
    }
  }

  boolean isQuarantined(int host) {
    synchronized (lock) {
      return proofs.host(host).state == HostState.QUARANTINED;
    }
  }

  long incarnation(int host) {
    synchronized (lock) {
      return proofs.host(host).incarnation;
    }
  }

  /**
   * A verified statement: recorded, then in force, or rejected; nothing at all once its challenge
   * is void. Returns whether it is in force.
   */
  boolean prove(int host, Proven proven, byte[] envelope, long incarnation) {
    Alarm alarm;
    synchronized (lock) {
      if (proofs.isVoid(host, incarnation)) {
        return false;
      }
      alarm = proofs.judge(host, proven);
    }
    if (alarm == null) {
      try {
        Proven recorded = proven.recordedAt(record(host, "verified", proven, envelope));
        alarm = enter(host, recorded, incarnation);
      } catch (NotRecordedException e) {
        late(host, "audit_unavailable", incarnation);
        return false;
      }
    }
    if (alarm != null) {
      reject(host, alarm, new Said(proven, envelope), incarnation);
      return false;
    }
    synchronized (lock) {
      return !proofs.isVoid(host, incarnation);
    }
  }

  /** Puts a recorded statement in force, unless its challenge is void; what is wrong, or null. */
  private @Nullable Alarm enter(int host, Proven recorded, long incarnation) {
    synchronized (lock) {
      if (proofs.isVoid(host, incarnation)) {
        return null;
      }
      Alarm alarm = proofs.prove(host, recorded, incarnation);
      publish();
      return alarm;
    }
  }

  /** No answer to a challenge; the host may have written why. */
  void late(int host, String said, long incarnation) {
    if (closed) {
      return; // It is we who left.
    }
    String why = PeerText.shown(said);
    boolean news;
    synchronized (lock) {
      news = proofs.late(host, why, incarnation);
      publish();
    }
    if (news) {
      LOG.warn("host {} is late with its proof: {}", id(host), why);
      recordOrLog(host, "late", null, NO_ENVELOPE);
    }
  }

  /** An answer was wrong: out at once, then both records; nothing once its challenge is void. */
  void reject(int host, Alarm alarm, Said said, long incarnation) {
    synchronized (lock) {
      if (proofs.isVoid(host, incarnation)) {
        return;
      }
      proofs.rejected(host, said.statement());
      proofs.quarantine(host, alarm);
      publish();
    }
    announce(host, alarm);
    recordOrLog(host, alarm.reason(), said.statement(), said.envelope());
  }

  /** Out at once; written down and recorded in the background, for as long as that takes. */
  void quarantine(int host, Alarm alarm) {
    boolean news;
    synchronized (lock) {
      news = proofs.quarantine(host, alarm);
      publish();
    }
    if (news) {
      announce(host, alarm);
    }
  }

  private void announce(int host, Alarm alarm) {
    LOG.error(
        "ALARM host {} is quarantined until it is released, {}: {}; see: weighbridge host list",
        id(host),
        alarm.reason(),
        alarm.detail());
    inBackground(() -> {
      keepQuarantine(host, alarm);
      records.appendAlarm(address(host), alarm, () -> closed);
    });
  }

  /** Something is wrong that does not take the host out. */
  void alarm(int host, Alarm alarm) {
    synchronized (lock) {
      proofs.countAlarm(host, alarm);
    }
    LOG.error("ALARM host {}, {}: {}", id(host), alarm.reason(), alarm.detail());
    inBackground(() -> records.appendAlarm(address(host), alarm, () -> closed));
  }

  private static void inBackground(Runnable task) {
    Thread.ofVirtual().name("attest-board").start(task);
  }

  private void keepQuarantine(int host, Alarm alarm) {
    try {
      quarantines.add(id(host), alarm.reason() + ": " + alarm.detail());
    } catch (IOException e) {
      LOG.error("the quarantine of host {} will not survive a restart", id(host), e);
    }
  }

  /** A connection to the host showed this boot id. */
  void seen(int host, String bootId) {
    Alarm alarm;
    synchronized (lock) {
      alarm = proofs.seen(host, bootId);
    }
    if (alarm != null) {
      quarantine(host, alarm);
    }
  }

  Attestations.Released release(int host) {
    if (!isQuarantined(host)) {
      return Attestations.Released.NOT_QUARANTINED;
    }
    try {
      record(host, "released", null, NO_ENVELOPE);
      quarantines.remove(id(host));
    } catch (NotRecordedException | IOException e) {
      LOG.warn("host {} is not released", id(host), e);
      return Attestations.Released.NOT_RECORDED;
    }
    boolean released;
    synchronized (lock) {
      released = proofs.release(host);
      publish();
    }
    return released ? Attestations.Released.DONE : Attestations.Released.NOT_QUARANTINED;
  }

  /**
   * Waits until a host that was released has proved itself, failed to, or did not answer; for this
   * long at most.
   */
  void awaitJudged(int host, long waitNsMax) {
    long beganNs = System.nanoTime();
    long leftNs = waitNsMax;
    try {
      synchronized (lock) {
        while (leftNs > 0 && !closed && proofs.host(host).state == HostState.CONNECTING) {
          TimeUnit.NANOSECONDS.timedWait(lock, leftNs);
          leftNs = waitNsMax - (System.nanoTime() - beganNs);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Lets proofs expire; returns how long nothing will change by itself. */
  long tick() {
    List<HostProofs.Expired> expired;
    long untilNextNs;
    synchronized (lock) {
      expired = proofs.tick();
      publish();
      untilNextNs = proofs.untilNextChangeNs();
    }
    for (HostProofs.Expired gone : expired) {
      LOG.warn("the proof of host {} does not hold any more", id(gone.host()));
      inBackground(() -> recordOrLog(gone.host(), "expired", null, NO_ENVELOPE));
    }
    return untilNextNs;
  }

  Attestations.VersionHosts versionHosts(String model, String version) {
    synchronized (lock) {
      Target target = proofs.target(new Proven.Version(model, version));
      int eligible = target == null ? 0 : table.eligible(target.slot()).length;
      return new Attestations.VersionHosts(eligible, proofs.knownHosts(model, version));
    }
  }

  List<HostStatus> statuses() {
    List<HostStatus> found = new ArrayList<>();
    Instant now = Instant.now();
    synchronized (lock) {
      HostStatuses statuses = new HostStatuses(proofs, clock.nowNs(), now);
      for (HostProof host : proofs.all()) {
        found.add(statuses.of(host));
      }
    }
    return found;
  }

  private long record(int host, String result, @Nullable Proven proven, byte[] envelope)
      throws NotRecordedException {
    List<Target> targets;
    synchronized (lock) {
      targets = proofs.targets();
    }
    return records.append(
        new AttestationRecords.Entry(address(host), result, proven, envelope), targets);
  }

  private void recordOrLog(int host, String result, @Nullable Proven proven, byte[] envelope) {
    try {
      record(host, result, proven, envelope);
    } catch (NotRecordedException e) {
      LOG.error("attestation {} of host {} is not recorded", result, id(host), e);
    }
  }

  private Host address(int host) {
    return proofs.host(host).enrolled.host();
  }

  private String id(int host) {
    return address(host).id();
  }

  /** From now on silence is ours, and alarms are offered to the ledger once only. */
  void close() {
    closed = true;
  }
}
