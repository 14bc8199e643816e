package io.weighbridge.gateway.control.state;

import com.google.protobuf.ByteString;
import io.weighbridge.audit.v1.Applied;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one path by which state changes. Thread-safe: every change runs on the {@code state-writer}
 * thread, one after the other.
 *
 * <p>One transaction writes the state and the CHANGE record into the outbox; the record goes into
 * the ledger; only then is the state published. On start, records still in the outbox are offered
 * again under their ids, which the ledger takes once. So a death between any two steps leaves
 * neither a change without its record nor the record of a change that did not happen.
 */
public final class Changes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Changes.class);

  /** Longest wait for the ledger; a change that waits longer takes effect when it answers. */
  static final long LEDGER_WAIT_MAX_NS = TimeUnit.SECONDS.toNanos(30);

  /** Pause between two offers of an outbox the ledger did not take. */
  static final long RETRY_NS = TimeUnit.SECONDS.toNanos(1);

  private final Ledger ledger;
  private final Consumer<ControlState> publisher;
  private final Consumer<Step> observer;
  private final Clock clock = Clock.systemUTC();
  private final StateWriter writer = new StateWriter();
  private final StateStore store;

  // What is stored, and may wait for its record; confined to the state-writer thread.
  private ControlState stored = ControlState.empty();
  private long appliedEpoch = -1;
  private boolean serving;

  private volatile ControlState served = ControlState.empty();
  private volatile int waitingCount;

  private Changes(
      Path folder, Ledger ledger, Consumer<ControlState> publisher, Consumer<Step> observer)
      throws IOException {
    this.ledger = ledger;
    this.publisher = publisher;
    this.observer = observer;
    try {
      store =
          writer.call(() -> {
            StateStore opened = StateStore.open(folder);
            stored = opened.load();
            return opened;
          });
    } catch (IOException e) {
      writer.close();
      throw e;
    }
  }

  /**
   * Opens the state of a folder and settles what an earlier process left. Nothing is published
   * before {@link #serve}.
   *
   * @param publisher called on the state-writer thread, once the ledger holds what it is given
   */
  public static Changes open(Path folder, Ledger ledger, Consumer<ControlState> publisher)
      throws IOException {
    return open(folder, ledger, publisher, Step.UNOBSERVED);
  }

  static Changes open(
      Path folder, Ledger ledger, Consumer<ControlState> publisher, Consumer<Step> observer)
      throws IOException {
    Changes changes = new Changes(folder, ledger, publisher, observer);
    try {
      changes.writer.call(changes::settle);
    } catch (IOException e) {
      changes.close();
      throw e;
    }
    return changes;
  }

  /** Publishes the state as it is, and from now on after every change. */
  public void serve() throws IOException {
    writer.call(() -> {
      serving = true;
      return settle();
    });
  }

  /** The state that calls are served by; before {@link #serve}, the state as stored. */
  public ControlState current() {
    return served;
  }

  /** Records that wait for the ledger; 0 unless it is failing. */
  public int waitingCount() {
    return waitingCount;
  }

  /**
   * Decides, records and publishes.
   *
   * @return ids of the CHANGE records, one for each change
   * @throws LedgerUnavailableException when the ledger takes no records; if that happened after the
   *     change was stored, it takes effect as soon as the ledger takes its record
   */
  public List<RecordId> apply(Decision decision) throws IOException {
    return writer.call(() -> change(decision));
  }

  /** The splits of a model up to an epoch, newest first. */
  public List<Traffic> history(String model, long epochMax, int limit) throws IOException {
    return writer.call(() -> store.history(model, epochMax, limit));
  }

  private List<RecordId> change(Decision decision) throws SQLException, IOException {
    settleEarlier();
    if (!ledger.accepting()) {
      throw new LedgerUnavailableException("the ledger takes no records; nothing was changed");
    }
    List<Change> decided = decision.decide(stored);
    if (decided.isEmpty()) {
      return List.of();
    }
    observer.accept(Step.DECIDED);
    ControlState before = stored;
    List<RecordId> ids = new ArrayList<>();
    List<Change> stamped = new ArrayList<>();
    boolean routes = decided.stream().anyMatch(change -> change.delta().routes());
    for (Change change : decided) {
      ids.add(ledger.reserveId());
      Stamp stamp =
          new Stamp(ids.getLast(), before.epoch() + (routes ? 1 : 0), unixNs(clock.instant()));
      stamped.add(change.stamped(stamp));
    }
    write(before, before.with(stamped), stamped, ids);
    settle();
    return ids;
  }

  private void settleEarlier() throws SQLException, IOException {
    try {
      settle();
    } catch (LedgerUnavailableException e) {
      LedgerUnavailableException unavailable =
          new LedgerUnavailableException(
              "an earlier change still waits for the ledger; nothing was changed, try again later");
      unavailable.initCause(e);
      throw unavailable;
    }
  }

  private void write(
      ControlState before, ControlState after, List<Change> changes, List<RecordId> ids)
      throws SQLException {
    boolean committed = false;
    try {
      store.moveEpoch(before.epoch(), after.epoch());
      for (Change change : changes) {
        store.put(change.delta());
      }
      observer.accept(Step.STATE_WRITTEN);
      for (int i = 0; i < changes.size(); i++) {
        Stamp stamp = new Stamp(ids.get(i), after.epoch(), unixNs(clock.instant()));
        store.putOutbox(changes.get(i).record(stamp), changes.get(i).delta());
      }
      observer.accept(Step.OUTBOX_WRITTEN);
      store.commit();
      committed = true;
      stored = after;
    } finally {
      if (!committed) {
        store.rollback();
      }
    }
    observer.accept(Step.COMMITTED);
  }

  /** Brings the outbox into the ledger, then publishes. */
  private ControlState settle() throws SQLException, IOException {
    List<StateStore.Pending> pending = store.pending();
    waitingCount = pending.size();
    try {
      offer(pending);
    } catch (IOException e) {
      writer.callLater(this::settle, RETRY_NS);
      throw e;
    }
    waitingCount = 0;
    publish();
    return stored;
  }

  private void offer(List<StateStore.Pending> pending) throws SQLException, IOException {
    if (pending.isEmpty()) {
      return;
    }
    List<CompletableFuture<Ledger.Appended>> offered =
        pending.stream().map(row -> ledger.appendDurably(row.record().toBuilder())).toList();
    long deadlineNs = System.nanoTime() + LEDGER_WAIT_MAX_NS;
    List<ControlState.Deployment> deployments = new ArrayList<>();
    for (int i = 0; i < pending.size(); i++) {
      StateStore.Pending row = pending.get(i);
      Ledger.Appended appended = await(offered.get(i), deadlineNs - System.nanoTime());
      deployments.add(
          new ControlState.Deployment(row.model(), row.versions(), appended.leafIndex() + 1));
    }
    observer.accept(Step.APPENDED);
    ControlState settled = stored.deployed(deployments);
    for (StateStore.Pending row : pending) {
      store.settle(row, settled);
    }
    store.commit();
    stored = settled;
    observer.accept(Step.SETTLED);
  }

  private static Ledger.Appended await(CompletableFuture<Ledger.Appended> future, long waitNs)
      throws IOException {
    try {
      return future.get(waitNs, TimeUnit.NANOSECONDS);
    } catch (ExecutionException | TimeoutException e) {
      LedgerUnavailableException unavailable =
          new LedgerUnavailableException(
              "the change is stored and takes effect once the ledger takes its record");
      unavailable.initCause(e);
      throw unavailable;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while waiting for the ledger", e);
    }
  }

  @SuppressWarnings("ReferenceEquality") // Snapshots are replaced, never changed.
  private void publish() {
    ControlState next = stored;
    if (!serving) {
      served = next;
      return;
    }
    if (next == served && appliedEpoch >= 0) {
      return;
    }
    publisher.accept(next);
    served = next;
    observer.accept(Step.PUBLISHED);
    if (next.epoch() != appliedEpoch) {
      appliedEpoch = next.epoch();
      recordApplied(next);
      observer.accept(Step.APPLIED);
    }
  }

  /** Not waited for: the table is in force already, and a new start says so again. */
  private void recordApplied(ControlState state) {
    Applied.Builder applied =
        Applied.newBuilder()
            .setEpoch(state.epoch())
            .setTableDigest(ByteString.copyFrom(HexFormat.of().parseHex(state.tableDigest())));
    CompletableFuture<Boolean> recorded =
        ledger
            .appendDurably(Record.newBuilder().setKind(Kind.KIND_APPLIED).setApplied(applied))
            .handle((_, failure) -> failure == null || warn(state.epoch(), failure));
    if (recorded.isCompletedExceptionally()) {
      LOG.warn("epoch {} is served, but how that was recorded is unknown", state.epoch());
    }
  }

  private static boolean warn(long epoch, Throwable failure) {
    LOG.warn("epoch {} is served, but that is not recorded", epoch, failure);
    return false;
  }

  private static long unixNs(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }

  @Override
  public void close() throws IOException {
    try {
      writer.call(() -> {
        store.close();
        return true;
      });
    } finally {
      writer.close();
    }
  }
}
