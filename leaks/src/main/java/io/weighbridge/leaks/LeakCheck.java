package io.weighbridge.leaks;

import static org.awaitility.Awaitility.await;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which something that Netty counts is still open: a buffer above all.
 * JUnit finds it by itself wherever this module is on the class path and {@code
 * junit.jupiter.extensions.autodetection.enabled} is set. Stateless.
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  /**
   * Configuration parameter: how long a class may take to give everything back, in milliseconds.
   * Event loops that were told to stop are still at it when a class ends.
   */
  static final String PATIENCE_MS = "io.weighbridge.leaks.patience-ms";

  /** A machine that runs two builds stops a thread for seconds. */
  private static final long PATIENCE_DEFAULT_MS = 20_000;

  private static final int SHOWN_MAX = 5;

  @Override
  public void beforeAll(ExtensionContext context) {
    boolean counting =
        ResourceLeakDetectorFactory.instance().newResourceLeakDetector(Object.class)
            instanceof CountingDetector;
    if (!counting || ResourceLeakDetector.getLevel() != ResourceLeakDetector.Level.PARANOID) {
      throw new IllegalStateException(
          "nothing counts buffers: start tests with -Dio.netty.leakDetection.level=paranoid -D"
              + CountingDetector.PROPERTY
              + "="
              + CountingDetector.class.getName());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (isPartOfAnother(context)) {
      return;
    }
    long patienceMs =
        context.getConfigurationParameter(PATIENCE_MS, Long::valueOf).orElse(PATIENCE_DEFAULT_MS);
    List<OpenBuffer<?>> owed = owedAfter(patienceMs);
    if (owed.isEmpty()) {
      return;
    }
    owed.forEach(OpenBuffer::forget);
    throw new AssertionError(said(context.getRequiredTestClass().getName(), owed));
  }

  /** What a nested class left open may be its outer class's. */
  private static boolean isPartOfAnother(ExtensionContext context) {
    return context.getParent().flatMap(ExtensionContext::getTestClass).isPresent();
  }

  private static List<OpenBuffer<?>> owedAfter(long patienceMs) {
    if (OpenBuffer.count() > 0) {
      try {
        await().atMost(Duration.ofMillis(patienceMs)).until(() -> OpenBuffer.owed().isEmpty());
      } catch (ConditionTimeoutException stillOpen) {
        return OpenBuffer.owed();
      }
    }
    return List.of();
  }

  private static String said(String testClass, List<OpenBuffer<?>> owed) {
    StringBuilder text = new StringBuilder();
    text.append(testClass).append(" leaves ").append(owed.size()).append(" open");
    for (OpenBuffer<?> each : owed.subList(0, Math.min(SHOWN_MAX, owed.size()))) {
      text.append("\n* ").append(each.traces());
    }
    return text.toString();
  }
}
