package io.weighbridge.ledger.write;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.CallRecord;
import io.weighbridge.ledger.Lane;
import io.weighbridge.ledger.Ledger;
import io.weighbridge.ledger.LedgerConfig;
import java.io.IOException;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A process that appends until it is killed, and notes what was acknowledged in a mapped file of
 * its own: boot epoch, then per loop lane the next sequence, then the control records answered.
 */
final class KilledWriter {
  static final int LANES = 2;
  static final int NOTES_BYTES = 8 * (LANES + 2);

  private KilledWriter() {}

  public static void main(String[] args) throws Exception {
    Path folder = Path.of(args[0]);
    MappedByteBuffer notes = notes(folder);
    Ledger ledger = LedgerFiles.open(config(folder));
    notes.putLong(0, ledger.bootEpoch());
    for (int i = 0; i < LANES; i++) {
      int number = i;
      Lane lane = ledger.lane(i);
      Thread.ofPlatform().start(() -> append(lane, number, notes));
    }
    System.out.println("ready");
    System.out.flush();
    for (long answered = 1; ; answered++) {
      ledger.appendDurably(Record.newBuilder().setKind(Kind.KIND_APPLIED)).get();
      notes.putLong(8 * (LANES + 1), answered);
    }
  }

  static LedgerConfig config(Path folder) {
    return Ledgers.small(folder, LANES);
  }

  static MappedByteBuffer notes(Path folder) throws IOException {
    try (FileChannel channel =
        FileChannel.open(
            folder.resolve("notes"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE)) {
      MappedByteBuffer notes = channel.map(FileChannel.MapMode.READ_WRITE, 0, NOTES_BYTES);
      notes.order(ByteOrder.LITTLE_ENDIAN);
      return notes;
    }
  }

  private static void append(Lane lane, int number, MappedByteBuffer notes) {
    CallRecord call = RandomCalls.typical();
    for (long taken = 0; ; ) {
      call.completedAtUnixNs = LedgerClock.SYSTEM.unixNs();
      if (lane.append(call)) {
        taken++;
        notes.putLong(8 * (number + 1), taken);
      } else {
        Thread.onSpinWait();
      }
    }
  }
}
