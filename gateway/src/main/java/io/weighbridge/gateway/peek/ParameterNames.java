package io.weighbridge.gateway.peek;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The request parameters worth reading: those reserved by the gateway and the sticky parameters of
 * all models, each with its index. Immutable; built with the route table, because a message's
 * parameters may precede its model's name.
 */
public final class ParameterNames {
  /** Distinct names one process watches; each costs a comparison per parameter of a request. */
  public static final int NAMES_MAX = 64;

  /** Longest name that can be watched. */
  public static final int NAME_BYTES_MAX = 256;

  /** Index of {@code weighbridge_label}. */
  public static final int LABEL = 0;

  /** Index of {@code sequence_id}. */
  public static final int SEQUENCE_ID = 1;

  /** Index of {@code priority}. */
  public static final int PRIORITY = 2;

  /** Index of {@code timeout}. */
  public static final int TIMEOUT = 3;

  private static final String[] RESERVED = {
    "weighbridge_label", "sequence_id", "priority", "timeout"
  };

  /** Names of models' own that can be watched besides. */
  public static final int STICKY_MAX = NAMES_MAX - RESERVED.length;

  private final byte[][] names;

  private ParameterNames(byte[][] names) {
    this.names = names;
  }

  /**
   * The reserved names and these.
   *
   * @throws IllegalArgumentException when there are more than {@link #NAMES_MAX}, or one is empty
   *     or longer than {@link #NAME_BYTES_MAX}
   */
  public static ParameterNames of(Collection<String> stickyNames) {
    Set<String> all = new LinkedHashSet<>(List.of(RESERVED));
    all.addAll(stickyNames);
    if (all.size() > NAMES_MAX) {
      throw new IllegalArgumentException(
          all.size() + " parameter names to watch, at most " + NAMES_MAX);
    }
    byte[][] names = new byte[all.size()][];
    int index = 0;
    for (String name : all) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      if (bytes.length == 0 || bytes.length > NAME_BYTES_MAX) {
        throw new IllegalArgumentException(
            "parameter name of " + bytes.length + " bytes, allowed 1 to " + NAME_BYTES_MAX);
      }
      names[index++] = bytes;
    }
    return new ParameterNames(names);
  }

  /** How many names are watched. */
  public int size() {
    return names.length;
  }

  /** The index of a name for {@link Peek#parameter(int)}, or -1 when it is not watched. */
  public int indexOf(String name) {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < names.length; i++) {
      if (Arrays.equals(names[i], bytes)) {
        return i;
      }
    }
    return -1;
  }

  int indexOf(CapturedText key) {
    for (int i = 0; i < names.length; i++) {
      if (key.equalTo(names[i])) {
        return i;
      }
    }
    return -1;
  }
}
