package io.weighbridge.ledger.write;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import io.weighbridge.ledger.LedgerDamagedException;
import io.weighbridge.ledger.LedgerInUseException;
import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.RecordId;
import io.weighbridge.ledger.note.NoteSigner;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * A ledger in a directory. Thread-safe, as {@link Ledger} says.
 *
 * <p>The lanes' owners must have stopped appending before {@link #close}.
 */
public final class LedgerFiles implements Ledger {
  private final LedgerConfig config;
  private final DirectoryLock lock;
  private final Gate gate;
  private final List<MappedLane> lanes;
  private final ControlLane control;
  private final FoldedRefusals refusals;
  private final Publisher publisher;
  private final Settler settler;
  private final Grower grower;
  private final Sealer sealer;
  private final Thread sealerThread;
  private final long bootEpoch;
  private final AtomicIntegerArray handedOut;

  private LedgerFiles(Opening opening) {
    this.config = opening.config;
    this.lock = opening.lock;
    this.gate = opening.gate;
    this.lanes = opening.lanes;
    this.control = opening.control;
    this.refusals = opening.refusals;
    this.publisher = opening.recovered.publisher();
    this.settler = opening.settler;
    this.grower = opening.grower;
    this.sealer = opening.sealer;
    this.bootEpoch = opening.bootEpoch;
    this.handedOut = new AtomicIntegerArray(config.loopLanes());
    this.sealerThread = Thread.ofPlatform().name("ledger-sealer").unstarted(sealer);
  }

  /**
   * Opens the ledger, recovers what an earlier start left, and begins a new start with a BOOT
   * record, which is durable when this returns.
   *
   * @throws LedgerDamagedException when the files show something no crash explains
   * @throws LedgerInUseException when another process holds the ledger
   * @throws LedgerUnavailableException when the BOOT record cannot be made durable
   * @throws IOException when a file cannot be read or made, as on a full disk
   */
  public static LedgerFiles open(LedgerConfig config) throws IOException {
    return open(config, Disk.REAL, LedgerClock.SYSTEM);
  }

  static LedgerFiles open(LedgerConfig config, Disk disk, LedgerClock clock) throws IOException {
    createPrivate(config.stateDirectory());
    Files.createDirectories(config.directory());
    DirectoryLock lock = DirectoryLock.take(config.directory());
    Settler settler = new Settler(disk, config.directory());
    try {
      Opening opening = new Opening(config, disk, clock, lock, settler);
      LedgerFiles ledger = new LedgerFiles(opening);
      ledger.start(opening.recovered, disk);
      return ledger;
    } catch (IOException | RuntimeException e) {
      settler.close();
      lock.close();
      throw e;
    }
  }

  /** The state is for its owner only; a folder that is there already keeps its mode. */
  private static void createPrivate(Path directory) throws IOException {
    Files.createDirectories(Disk.parent(directory));
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** The parts in the order in which they are made. */
  private static final class Opening {
    final LedgerConfig config;
    final DirectoryLock lock;
    final Settler settler;
    final Gate gate = new Gate();
    final List<MappedLane> lanes = new ArrayList<>();
    final Recovered recovered;
    final FoldedRefusals refusals;
    final long bootEpoch;
    final ControlLane control;
    final Grower grower;
    final Sealer sealer;

    Opening(LedgerConfig config, Disk disk, LedgerClock clock, DirectoryLock lock, Settler settler)
        throws IOException {
      this.config = config;
      this.lock = lock;
      this.settler = settler;
      Path directory = config.directory();
      NoteSigner signer = LedgerKey.open(disk, directory, config.stateDirectory(), config.origin());
      SignedState state = SignedState.load(disk, config.stateDirectory(), signer);
      this.recovered = new Recovery(disk, directory, state, signer, settler).run();
      state.boot();
      this.bootEpoch = state.bootEpoch();
      makeLanes();
      this.refusals = new FoldedRefusals(clock);
      MappedLane last = lanes.getLast();
      this.control =
          new ControlLane(
              last, config.gatewayId(), gate, clock, recovered.sealedIds(), this::wakeSealer);
      Housekeeping housekeeping =
          new Housekeeping(control, lanes, recovered.tree(), refusals, clock, config);
      if (recovered.lastRecordUnixNs() > 0) {
        housekeeping.resumeFrom(recovered.lastRecordUnixNs());
      }
      this.grower = new Grower(config, housekeeping, recovered, settler);
      this.sealer =
          new Sealer(
              new Sealer.Parts(config, disk, gate, lanes, control, recovered.journal(), grower));
    }

    private void makeLanes() throws IOException {
      SecureRandom random = new SecureRandom();
      Path directory = config.directory().resolve(Recovery.LANES);
      for (int i = 0; i <= config.loopLanes(); i++) {
        int number = i == config.loopLanes() ? RecordId.CONTROL_LANE : i;
        LaneFile file =
            LaneFile.create(
                directory,
                new LaneFile.Name(bootEpoch, number),
                config.laneBytes(),
                random.nextLong(),
                Arena.ofAuto());
        lanes.add(new MappedLane(file, config.gatewayId(), gate));
      }
    }

    private void wakeSealer() {
      sealer.wake();
    }
  }

  private void start(Recovered recovered, Disk disk) throws IOException {
    CompletableFuture<Appended> boot =
        control.appendOwn(
            Record.newBuilder()
                .setKind(Kind.KIND_BOOT)
                .setBoot(recovered.boot().setVersion(config.softwareVersion())));
    for (Record.Builder gap : recovered.gaps()) {
      boot = boot.thenCombine(control.appendOwn(gap), (first, _) -> first);
    }
    sealerThread.start();
    try {
      boot.join();
      Recovery.dropLanes(disk, recovered.untold());
    } catch (CompletionException e) {
      closeParts();
      throw new LedgerUnavailableException("the BOOT record: " + e.getCause());
    } catch (IOException e) {
      closeParts();
      throw e;
    }
  }

  @Override
  public Lane lane(int index) {
    if (!handedOut.compareAndSet(index, 0, 1)) {
      throw new IllegalStateException("lane " + index + " was handed out before");
    }
    return lanes.get(index);
  }

  @Override
  public CompletableFuture<Appended> appendDurably(Record.Builder builder) {
    return control.append(builder);
  }

  @Override
  public RecordId reserveId() {
    return control.reserveId();
  }

  @Override
  public void foldRefusal(String reason, int grpcStatus) {
    refusals.add(reason, grpcStatus);
  }

  @Override
  public boolean accepting() {
    return gate.open();
  }

  @Override
  public long bootEpoch() {
    return bootEpoch;
  }

  @Override
  public byte[] checkpointHash() {
    return publisher.noteHash();
  }

  @Override
  public Status status() {
    Sealer.Figures figures = sealer.figures();
    long unsyncedBytes = 0;
    double usedRatio = 0;
    for (MappedLane lane : lanes) {
      unsyncedBytes += lane.usedBytes();
      usedRatio = Math.max(usedRatio, lane.usedRatio());
    }
    return new Status(
        grower.treeSize(),
        publisher.size(),
        unsyncedBytes,
        usedRatio,
        figures.syncCount(),
        figures.lastSyncNs(),
        figures.syncAgeNsMax(),
        gate.failure(),
        sealer.terminal());
  }

  @Override
  public void close() {
    gate.close();
    sealer.stop();
    closeParts();
  }

  private void closeParts() {
    sealer.stop();
    boolean interrupted = false;
    while (sealerThread.isAlive()) {
      try {
        sealerThread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    settler.close();
    lock.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
