package io.weighbridge.gateway.attestation;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.NanoClock;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.integrity.HostPublicKey;
import io.weighbridge.ledger.Ledger;
import java.util.Collection;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps every host's proof fresh, quarantines hosts that answer wrongly, and publishes the host
 * table whenever any of that changes it. Thread-safe; the methods for event loops never block.
 *
 * <p>A proof is in the ledger before it is in the table, so the leaf of a prediction follows the
 * leaf it links to. A quarantine is in the table first and in the ledger next.
 */
public final class Attestations implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Attestations.class);
  private static final int PENDING = 1;

  /* A proof that comes meanwhile expires after three periods: half a period is soon enough. */
  private static final int TICKS_PER_PERIOD = 2;

  /* What a challenge may take, and the pause before it; below what admin clients wait for. */
  private static final long RELEASE_WAIT_NS_MAX = TimeUnit.SECONDS.toNanos(8);

  private final List<EnrolledHost> hosts;
  private final ProofBoard board;
  private final @Nullable HostClient[] clients;
  private final @Nullable HostLoop[] loops;
  private final AtomicIntegerArray mismatchPending;
  private final AtomicIntegerArray bootIdPending;
  private final Thread ticker;
  private final long tickNsMax;
  private volatile boolean closed;

  /**
   * Prepares; nothing is asked before {@link #start}.
   *
   * @param counters what the path counts of its calls to hosts, or null when it does not: then
   *     nothing is compared
   * @param quarantines hosts in it stay out until released
   * @param publisher takes each new table, in order; it must only store it
   */
  public Attestations(
      Enrolment enrolment,
      AttestationTiming timing,
      Ledger ledger,
      NanoClock clock,
      @Nullable HostCounters counters,
      QuarantineFile quarantines,
      Consumer<HostTable> publisher) {
    this.hosts = enrolment.hosts();
    HostProofs proofs = new HostProofs(hosts, timing, clock, enrolment.seats());
    AttestationRecords records = new AttestationRecords(ledger);
    this.board = new ProofBoard(proofs, clock, records, quarantines, publisher);
    this.clients = new HostClient[hosts.size()];
    this.loops = new HostLoop[hosts.size()];
    this.mismatchPending = new AtomicIntegerArray(hosts.size());
    this.bootIdPending = new AtomicIntegerArray(hosts.size());
    this.tickNsMax = timing.periodNs() / TICKS_PER_PERIOD;
    SplittableRandom random = new SplittableRandom();
    for (int i = 0; i < hosts.size(); i++) {
      Host host = hosts.get(i).host();
      HostPublicKey key = hosts.get(i).key();
      if (host.index() != i) {
        throw new IllegalArgumentException(
            "host " + host.id() + " has index " + host.index() + ", not " + i);
      }
      if (key != null) {
        HostClient client = new HostClient(host, key, enrolment.gatewayId());
        Attestor attestor = new Attestor(i, client, board, ledger, clock, counters);
        clients[i] = client;
        loops[i] = new HostLoop(host.id(), attestor, timing, clock, random.split());
      }
    }
    this.ticker = Thread.ofVirtual().name("attest-ticker").unstarted(this::tick);
  }

  /** Publishes a first table and asks every host. */
  public void start() {
    board.tick();
    ticker.start();
    for (HostLoop loop : loops) {
      if (loop != null) {
        loop.start();
      }
    }
  }

  /**
   * Takes the versions that are configured now, and publishes the table that follows. Call it
   * before the route table that has them is published. Hosts that hold one of them with another
   * digest are quarantined.
   */
  public void routesChanged(Collection<Target> targets) {
    board.expect(targets);
  }

  /**
   * An answer of this host carried another digest than expected, or none. For event loops. The host
   * leaves the table as soon as a thread of ours has run.
   */
  public void mismatch(Host host, Target target, @Nullable CharSequence observedDigest) {
    if (mismatchPending.compareAndSet(host.index(), 0, PENDING)) {
      String observed = observedDigest == null ? null : observedDigest.toString();
      inBackground(() -> {
        mismatchPending.set(host.index(), 0);
        board.quarantine(host.index(), Alarm.mismatch(target, observed));
      });
    }
  }

  /** An answer of this host carried another load generation than proved. For event loops. */
  public void generationChanged(Host host) {
    askNow(host.index());
  }

  /**
   * The first answer on a connection carried another boot id than proved, or a connection was lost.
   * For event loops; a host is asked once a second at most.
   *
   * @param bootId hex as the connection showed it, or empty when there is none
   */
  public void connectionChanged(Host host, CharSequence bootId) {
    if (bootId.isEmpty() || !bootIdPending.compareAndSet(host.index(), 0, PENDING)) {
      askNow(host.index());
      return;
    }
    String seen = bootId.toString();
    inBackground(() -> {
      bootIdPending.set(host.index(), 0);
      board.seen(host.index(), seen);
      askNow(host.index());
    });
  }

  private static void inBackground(Runnable task) {
    Thread.ofVirtual().name("attest-event").start(task);
  }

  private void askNow(int host) {
    HostLoop loop = loops[host];
    if (loop != null) {
      loop.askNow();
    }
  }

  /** What {@link #release} did. */
  public enum Released {
    DONE,
    UNKNOWN_HOST,
    NOT_QUARANTINED,
    /** It could not be recorded: the host stays out. */
    NOT_RECORDED
  }

  /**
   * Ends a quarantine, and asks the host at once. Blocks until that challenge is judged, so that
   * {@link #hosts} tells what came of it: the host is back, or quarantined again, or silent.
   */
  public Released release(String id) {
    for (EnrolledHost host : hosts) {
      if (host.host().id().equals(id)) {
        return release(host.host().index());
      }
    }
    return Released.UNKNOWN_HOST;
  }

  private Released release(int host) {
    Released released = board.release(host);
    askNow(host);
    if (released == Released.DONE && loops[host] != null) {
      board.awaitJudged(host, RELEASE_WAIT_NS_MAX);
    }
    return released;
  }

  /**
   * How many hosts a version has.
   *
   * @param eligible hosts that may answer for it now
   * @param known hosts that hold it at all, with whatever digest
   */
  public record VersionHosts(int eligible, int known) {}

  /** The hosts of a version; a version not configured has no eligible ones. */
  public VersionHosts versionHosts(String model, String version) {
    return board.versionHosts(model, version);
  }

  /** How every host stands, in the order of the configuration. */
  public List<HostStatus> hosts() {
    return board.statuses();
  }

  /** Lets proofs expire when their time is over, whatever the asking threads wait for. */
  private void tick() {
    while (!closed) {
      long waitNs = tickNsMax;
      try {
        waitNs = Math.min(board.tick(), tickNsMax);
      } catch (RuntimeException | Error e) {
        // The edge of a background task: the next tick tries again.
        LOG.error("letting proofs expire failed", e);
      }
      LockSupport.parkNanos(this, waitNs);
    }
  }

  /** Stops asking. */
  @Override
  public void close() {
    closed = true;
    board.close();
    LockSupport.unpark(ticker);
    for (HostLoop loop : loops) {
      if (loop != null) {
        loop.close();
      }
    }
    for (HostClient client : clients) {
      if (client != null) {
        client.close();
      }
    }
  }
}
