package io.weighbridge.gateway.upstream.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class LookThreadTest {
  private static final long SOON_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private final AtomicInteger looks = new AtomicInteger();
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

  private void look() {
    threads.add(Thread.currentThread());
    if (looks.incrementAndGet() == 2) {
      throw new AssertionError("the second look");
    }
  }

  @Test
  void aLookThatThrowsIsToldAndTheNextOneComes() {
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    Logger logger = (Logger) LoggerFactory.getLogger(LookThread.class);
    log.start();
    logger.addAppender(log);
    try (LookThread thread = new LookThread("looks", this::look, "nobody knows")) {
      thread.start(SOON_NS);
      await().until(() -> looks.get() > 3);
    } finally {
      logger.detachAppender(log);
    }
    assertThat(log.list).hasSize(1);
    assertThat(log.list.getFirst().getFormattedMessage()).isEqualTo("nobody knows");
    assertThat(log.list.getFirst().getThrowableProxy().getMessage()).isEqualTo("the second look");
    assertThat(threads).hasSize(1).allMatch(thread -> thread.getName().equals("looks"));
    Thread only = threads.iterator().next();
    assertThat(only.isDaemon()).isTrue();
    await().until(() -> !only.isAlive());
  }
}
