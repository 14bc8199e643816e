package io.weighbridge.leaks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** The check itself, on classes that keep and break the rule. */
class LeakCheckTest {
  private static final int PATIENCE_MS = 300;

  /** What the classes below left open. */
  private static ByteBuf left = Unpooled.EMPTY_BUFFER;

  static class Forgetful {
    @Test
    void takes() {
      left = PooledByteBufAllocator.DEFAULT.buffer(16).touch("taken by the test");
    }
  }

  static class Careful {
    @Test
    void takesAndGivesBack() {
      PooledByteBufAllocator.DEFAULT.buffer(16).release();
    }
  }

  static class Late {
    private static final ByteBuf BUFFER = PooledByteBufAllocator.DEFAULT.buffer(16);

    @Test
    void givesBackWhenAllIsOver() {
      left = Unpooled.buffer(16);
    }

    @AfterAll
    static void over() {
      CompletableFuture.delayedExecutor(PATIENCE_MS / 3, TimeUnit.MILLISECONDS)
          .execute(left::release);
    }

    @AfterEach
    void keepsAConstant() {
      assertThat(BUFFER.refCnt()).isOne();
    }
  }

  static class Outer {
    private static ByteBuf shared = Unpooled.EMPTY_BUFFER;

    @Nested
    class Inner {
      @Test
      void leavesItToTheOuterClass() {
        shared = Unpooled.buffer(16);
      }
    }

    @AfterAll
    static void over() {
      shared.release();
    }
  }

  private static TestExecutionSummary run(Class<?> tests) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(selectClass(tests))
            .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
            .configurationParameter(LeakCheck.PATIENCE_MS, Integer.toString(PATIENCE_MS))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    return listener.getSummary();
  }

  @Test
  void failsTheClassThatLeavesABufferOpenAndNoOther() {
    TestExecutionSummary forgetful = run(Forgetful.class);
    assertThat(forgetful.getTestsSucceededCount()).isOne();
    assertThat(forgetful.getFailures())
        .singleElement()
        .satisfies(failure -> {
          assertThat(failure.getTestIdentifier().getLegacyReportingName())
              .isEqualTo(Forgetful.class.getName());
          assertThat(failure.getException())
              .hasMessageContaining(Forgetful.class.getName() + " leaves 1 open")
              .hasMessageContaining("Forgetful.takes(")
              .hasMessageContaining("taken by the test");
        });
    assertThat(run(Careful.class).getFailures()).isEmpty();
    left.release();
  }

  @Test
  void waitsForWhatIsStillBeingGivenBackAndLeavesConstantsAlone() {
    TestExecutionSummary late = run(Late.class);
    assertThat(late.getTestsSucceededCount()).isOne();
    assertThat(late.getFailures()).isEmpty();
  }

  @Test
  void judgesANestedClassTogetherWithItsOuterClass() {
    TestExecutionSummary outer = run(Outer.class);
    assertThat(outer.getTestsSucceededCount()).isOne();
    assertThat(outer.getFailures()).isEmpty();
  }
}
