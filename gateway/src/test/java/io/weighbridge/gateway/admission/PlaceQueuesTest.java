package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.DefaultEventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.local.LocalIoHandler;
import io.netty.util.concurrent.MockTicker;
import io.netty.util.concurrent.Ticker;
import io.weighbridge.gateway.admission.PlaceQueues.Outlook;
import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Who may wait, for how long, and what he hears, in virtual time. */
class PlaceQueuesTest {
  private static final long MS = 1_000_000;
  private static final int SLOT = 3;
  private static final int CALLS_MAX = 4;
  private static final long BYTES_MAX = 1_000;

  /** Ten places, an answer a millisecond. */
  private static final Outlook OUTLOOK = new Outlook(10 * MS, 10, true);

  private final MockTicker ticker = Ticker.newMockTicker();
  private final ManualIoEventLoop loop =
      new ManualIoEventLoop(null, Thread.currentThread(), LocalIoHandler.newFactory(), ticker);
  private final PlaceQueues queues =
      new PlaceQueues(new PlaceQueues.Limits(50 * MS, CALLS_MAX, BYTES_MAX), loop);
  private final List<String> heard = new ArrayList<>();
  private int places;

  /** Queues in which nothing waits. */
  static PlaceQueues off() {
    return new PlaceQueues(new PlaceQueues.Limits(0, 1, 0), new DefaultEventLoop());
  }

  private final class Call extends Waiter {
    private final String name;
    private boolean vanishes;
    private Runnable beforeGo = () -> {};
    private Runnable beforeRefuse = () -> {};

    Call(String name, long timeoutNs, long deadlineMs, int bytes) {
      super(
          new Caller("acme", name.substring(0, 1), AuthMethod.API_KEY, "k", Set.of()),
          new Terms(0, timeoutNs, deadlineMs * MS, bytes, true));
      this.name = name;
    }

    @Override
    protected boolean go(boolean oneMore, long nowNs) {
      beforeGo.run();
      if (vanishes) {
        return true;
      }
      if (places == 0) {
        return false;
      }
      places--;
      queues.placed(SLOT, this);
      heard.add(name);
      return true;
    }

    @Override
    protected void refuse(String detail) {
      beforeRefuse.run();
      heard.add(name + ": " + detail);
      queues.ended(SLOT, this);
    }
  }

  private static void fail() {
    throw new StackOverflowError();
  }

  private Call call(String name) {
    return new Call(name, Long.MAX_VALUE, 10_000, 1);
  }

  private @Nullable String join(Call call) {
    return queues.join(SLOT, call, OUTLOOK, ticker.nanoTime());
  }

  private void runMs(int ms) {
    for (int i = 0; i < ms; i++) {
      ticker.advance(1, TimeUnit.MILLISECONDS);
      settle();
    }
  }

  private void settle() {
    while (loop.runNow() > 0) {
      // Until there is nothing to do.
    }
  }

  @Test
  void aCallWaitsUntilAPlaceIsFree() {
    assertThat(queues.waits(SLOT)).isFalse();
    assertThat(join(call("a1"))).isNull();
    assertThat(queues.waits(SLOT)).isTrue();
    assertThat(queues.waits(SLOT + 1)).isFalse();
    runMs(5);
    assertThat(heard).isEmpty();
    places = 1;
    queues.placeFree(SLOT);
    assertThat(heard).as("nothing happens within another call").isEmpty();
    settle();
    assertThat(heard).containsExactly("a1");
    assertThat(queues.waits(SLOT)).isFalse();
  }

  @Test
  void aLimitThatGrewIsNoticed() {
    join(call("a1"));
    join(call("b1"));
    places = 2;
    runMs(10);
    assertThat(heard).containsExactly("a1", "b1");
  }

  @Test
  void oneHearsAtMostALookLateThatHeWaitedTooLong() {
    join(call("a1"));
    runMs(49);
    assertThat(heard).isEmpty();
    runMs(11);
    assertThat(heard).containsExactly("a1: " + PlaceQueues.TOO_LONG);
    assertThat(queues.waiting()).isZero();
  }

  @Test
  void aPlaceThatComesTooLateIsAnothers() {
    Call hurried = new Call("a1", 2 * MS, 10_000, 1);
    join(hurried);
    join(call("b1"));
    ticker.advance(3, TimeUnit.MILLISECONDS);
    places = 1;
    queues.placeFree(SLOT);
    settle();
    assertThat(heard).containsExactly("a1: " + PlaceQueues.TIMED_OUT, "b1");
  }

  @Test
  void itsTimeoutIsShorterThanOurs() {
    join(new Call("a1", 20 * MS, 10_000, 1));
    runMs(19);
    assertThat(heard).isEmpty();
    runMs(11);
    assertThat(heard).containsExactly("a1: " + PlaceQueues.TIMED_OUT);
  }

  @Test
  void whoCannotBeAnsweredInTimeIsRefusedAtOnceOrAsSoonAsThatIsSo() {
    // A place in 1 ms, and 10 ms for the answer.
    assertThat(join(new Call("a1", Long.MAX_VALUE, 10, 1))).isEqualTo(PlaceQueues.TOO_LATE);
    assertThat(queues.waiting()).isZero();
    assertThat(join(new Call("a1", Long.MAX_VALUE, 30, 1))).isNull();
    runMs(20);
    assertThat(heard).containsExactly("a1: " + PlaceQueues.TOO_LATE);
  }

  @Test
  void thoseBeforeItCount() {
    join(call("a1"));
    join(call("a2"));
    // Three places take 3 ms.
    assertThat(join(new Call("a3", Long.MAX_VALUE, 12, 1))).isEqualTo(PlaceQueues.TOO_LATE);
    assertThat(join(new Call("b1", Long.MAX_VALUE, 12, 1))).isNull();
  }

  @Test
  void whoWouldWaitTooLongIsRefusedAtOnceUnlessHeIsHisCallersFirst() {
    Outlook slow = new Outlook(1_000 * MS, 10, true);
    assertThat(queues.join(SLOT, call("a1"), slow, ticker.nanoTime())).isNull();
    assertThat(queues.join(SLOT, call("a2"), slow, ticker.nanoTime()))
        .isEqualTo(PlaceQueues.TOO_LONG);
    assertThat(queues.join(SLOT, call("b1"), slow, ticker.nanoTime())).isNull();
  }

  @Test
  void beforeItIsKnownWhatHostsCanDoManyMayWaitForLong() {
    Outlook unknown = new Outlook(MS, 10, false);
    for (int i = 1; i <= 10 * CALLS_MAX; i++) {
      assertThat(queues.join(SLOT, call("a" + i), unknown, ticker.nanoTime())).isNull();
    }
    assertThat(queues.join(SLOT, call("a"), unknown, ticker.nanoTime()))
        .isEqualTo(PlaceQueues.CROWDED);
    runMs(499);
    assertThat(heard).isEmpty();
    runMs(11);
    assertThat(heard).hasSize(10 * CALLS_MAX).contains("a1: " + PlaceQueues.TOO_LONG);
  }

  @Test
  void withNothingKnownOfAnswersOnlyTheLimitsCount() {
    Outlook unknown = new Outlook(0, 10, true);
    Call late = new Call("a1", Long.MAX_VALUE, 5, 1);
    assertThat(queues.join(SLOT, late, unknown, ticker.nanoTime())).isNull();
    runMs(60);
    assertThat(heard).containsExactly("a1: " + PlaceQueues.TOO_LONG);
  }

  /** Keeps calls waiting for so long, each until the next one does, the last one on. */
  private Call stand(int ms) {
    Call last = call("c0");
    join(last);
    for (int i = 1; i <= ms / 10; i++) {
      runMs(10);
      Call next = call("c" + i);
      join(next);
      queues.ended(SLOT, last);
      last = next;
    }
    return last;
  }

  @Test
  void whereCallsWaitAllTheTimeNoneWaitsForLongerThanAnAnswerTakes() {
    stand(100);
    join(call("a1"));
    runMs(9);
    assertThat(heard).isEmpty();
    runMs(11);
    assertThat(heard).contains("a1: " + PlaceQueues.STANDING);
  }

  @Test
  void howeverQuickAnswersAreAWhileIsAllowed() {
    queues.ended(SLOT, stand(100));
    Outlook quick = new Outlook(MS, 10, true);
    queues.join(SLOT, call("a1"), quick, ticker.nanoTime());
    ticker.advance(4, TimeUnit.MILLISECONDS);
    places = 1;
    queues.placeFree(SLOT);
    settle();
    queues.join(SLOT, call("a2"), quick, ticker.nanoTime());
    ticker.advance(5, TimeUnit.MILLISECONDS);
    places = 1;
    queues.placeFree(SLOT);
    settle();
    assertThat(heard).containsExactly("a1", "a2: " + PlaceQueues.STANDING);
  }

  @Test
  void whatHasNotWaitedForLongOrBeganAnewIsABurst() {
    queues.ended(SLOT, stand(90));
    join(call("a1"));
    runMs(49);
    assertThat(heard).isEmpty();
    runMs(11);
    assertThat(heard).containsExactly("a1: " + PlaceQueues.TOO_LONG);
    queues.ended(SLOT, stand(100));
    runMs(30);
    join(call("b1"));
    runMs(49);
    assertThat(heard).hasSize(1);
  }

  @Test
  void anEmptyQueueIsABreakAfterAWhileOnly() {
    queues.ended(SLOT, stand(100));
    runMs(29);
    join(call("a1"));
    runMs(20);
    assertThat(heard).containsExactly("a1: " + PlaceQueues.STANDING);
  }

  @Test
  void thereIsRoomForSoMany() {
    for (int i = 0; i < CALLS_MAX; i++) {
      assertThat(join(call("a" + i))).isNull();
    }
    assertThat(join(call("a9"))).isEqualTo(PlaceQueues.CROWDED);
    assertThat(join(call("b1"))).isNull();
    assertThat(queues.waiting()).isEqualTo(CALLS_MAX);
    assertThat(heard).isEmpty();
    settle();
    assertThat(heard).containsExactly("a3: " + PlaceQueues.CROWDED);
  }

  @Test
  void thereIsRoomForSoManyBytes() {
    Call large = new Call("a1", Long.MAX_VALUE, 10_000, (int) BYTES_MAX - 1);
    assertThat(join(large)).isNull();
    assertThat(join(new Call("b1", Long.MAX_VALUE, 10_000, 2))).isEqualTo(PlaceQueues.TOO_LARGE);
    assertThat(join(call("b2"))).isNull();
    queues.ended(SLOT, large);
    assertThat(join(new Call("b3", Long.MAX_VALUE, 10_000, 2))).isNull();
  }

  @Test
  void whoLeavesIsNotAskedAgainAndTellsNobody() {
    Call gone = call("a1");
    join(gone);
    join(call("b1"));
    queues.ended(SLOT, gone);
    queues.ended(SLOT, gone);
    places = 2;
    queues.placeFree(SLOT);
    settle();
    assertThat(heard).containsExactly("b1");
    assertThat(places).isEqualTo(1);
  }

  @Test
  void switchedOffNobodyWaits() {
    assertThat(off().join(SLOT, call("a1"), OUTLOOK, 0)).isEqualTo(PlaceQueues.FULL);
  }

  @Test
  void whileNobodyWaitsNobodyLooks() {
    join(call("a1"));
    runMs(70);
    assertThat(heard).hasSize(1);
    ticker.advance(1, TimeUnit.HOURS);
    assertThat(loop.runNow()).isZero();
  }

  @Test
  void aCallThatCannotBeRefusedKeepsNoOtherFromHearing() {
    Call broken = call("a1");
    broken.beforeRefuse = PlaceQueuesTest::fail;
    join(broken);
    join(call("b1"));
    runMs(70);

    assertThat(heard).containsExactly("b1: " + PlaceQueues.TOO_LONG);
    assertThat(queues.waiting()).isZero();
  }

  @Test
  void aCallThatWentAndSaidNothingIsNotAskedForEver() {
    Call gone = call("a1");
    join(gone);
    join(call("b1"));
    gone.vanishes = true;
    queues.placeFree(SLOT);
    settle();

    assertThat(queues.waiting()).isEqualTo(1);
    places = 1;
    queues.placeFree(SLOT);
    settle();
    assertThat(heard).containsExactly("b1");
  }

  @Test
  void aCallThatCannotGoOnIsRefusedWhenItIsLate() {
    Call broken = call("a1");
    broken.beforeGo = PlaceQueuesTest::fail;
    join(broken);
    runMs(30);
    join(call("b1"));
    places = 1;
    queues.placeFree(SLOT);
    runMs(5);
    assertThat(heard).isEmpty();
    runMs(35);

    assertThat(heard).containsExactly("a1: " + PlaceQueues.TOO_LONG, "b1");
  }
}
