package io.weighbridge.gateway.upstream.health;

import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What the limits of all versions on one host have in common, for their calls may stand in one line
 * there: how much longer than at rest answers may take, and when it is looked what they take at
 * rest. Confined to the health thread.
 */
final class HostPace {
  /**
   * So long at most versions take part in the probe of another one, whose answers may take long.
   */
  static final long SHARED_NS_MAX = TimeUnit.SECONDS.toNanos(2);

  /** For the calls that a host has before a probe it is waited so long at most. */
  static final long SETTLE_NS_MAX = TimeUnit.SECONDS.toNanos(1);

  /** This part of what was asked, or answered, since the last look is believed. */
  static final double FOLLOWED = 0.1;

  private final Slowdown slowdown = new Slowdown();
  private int limits;

  /** The limit that began the probe that goes on, when, and when the host has settled. */
  private @Nullable AdaptiveLimit prober;

  private long probedAtNs;
  private long settledNs;

  /** Whether it ends with this look. */
  private boolean ends;

  /** The look that is being taken, and the one before. */
  private long lookNs;

  private long beforeNs;

  /** What the versions showed at that look, together. */
  private long answers;

  private double askedNs;
  private double used;
  private boolean pressed;
  private boolean longer;
  private boolean held;

  /** What was asked between two looks, lately. */
  private double demandNs;

  /** As of the last look. */
  private double lastUsed;

  private boolean lastPressed;

  /**
   * What a look shows of one version.
   *
   * @param answers since the last one
   * @param askedNs what the calls that it answered, or was denied, would take at rest
   * @param used how many it has of those it may have; 0 without a limit
   * @param pressed whether it has, or was denied, as many calls as it may have
   * @param longer whether its answers may take longer at all
   * @param held whether fewer are let in for another reason: then nothing here shows anything
   */
  record Shown(
      long answers, double askedNs, double used, boolean pressed, boolean longer, boolean held) {}

  /** One more version is limited by this. */
  void joined() {
    limits++;
  }

  /** How many times what they take at rest answers may take while calls are turned away. */
  double factor() {
    return slowdown.factor();
  }

  /** Nothing that is seen at this look shows anything. */
  void hold(long nowNs) {
    look(nowNs);
    held = true;
  }

  /** Takes what one version shows at a look. */
  void take(Shown version, long nowNs) {
    look(nowNs);
    answers += version.answers;
    askedNs += version.used > 0 ? version.askedNs : 0;
    used += version.used;
    pressed |= version.pressed;
    longer |= version.longer;
    held |= version.held;
  }

  /** What part a version has of what is asked of the host, where there are limits. */
  double share(double ofDemandNs) {
    return demandNs == 0 ? 1 : Math.min(1, ofDemandNs / demandNs);
  }

  /** Whether more than one version is limited by this. */
  boolean shared() {
    return limits > 1;
  }

  /** How many calls the host had, at the last look, of those that its limits allow. */
  double used() {
    return lastUsed;
  }

  /** Whether any version had, or was denied, as many calls as it may have, at the last look. */
  boolean pressed() {
    return lastPressed;
  }

  private void look(long nowNs) {
    if (nowNs == lookNs) {
      return;
    }
    if (lookNs == 0) {
      slowdown.begin(nowNs);
    }
    // What it gave while nobody looked says nothing of what it could.
    boolean looked = lookNs - beforeNs <= 2 * HostHealth.LOOK_NS;
    if (looked && pressed && !held) {
      slowdown.take(answers, lookNs - beforeNs, longer, lookNs);
    }
    prober = ends ? null : prober;
    ends = false;
    beforeNs = lookNs;
    lookNs = nowNs;
    demandNs += FOLLOWED * (askedNs - demandNs);
    lastUsed = used;
    lastPressed = pressed;
    answers = 0;
    askedNs = 0;
    used = 0;
    pressed = false;
    longer = false;
    held = false;
  }

  /**
   * A limit takes part in the probe, or begins one.
   *
   * @param answerNs what an answer takes now
   * @return whether it has begun it
   */
  boolean probe(AdaptiveLimit one, long answerNs, long nowNs) {
    boolean begins = !probing(nowNs);
    if (begins) {
      prober = one;
      ends = false;
      probedAtNs = nowNs;
      // The others hear of it by the next look.
      settledNs = nowNs + HostHealth.LOOK_NS;
    }
    settledNs = Math.max(settledNs, nowNs + Math.min(SETTLE_NS_MAX, answerNs));
    return begins;
  }

  /** Whether a probe goes on that all take part in. */
  boolean probing(long nowNs) {
    return prober != null && nowNs - probedAtNs <= SHARED_NS_MAX;
  }

  /** Whether what came since the last look shows what answers take at rest. */
  boolean atRest(long nowNs) {
    return !shared() || nowNs - HostHealth.LOOK_NS >= settledNs;
  }

  /** Ends the probe with this look, which the others are yet to take, if this limit began it. */
  @SuppressWarnings("ReferenceEquality") // That one, not an equal one.
  void probed(AdaptiveLimit one) {
    ends |= prober == one;
  }
}
