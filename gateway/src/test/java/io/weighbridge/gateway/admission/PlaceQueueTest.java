package io.weighbridge.gateway.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who gets the next place, and who loses his in the queue. */
class PlaceQueueTest {
  private static final int CALLS_MAX = 6;

  private final PlaceQueue queue = new PlaceQueue();

  /** A call with a name, which never goes anywhere by itself. */
  private static final class Call extends Waiter {
    private final String name;

    Call(String name, String principal, long priority, boolean countsAsPlace) {
      super(
          new Caller("acme", principal, AuthMethod.API_KEY, name, Set.of()),
          new Terms(priority, Long.MAX_VALUE, Long.MAX_VALUE, 0, countsAsPlace));
      this.name = name;
    }

    @Override
    protected boolean go(boolean oneMore, long nowNs) {
      throw new AssertionError("nobody asks");
    }

    @Override
    protected void refuse(String detail) {
      throw new AssertionError("nobody asks");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private static Call call(String name, long priority) {
    return new Call(name, name.substring(0, 1), priority, true);
  }

  /** Adds calls of the callers their names begin with, to a queue with room for them. */
  private void add(String... names) {
    for (String name : names) {
      assertThat(queue.add(call(name, 0), CALLS_MAX)).isNull();
    }
  }

  /** Gives out places until none waits. */
  private List<String> order() {
    List<String> order = new ArrayList<>();
    for (Waiter next = queue.next(); next != null; next = queue.next()) {
      queue.placed(next);
      order.add(next.toString());
    }
    return order;
  }

  @Test
  void callersTakeTurnsAndWhoComesFirstIsFirst() {
    add("a1", "a2", "a3", "b1", "b2", "c1");
    assertThat(order()).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
  }

  @Test
  void withinACallerPriorityDecidesAndNoneIsLast() {
    queue.add(call("a0", 0), CALLS_MAX);
    queue.add(call("a2", 2), CALLS_MAX);
    queue.add(call("a1", 1), CALLS_MAX);
    queue.add(call("aMost", -1), CALLS_MAX);
    queue.add(call("a1next", 1), CALLS_MAX);
    queue.add(call("b9", 9), CALLS_MAX);
    assertThat(order()).containsExactly("a1", "b9", "a1next", "a2", "aMost", "a0");
  }

  @Test
  void aCallerWithManyPlacesWaitsForOneWithFew() {
    add("a1", "a2", "a3");
    List<String> placed = order();
    assertThat(placed).hasSize(3);
    add("a4", "b1", "b2", "b3", "b4");
    assertThat(order()).containsExactly("b1", "b2", "b3", "a4", "b4");
  }

  @Test
  void placesGivenBackCountNoMore() {
    Call first = call("a1", 0);
    queue.add(first, CALLS_MAX);
    queue.placed(first);
    queue.left(first);
    add("b1", "a2", "b2");
    assertThat(order()).containsExactly("b1", "a2", "b2");
  }

  @Test
  void onlyWhoHasNothingWhileAnotherHasMayHaveOneMore() {
    Call first = call("a1", 0);
    queue.add(first, CALLS_MAX);
    assertThat(queue.oneMore(first)).isFalse();
    queue.placed(first);
    Call second = call("a2", 0);
    queue.add(second, CALLS_MAX);
    assertThat(queue.oneMore(second)).isFalse();
    Call other = call("b1", 0);
    queue.add(other, CALLS_MAX);
    assertThat(queue.oneMore(other)).isTrue();
    Call stream = new Call("c1", "c", 0, false);
    queue.add(stream, CALLS_MAX);
    assertThat(queue.oneMore(stream)).isFalse();
    queue.left(first);
    assertThat(queue.oneMore(other)).isFalse();
  }

  @Test
  void whatTakesNoPlaceIsNotCounted() {
    Call stream = new Call("a1", "a", 0, false);
    queue.add(stream, CALLS_MAX);
    queue.placed(stream);
    assertThat(queue.callers()).isZero();
    add("a2", "b1");
    assertThat(order()).containsExactly("a2", "b1");
  }

  @Test
  void whoHasMostWaitingLosesItsLastWhenThereIsNoRoom() {
    queue.add(call("a2", 2), CALLS_MAX);
    queue.add(call("a1", 1), CALLS_MAX);
    queue.add(call("a3", 3), CALLS_MAX);
    add("a4", "a5", "b1");
    assertThat(queue.size()).isEqualTo(CALLS_MAX);
    assertThat(queue.add(call("b2", 0), CALLS_MAX)).hasToString("a5");
    assertThat(queue.add(call("c1", 0), CALLS_MAX)).hasToString("a4");
    assertThat(queue.size()).isEqualTo(CALLS_MAX);
    assertThat(order()).containsExactly("a1", "b1", "c1", "a2", "b2", "a3");
  }

  @Test
  void aCallThatComesFirstTakesTheRoomOfItsOwnCallersLast() {
    add("a1", "a2", "a3", "a4", "a5", "a6");
    assertThat(queue.add(call("aUrgent", 1), CALLS_MAX)).hasToString("a6");
    assertThat(order()).startsWith("aUrgent", "a1");
  }

  @Test
  void whoHasAsManyAsAnyIsRefusedHimself() {
    add("a1", "a2", "a3", "b1", "b2", "b3");
    assertThat(queue.add(call("c1", 0), CALLS_MAX)).hasToString("a3");
    assertThat(queue.add(call("a4", 0), CALLS_MAX)).hasToString("a4");
    assertThat(queue.add(call("c2", 0), CALLS_MAX)).hasToString("b3");
    assertThat(queue.add(call("c3", 0), CALLS_MAX)).hasToString("c3");
  }

  @Test
  void callsThatAreGoneLeaveNothing() {
    Call gone = call("a1", 0);
    queue.add(gone, CALLS_MAX);
    add("a2", "b1");
    queue.remove(gone);
    assertThat(order()).containsExactly("a2", "b1");
    assertThat(queue.size()).isZero();
    assertThat(queue.callers()).isEqualTo(2);
  }

  @Test
  void callersAreForgottenOnceTheyHaveNothingHere() {
    Call one = call("a1", 0);
    Call other = call("b1", 0);
    queue.add(one, CALLS_MAX);
    queue.add(other, CALLS_MAX);
    queue.remove(one);
    queue.placed(other);
    assertThat(queue.callers()).isEqualTo(1);
    queue.left(other);
    assertThat(queue.callers()).isZero();
  }

  @Test
  void thoseThatWaitedLongEnoughAreTakenOut() {
    Call late = call("a1", 0);
    Call later = call("a2", 0);
    queue.add(late, CALLS_MAX);
    queue.add(later, CALLS_MAX);
    late.untilNs = 100;
    later.untilNs = 101;
    assertThat(queue.takeLate(99)).isEmpty();
    assertThat(queue.takeLate(100)).containsExactly(late);
    assertThat(queue.next()).isSameAs(later);
  }

  @Test
  void whoGoesBeforeIsCountedAsTurnsGo() {
    add("a1", "a2", "a3", "b1");
    Call next = call("a4", 0);
    assertThat(queue.ownBefore(next)).isEqualTo(3);
    assertThat(queue.before(next, 3)).isEqualTo(4);
    Call urgent = call("a0", 1);
    assertThat(queue.ownBefore(urgent)).isZero();
    Call another = call("c1", 0);
    assertThat(queue.before(another, queue.ownBefore(another))).isZero();
  }
}
