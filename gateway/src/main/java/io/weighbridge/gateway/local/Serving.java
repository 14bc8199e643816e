package io.weighbridge.gateway.local;

/** Whether this gateway takes calls. Thread-safe. */
public interface Serving {
  /** Configuration loaded, ledger accepting, not draining. */
  boolean ready();

  /** The process is about to stop. */
  boolean draining();
}
