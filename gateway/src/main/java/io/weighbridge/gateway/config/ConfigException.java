package io.weighbridge.gateway.config;

import java.util.List;

/** A configuration that cannot be used, with everything that is wrong with it. Immutable. */
public final class ConfigException extends Exception {
  private static final long serialVersionUID = 1L;

  @SuppressWarnings("serial") // Never serialised; the list is immutable.
  private final List<String> problems;

  public ConfigException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** Each {@code FILE:LINE: what was found, what is allowed}, in the order of the file. */
  public List<String> problems() {
    return problems;
  }
}
