package io.weighbridge.gateway.pipeline;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.weighbridge.gateway.grpc.Inflation;
import io.weighbridge.gateway.grpc.MessageFraming;

/**
 * One compressed message of a request: inflated as it arrives, and accounted for until it has left.
 * Confined to the call's event loop; {@link #close} it.
 *
 * <p>Its end is given back to the caller's window when what it inflates to has left, as a plain
 * message is, so that a slow host holds back its callers. What comes before may be longer than the
 * window, and is given back at once.
 */
final class CompressedMessage {
  private final Inflation inflation;
  private final int bytesMax;
  private final int withheldBytesMax;
  private int withheldBytes = MessageFraming.PREFIX_BYTES;

  /**
   * Begins one that may inflate to this many bytes.
   *
   * @param withheldBytesMax of the caller's window, while it is not on its way
   */
  CompressedMessage(
      Inflation.Encoding encoding, int bytesMax, int withheldBytesMax, Inflation.Budget budget) {
    this.bytesMax = bytesMax;
    this.withheldBytesMax = withheldBytesMax;
    inflation = new Inflation(encoding, bytesMax, budget);
  }

  /** What it may inflate to. */
  int bytesMax() {
    return bytesMax;
  }

  /** Takes in the next bytes. Borrows {@code from}. */
  Inflation.State feed(ByteBuf from, int offset, int length, ByteBufAllocator allocator) {
    withheldBytes += length;
    return inflation.feed(from, offset, length, allocator);
  }

  /** Bytes of the caller's window that are free again although nothing has left. */
  int takeFreed() {
    int freed = Math.max(0, withheldBytes - withheldBytesMax);
    withheldBytes -= freed;
    return freed;
  }

  /** Whether it is compressed well to its end. */
  boolean complete() {
    return inflation.complete();
  }

  /** All of it, behind room for a prefix. Returns it owned by the caller. */
  ByteBuf take(ByteBufAllocator allocator) {
    return inflation.take(allocator);
  }

  /** Bytes of the caller's window that what it inflated to stands for. */
  int withheldBytes() {
    return withheldBytes;
  }

  /** What was inflated was written: whatever it holds of the budget it holds until it has left. */
  void written(Outgoing out) {
    out.budget(inflation.takeShare());
  }

  /** Gives everything back. */
  void close() {
    inflation.close();
  }
}
