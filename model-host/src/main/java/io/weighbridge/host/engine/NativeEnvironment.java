package io.weighbridge.host.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Environment variables as native libraries see them; Java's own copy stays as it was. Stateless;
 * to be used before other threads run native code, since the C library does not guard its
 * environment.
 */
final class NativeEnvironment {
  private NativeEnvironment() {}

  /** Sets a variable for every native library that is asked to start from now on. */
  @SuppressWarnings("restricted") // The process is started with native access enabled.
  static void set(String name, String value) {
    Linker linker = Linker.nativeLinker();
    MethodHandle setenv =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("setenv"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.ADDRESS,
                ValueLayout.ADDRESS,
                ValueLayout.JAVA_INT));
    int result;
    try (Arena arena = Arena.ofConfined()) {
      int overwrite = 1;
      result =
          (int) setenv.invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), overwrite);
    } catch (Throwable e) {
      throw new IllegalStateException("cannot set " + name, e);
    }
    if (result != 0) {
      throw new IllegalStateException("setenv refused " + name);
    }
  }
}
