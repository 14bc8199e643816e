package io.weighbridge.gateway.admission;

/**
 * How much of the process's memory is in use, 0 to 1 each. Immutable.
 *
 * @param direct what buffers hold, of the memory outside the heap that they may have
 * @param heap what the last collection left in the part of the heap for what lives long
 */
public record MemoryUse(double direct, double heap) {
  /** Nothing to speak of. */
  public static final MemoryUse NONE = new MemoryUse(0, 0);
}
