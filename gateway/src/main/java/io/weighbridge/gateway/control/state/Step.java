package io.weighbridge.gateway.control.state;

import java.util.function.Consumer;

/** The steps of a change, in order. The process may die between any two of them. */
enum Step {
  DECIDED,
  STATE_WRITTEN,
  OUTBOX_WRITTEN,
  COMMITTED,
  APPENDED,
  SETTLED,
  PUBLISHED,
  APPLIED;

  /** Nothing happens between steps, outside tests. */
  static final Consumer<Step> UNOBSERVED = _ -> {};
}
