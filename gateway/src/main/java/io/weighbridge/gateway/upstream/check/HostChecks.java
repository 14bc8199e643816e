package io.weighbridge.gateway.upstream.check;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.upstream.health.HostHealth;
import io.weighbridge.gateway.upstream.health.LookThread;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Asks every host that serves something whether it is ready, again and again, and has what it
 * serves rest after {@value Checked#FAILURES} failures in a row. Thread-safe: one thread asks and
 * judges.
 *
 * <pre>
 * Implementation notes: questions stand in a queue by when they are due and are taken out until their answer has come, so
 * no host is asked the same twice at a time. First questions are spread over a period at random, later ones by a tenth. At most
 * ASKED_PER_LOOK_MAX are asked per look: where hosts times versions are too many for the period, it becomes longer for all.
 * </pre>
 */
public final class HostChecks implements AutoCloseable {
  static final long LOOK_NS = TimeUnit.MILLISECONDS.toNanos(50);

  /** 500 a second: 1,000 hosts of two versions each can be asked every 5 s. */
  static final int ASKED_PER_LOOK_MAX = 25;

  private final Map<Host, HostCheck> hosts = new HashMap<>();
  private final CheckTiming timing;
  private final Source source;
  private final Ticker ticker;
  private final RandomGenerator random;
  private final Asker asker;
  private final HostHealth health;
  private final Queue<Answered> answers = new ConcurrentLinkedQueue<>();
  private final LookThread thread =
      new LookThread("host-check", this::look, "hosts could not be asked whether they are ready");

  // All below are guarded by this.
  private final PriorityQueue<Checked> due = new PriorityQueue<>();
  private Map<Question, Checked> known = Map.of();
  private @Nullable List<HostHealth.Version> seen;

  private record Answered(Checked checked, CheckAnswer answer) {}

  /**
   * What hosts serve.
   *
   * @param versions those there are now; the same list while nothing changed
   * @param slots names them
   */
  public record Source(Supplier<List<HostHealth.Version>> versions, Slots slots) {}

  /**
   * How a host is asked, for people.
   *
   * @param method the word of its {@link CheckMethod}, or "unimplemented"
   * @param answers counts by answer
   */
  public record Report(String method, Map<String, Long> answers) {
    public Report {
      answers = Map.copyOf(answers);
    }
  }

  /**
   * Checks of these hosts; nobody is asked before {@link #start}.
   *
   * @param methods how each host is asked
   * @param health hears what came of it
   */
  public static HostChecks of(
      Map<Host, CheckMethod> methods,
      CheckTiming timing,
      Source source,
      Ticker ticker,
      RandomGenerator random,
      HostHealth health) {
    return new HostChecks(
        methods, timing, source, ticker, random, health, new GrpcAsker(timing.answerNsMax()));
  }

  HostChecks(
      Map<Host, CheckMethod> methods,
      CheckTiming timing,
      Source source,
      Ticker ticker,
      RandomGenerator random,
      HostHealth health,
      Asker asker) {
    methods.forEach((host, method) -> hosts.put(host, new HostCheck(host, method)));
    this.timing = timing;
    this.source = source;
    this.ticker = ticker;
    this.random = random;
    this.health = health;
    this.asker = asker;
  }

  /** Begins to ask. */
  public void start() {
    thread.start(LOOK_NS);
  }

  /** Judges the answers there are, and asks what is due. */
  synchronized void look() {
    long nowNs = ticker.nanoTime();
    for (Answered next = answers.poll(); next != null; next = answers.poll()) {
      judge(next.checked(), next.answer(), nowNs);
    }
    List<HostHealth.Version> versions = source.versions().get();
    if (!versions.equals(seen)) {
      seen = versions;
      take(versions, nowNs);
    }
    for (int asked = 0; asked < ASKED_PER_LOOK_MAX; asked++) {
      Checked next = due.peek();
      if (next == null || next.dueNs - nowNs > 0) {
        return;
      }
      due.remove();
      ask(next, nowNs);
    }
  }

  private void ask(Checked next, long nowNs) {
    HostCheck host = hosts.get(next.question.host());
    if (host == null) {
      throw new IllegalStateException("nobody asks " + next.question.host());
    }
    try {
      asker.ask(next.question, answer -> answers.add(new Answered(next, answer)));
      host.asked();
    } catch (RuntimeException | Error e) {
      // The edge of a background task: no channel could be made, for want of memory or a thread it
      // may be. All others are asked nevertheless, and this one again.
      host.unaskable(e);
      judge(next, CheckAnswer.UNREACHABLE, nowNs);
    }
  }

  private void judge(Checked checked, CheckAnswer answer, long nowNs) {
    Question question = checked.question;
    HostCheck host = hosts.get(question.host());
    if (host == null || known.get(question) != checked) {
      // It serves that no more.
      return;
    }
    host.answered(question, answer);
    boolean failed = checked.failed(answer);
    if (answer == CheckAnswer.UNREACHABLE || (failed && answer == CheckAnswer.FAILED)) {
      // Whatever is wrong with the connection, another one may do.
      asker.renew(question);
    }
    if (!failed) {
      health.ready(checked.seats);
    } else if (answer != CheckAnswer.UNREACHABLE) {
      health.notReady(checked.seats, answer == CheckAnswer.NOT_READY);
    }
    checked.dueNs = nowNs + timing.nextNs(answer, random);
    due.add(checked);
  }

  /** Hosts serve other versions than before: what goes on is asked as it was. */
  private void take(List<HostHealth.Version> versions, long nowNs) {
    Map<Question, Set<Integer>> wanted = new LinkedHashMap<>();
    for (HostHealth.Version version : versions) {
      for (Eligible eligible : version.hosts()) {
        Question question = question(eligible.host(), source.slots().name(version.slot()));
        if (question != null) {
          wanted.computeIfAbsent(question, _ -> new HashSet<>()).add(eligible.seat());
        }
      }
    }
    Map<Question, Checked> next = new HashMap<>();
    Set<Integer> gone = new HashSet<>();
    known.values().forEach(checked -> gone.addAll(checked.seats));
    wanted.forEach((question, seats) -> {
      Checked checked = known.get(question);
      if (checked == null) {
        checked = new Checked(question, nowNs + timing.firstNs(random));
        due.add(checked);
      }
      checked.seats = Set.copyOf(seats);
      gone.removeAll(seats);
      next.put(question, checked);
    });
    due.removeIf(checked -> !next.containsKey(checked.question));
    known.keySet().stream().filter(old -> !next.containsKey(old)).forEach(this::forget);
    health.ready(gone);
    known = next;
  }

  private void forget(Question question) {
    HostCheck host = hosts.get(question.host());
    if (host != null) {
      host.forget(question);
    }
  }

  private @Nullable Question question(Host host, Slots.Name served) {
    HostCheck check = hosts.get(host);
    CheckMethod method = check == null ? CheckMethod.NONE : check.method();
    return switch (method) {
      case NONE -> null;
      case SERVER_READY, GRPC_HEALTH -> new Question(host, method, null);
      // A service of `routes` is no model, and has a name without a version.
      case MODEL_READY -> served.version().isEmpty() ? null : new Question(host, method, served);
    };
  }

  /** How a host is asked, and what came of it. */
  public Report report(Host host) {
    HostCheck check = hosts.get(host);
    return check == null ? new Report(CheckMethod.NONE.word(), Map.of()) : check.report();
  }

  /** Asks no more. */
  @Override
  public void close() {
    thread.close();
    synchronized (this) {
      asker.close();
    }
  }
}
