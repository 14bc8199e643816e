package io.weighbridge.host.serve;

import io.weighbridge.host.tensor.BadInputException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The heap that requests of the whole host may take, from before they are parsed until they are
 * answered. Thread-safe.
 */
final class RequestMemory {
  private final long bytesMax;
  private final AtomicLong taken = new AtomicLong();

  RequestMemory(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  long takenBytes() {
    return taken.get();
  }

  private boolean tryTake(long bytes) {
    long before = taken.get();
    while (before + bytes <= bytesMax) {
      if (taken.compareAndSet(before, before + bytes)) {
        return true;
      }
      before = taken.get();
    }
    return false;
  }

  /** What one call has taken. Thread-safe. */
  final class Share {
    private long bytes;
    private int holders;
    private boolean unwanted;

    /** Takes more, or throws the error for the caller. */
    synchronized void take(long more) throws BadInputException {
      if (bytes + more > bytesMax) {
        throw new BadInputException(
            "the request takes more heap than request-heap-bytes-max, " + bytesMax + " bytes");
      }
      if (!tryTake(more)) {
        throw CallError.MEMORY_SHORT.because(
            "requests fill request-heap-bytes-max, " + bytesMax + " bytes");
      }
      bytes += more;
    }

    /** Somebody works with the request: whatever becomes of the call, its heap is in use. */
    synchronized void hold() {
      holders++;
    }

    /** Nobody does any more. */
    synchronized void letGo() {
      holders--;
      if (unwanted) {
        giveBack();
      }
    }

    /** The call is over, or answered: gives all of it back once nobody works with it. */
    synchronized void giveBack() {
      unwanted = holders > 0;
      if (!unwanted) {
        taken.addAndGet(-bytes);
        bytes = 0;
      }
    }
  }
}
