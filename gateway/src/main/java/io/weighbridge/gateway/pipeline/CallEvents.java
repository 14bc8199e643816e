package io.weighbridge.gateway.pipeline;

/**
 * What happens to calls beyond their outcome, told to whoever counts it. Called on event loops;
 * must not block.
 */
public interface CallEvents {
  /** A caller was refused before it was identified: counted per reason and second. */
  void refusedUnidentified(String reason, int grpcCode);

  /** The split's version had no host, and the configuration names a label for that. */
  void unroutable();
}
