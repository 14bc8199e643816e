package io.weighbridge.gateway.upstream.check;

import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.call.HostTable.Host;
import io.weighbridge.gateway.upstream.health.HostHealth;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Checks of hosts whose answers are made up, and take their time. Confined to one thread. */
public final class SimulatedChecks {
  public static final long LOOK_NS = HostChecks.LOOK_NS;
  private static final long ANSWER_NS = TimeUnit.MILLISECONDS.toNanos(2);

  private final HostChecks checks;

  /** What a host does that is asked. */
  public enum Says {
    READY,
    NOT_READY,
    /** It takes the question and is silent. */
    NOTHING,
    ERROR,
    UNIMPLEMENTED,
    /** Nothing listens there. */
    UNREACHABLE
  }

  /** Does something later. */
  public interface Later {
    void after(long delayNs, Runnable what);
  }

  /** Checks that ask each host of each version it serves. */
  public SimulatedChecks(
      List<Host> hosts,
      CheckTiming timing,
      HostChecks.Source source,
      Ticker ticker,
      RandomGenerator random,
      HostHealth health,
      Function<Host, Says> says,
      Later later) {
    checks =
        new HostChecks(
            hosts.stream().collect(Collectors.toMap(host -> host, _ -> CheckMethod.MODEL_READY)),
            timing,
            source,
            ticker,
            random,
            health,
            new MadeUp(timing.answerNsMax(), says, later));
  }

  /** Judges and asks, as it is done every {@link #LOOK_NS}. */
  public void look() {
    checks.look();
  }

  private record MadeUp(long answerNsMax, Function<Host, Says> says, Later later) implements Asker {
    @Override
    public void ask(Question question, Consumer<CheckAnswer> to) {
      Says said = says.apply(question.host());
      CheckAnswer answer =
          switch (said) {
            case READY -> CheckAnswer.READY;
            case NOT_READY -> CheckAnswer.NOT_READY;
            case NOTHING, ERROR -> CheckAnswer.FAILED;
            case UNIMPLEMENTED -> CheckAnswer.UNIMPLEMENTED;
            case UNREACHABLE -> CheckAnswer.UNREACHABLE;
          };
      later.after(said == Says.NOTHING ? answerNsMax : ANSWER_NS, () -> to.accept(answer));
    }

    @Override
    public void renew(Question question) {
      // There are no connections.
    }

    @Override
    public void close() {
      // Nothing was opened.
    }
  }
}
