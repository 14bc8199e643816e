package io.weighbridge.gateway.upstream.check;

import java.util.function.Consumer;

/** Puts questions to hosts. */
interface Asker extends AutoCloseable {
  /**
   * Asks, without waiting.
   *
   * @param to gets the answer once, from any thread; none when this throws
   */
  void ask(Question question, Consumer<CheckAnswer> to);

  /** What is known of the connection to the host is given up: the next question makes another. */
  void renew(Question question);

  @Override
  void close();
}
