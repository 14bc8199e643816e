package io.weighbridge.conformance.fault;

/** What may befall the bytes of one direction, from the moment it is asked for. Immutable. */
sealed interface Fault {
  /** Bytes pass. */
  Fault NONE = new None();

  /** Nothing is read any more, so that the sender's window closes. */
  Fault STALL = new Stall();

  /** Bytes pass. */
  record None() implements Fault {}

  /** Nothing is read. */
  record Stall() implements Fault {}

  /** No more than so many bytes a second pass. */
  record Slow(int bytesPerSecond) implements Fault {}

  /** After so many bytes the whole connection ends, by a reset or in good order. */
  record Cut(long afterBytes, boolean reset) implements Fault {}

  /** After so many bytes, every n-th byte has all its bits inverted. */
  record Garble(long afterBytes, int everyBytes) implements Fault {}
}
