package io.weighbridge.gateway.route;

import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Target;
import org.jspecify.annotations.Nullable;

/**
 * The answer of the {@link Router}: a target and why, or a refusal. Confined to the call's event
 * loop and reused with it; everything in it goes into the record, from which the choice can be made
 * again.
 */
public final class Route {
  /** Why this version. */
  public enum Rule {
    NONE(0),
    VERSION(1),
    LABEL(2),
    OVERRIDE(3),
    SPLIT_KEY(4),
    SPLIT_DRAW(5),
    UNROUTABLE_LABEL(6);

    private final int number;

    Rule(int number) {
      this.number = number;
    }

    /** The number in {@code weighbridge.audit.v1.Route.Rule}. */
    public int number() {
      return number;
    }
  }

  private static final byte[] NO_LABEL = new byte[0];

  private @Nullable ModelRoute model;
  private @Nullable Target target;
  private @Nullable Refusal refusal;
  private Rule rule = Rule.NONE;
  private int bucket;
  private byte[] labelUtf8 = NO_LABEL;

  void chose(Target chosen, Rule why) {
    target = chosen;
    refusal = null;
    rule = why;
  }

  void refused(Refusal why) {
    target = null;
    refusal = why;
  }

  void bucket(int value) {
    bucket = value;
  }

  void model(ModelRoute of) {
    model = of;
  }

  /** The calls of a rule go to its hosts: there was nothing to choose. */
  public void chose(ServiceRule service) {
    clear();
    target = service.target();
  }

  void label(byte[] utf8) {
    labelUtf8 = utf8;
  }

  /** Forgets everything. */
  public void clear() {
    model = null;
    target = null;
    refusal = null;
    rule = Rule.NONE;
    bucket = 0;
    labelUtf8 = NO_LABEL;
  }

  /** The model whose version was chosen, or null. */
  public @Nullable ModelRoute model() {
    return model;
  }

  /** The version that answers, or null when refused. */
  public @Nullable Target target() {
    return target;
  }

  /** Why no version answers, or null. */
  public @Nullable Refusal refusal() {
    return refusal;
  }

  /** Which rule decided. */
  public Rule rule() {
    return rule;
  }

  /** Whether the model's split decided. */
  public boolean bySplit() {
    return rule == Rule.SPLIT_KEY || rule == Rule.SPLIT_DRAW;
  }

  /** The bucket, 0 to 999,999; meaningful when a split decided. */
  public int bucket() {
    return bucket;
  }

  /** The label that was used; empty when none. Borrowed. */
  public byte[] labelUtf8() {
    return labelUtf8;
  }
}
