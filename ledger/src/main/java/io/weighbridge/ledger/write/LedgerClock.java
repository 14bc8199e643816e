package io.weighbridge.ledger.write;

import java.time.Instant;

/** The two clocks the ledger reads. Thread-safe; tests bring their own. */
interface LedgerClock {
  /** The machine's. */
  LedgerClock SYSTEM =
      new LedgerClock() {
        @Override
        public long unixNs() {
          Instant now = Instant.now();
          return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }

        @Override
        public long monotonicNs() {
          return System.nanoTime();
        }
      };

  /** Wall clock, nanoseconds since 1970; may step. */
  long unixNs();

  /** Never steps; only differences mean anything. */
  long monotonicNs();
}
