package io.weighbridge.gateway.upstream.check;

import io.weighbridge.gateway.call.HostTable.Host;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How one host is asked, and what came of it so far. Written by one thread, read by any. */
final class HostCheck {
  private static final Logger LOG = LoggerFactory.getLogger(HostCheck.class);

  private final Host host;
  private final CheckMethod method;
  private final Map<CheckAnswer, LongAdder> counts = new EnumMap<>(CheckAnswer.class);

  /** Whether it let each question be asked at last. Only of the thread that asks. */
  private final Map<Question, Boolean> lets = new HashMap<>();

  private volatile boolean unimplemented;

  /** The last question could not even be put. Only of the thread that asks. */
  private boolean unaskable;

  HostCheck(Host host, CheckMethod method) {
    this.host = host;
    this.method = method;
    for (CheckAnswer answer : CheckAnswer.values()) {
      counts.put(answer, new LongAdder());
    }
  }

  CheckMethod method() {
    return method;
  }

  private LongAdder count(CheckAnswer answer) {
    LongAdder count = counts.get(answer);
    if (count == null) {
      throw new IllegalStateException("every answer has a count");
    }
    return count;
  }

  /** A question is on its way. */
  void asked() {
    unaskable = false;
  }

  /** A question could not be put, which is nothing against the host. */
  void unaskable(Throwable why) {
    if (!unaskable) {
      LOG.error("host {} cannot be asked whether it is ready; it is tried again", host.id(), why);
    }
    unaskable = true;
  }

  void answered(Question question, CheckAnswer answer) {
    count(answer).increment();
    if (answer == CheckAnswer.UNREACHABLE) {
      // Says nothing of what the host offers.
      return;
    }
    boolean now = answer != CheckAnswer.UNIMPLEMENTED;
    Boolean before = lets.put(question, now);
    if (!now && !Boolean.FALSE.equals(before)) {
      LOG.warn(
          "host {} does not answer health-check {}{}: only calls will show how it is",
          host.id(),
          method.word(),
          question.about());
    }
    judge();
  }

  /** That is not asked any more. */
  void forget(Question question) {
    if (lets.remove(question) != null) {
      judge();
    }
  }

  private void judge() {
    unimplemented = !lets.isEmpty() && !lets.containsValue(true);
  }

  HostChecks.Report report() {
    Map<String, Long> answers = new TreeMap<>();
    counts.forEach((answer, count) -> {
      if (count.sum() > 0) {
        answers.put(answer.word(), count.sum());
      }
    });
    return new HostChecks.Report(unimplemented ? "unimplemented" : method.word(), answers);
  }
}
