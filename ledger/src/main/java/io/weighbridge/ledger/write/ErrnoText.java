package io.weighbridge.ledger.write;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.Charset;

/**
 * What the C library says of an error, in the language the process runs in: {@code strerror(3)}.
 * Java's own failures carry the same text. Thread-safe: without state.
 */
final class ErrnoText {
  static final int FILES_OF_SYSTEM = 23; // ENFILE
  static final int FILES_OF_PROCESS = 24; // EMFILE
  static final int NO_SPACE = 28; // ENOSPC
  static final int QUOTA = 122; // EDQUOT

  /** Longer than any text of the C library in any language. */
  private static final int TEXT_BYTES_MAX = 1024;

  private ErrnoText() {}

  @SuppressWarnings("restricted") // The process is started with native access enabled.
  static String of(int errno) {
    Linker linker = Linker.nativeLinker();
    MethodHandle strerror =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    try {
      MemorySegment found = (MemorySegment) strerror.invokeExact(errno);
      return text(found.reinterpret(TEXT_BYTES_MAX));
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call strerror", e);
    }
  }

  private static String text(MemorySegment found) {
    int length = 0;
    while (found.get(ValueLayout.JAVA_BYTE, length) != 0) {
      length++;
    }
    byte[] bytes = found.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    Charset fallback = Charset.defaultCharset();
    return new String(
        bytes, Charset.forName(System.getProperty("native.encoding", fallback.name()), fallback));
  }
}
