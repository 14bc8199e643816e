package io.weighbridge.gateway.route;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the version that answers a call. Confined to its event loop, which owns the draws.
 *
 * <pre>
 * Implementation notes: calls without a key take buckets from one running draw per model, start + n x 618,033 modulo 1,000,000.
 * The step is 1,000,000 over the golden ratio, the step whose multiples are spread most evenly (three-distance theorem; Knuth,
 * TAOCP 6.4), and odd and no multiple of 5, so that it visits every bucket once in a million calls. Any 1,000 calls in a row of
 * one loop hold a share of 10 % to within one call, where independent random draws would be off by 9 (one sigma). The start
 * is random, so that the loops and gateways of a fleet do not march in step.
 * </pre>
 */
public final class Router {
  static final int DRAW_STEP = 618_033;

  private static final int UNDRAWN = -1;

  private final RandomGenerator random;
  private int[] draws = new int[0];

  /** A router whose draws start where {@code random} says. */
  public Router(RandomGenerator random) {
    this.random = random;
  }

  /** Answers into {@code answer} which version of the model takes the call. */
  public void choose(ModelRoute model, HostTable hosts, Ask ask, Route answer) {
    answer.clear();
    answer.model(model);
    if (ask.versionBytes > 0) {
      named(model, ask, answer);
    } else if (ask.labelBytes > 0) {
      labelled(model, ask.label, ask.labelBytes, Refusal.LABEL_UNKNOWN, answer);
    } else {
      split(model, hosts, ask, answer);
    }
  }

  private static void named(ModelRoute model, Ask ask, Route answer) {
    Target target = model.versionNamed(ask.version, ask.versionBytes);
    if (target != null) {
      answer.chose(target, Route.Rule.VERSION);
    } else {
      labelled(model, ask.version, ask.versionBytes, Refusal.VERSION_UNKNOWN, answer);
    }
  }

  private static void labelled(
      ModelRoute model, byte[] name, int length, Refusal ifUnknown, Route answer) {
    ModelRoute.Label label = model.labelNamed(name, length);
    if (label == null) {
      answer.refused(ifUnknown);
    } else {
      answer.chose(label.target, Route.Rule.LABEL);
      answer.label(label.nameUtf8);
    }
  }

  /**
   * Whether the choice would be made again: by the same version, the label's present version, or
   * the present owner of the bucket, or for want of its hosts.
   */
  public static boolean holds(Route route, ModelRoute model, HostTable hosts) {
    Target was = route.target();
    if (was == null) {
      return false;
    }
    return switch (route.rule()) {
      case VERSION, OVERRIDE, NONE -> model.target(was.version()) != null;
      case LABEL -> {
        ModelRoute.Label label = model.labelNamed(route.labelUtf8(), route.labelUtf8().length);
        yield label != null && is(label.target, was);
      }
      case SPLIT_KEY, SPLIT_DRAW -> is(model.owner(route.bucket()), was);
      case UNROUTABLE_LABEL -> {
        Target owner = model.owner(route.bucket());
        boolean stillMissing = owner != null && hosts.eligible(owner.slot()).length == 0;
        yield is(stillMissing ? model.onUnroutable() : owner, was);
      }
    };
  }

  /** Whether it is the same version, in whatever table. */
  private static boolean is(@Nullable Target now, Target was) {
    return now != null && now.slot() == was.slot();
  }

  private void split(ModelRoute model, HostTable hosts, Ask ask, Route answer) {
    byte[] key = ask.key;
    boolean drawn = key == null;
    int bucket = key == null ? draw(model) : bucketOf(model.spec(), key, ask.keyBytes);
    answer.bucket(bucket);
    Target owner = model.owner(bucket);
    if (owner == null) {
      answer.refused(Refusal.VERSION_UNKNOWN);
      return;
    }
    Target fallback = model.onUnroutable();
    if (fallback != null && hosts.eligible(owner.slot()).length == 0) {
      answer.chose(fallback, Route.Rule.UNROUTABLE_LABEL);
      return;
    }
    answer.chose(owner, drawn ? Route.Rule.SPLIT_DRAW : Route.Rule.SPLIT_KEY);
  }

  private static int bucketOf(ModelSpec spec, byte[] key, int length) {
    return Bucket.of(spec.saltHigh(), spec.saltLow(), key, 0, length);
  }

  private int draw(ModelRoute model) {
    int slot = model.drawSlot();
    if (slot >= draws.length) {
      int known = draws.length;
      draws = Arrays.copyOf(draws, slot + 16);
      Arrays.fill(draws, known, draws.length, UNDRAWN);
    }
    int last = draws[slot];
    int next = last == UNDRAWN ? random.nextInt(Bucket.COUNT) : (last + DRAW_STEP) % Bucket.COUNT;
    draws[slot] = next;
    return next;
  }
}
