package io.weighbridge.gateway.config;

/**
 * A value that breaks a rule, thrown by the compact constructors; the reader turns it into a
 * problem at the line of the key. Immutable.
 */
final class BadValue extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String key;

  /**
   * Says what is wrong.
   *
   * @param key of the section whose record is being built; its line is shown
   */
  BadValue(String key, String problem) {
    super(key + ": " + problem);
    this.key = key;
  }

  /** The key to blame. */
  String key() {
    return key;
  }
}
