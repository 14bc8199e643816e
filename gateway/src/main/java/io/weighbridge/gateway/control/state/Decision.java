package io.weighbridge.gateway.control.state;

import java.util.List;

/**
 * A question put to the current state whose answer is what to change. It runs on the state-writer
 * thread, alone, so what it saw still holds when its changes are written.
 */
@FunctionalInterface
public interface Decision {

  /**
   * What to change; nothing is an answer too. What it throws reaches whoever asked, and nothing is
   * changed.
   */
  List<Change> decide(ControlState state);
}
