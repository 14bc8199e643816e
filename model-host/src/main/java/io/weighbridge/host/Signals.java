package io.weighbridge.host;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;

/**
 * Signals of the operating system as actions. Stateless.
 *
 * <p>By reflection: the JDK has no public interface for it, and its own one (module
 * jdk.unsupported) cannot be named without a compiler warning.
 */
final class Signals {
  private Signals() {}

  /** Runs this on a thread of the JVM's own each time the signal arrives; replaces what was set. */
  static void on(String name, Runnable action) {
    try {
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object proxy =
          Proxy.newProxyInstance(
              Signals.class.getClassLoader(),
              new Class<?>[] {handler},
              (_, method, arguments) -> {
                if (!method.getName().equals("handle")) {
                  return method.invoke(action, arguments); // Object's own methods.
                }
                action.run();
                return null;
              });
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
    } catch (ReflectiveOperationException e) {
      Throwable cause =
          e instanceof InvocationTargetException && e.getCause() != null ? e.getCause() : e;
      throw new IllegalStateException("cannot take signal " + name + ": " + cause.getMessage(), e);
    }
  }
}
