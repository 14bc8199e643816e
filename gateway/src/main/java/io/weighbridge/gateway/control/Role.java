package io.weighbridge.gateway.control;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the holder of an admin key may do. */
enum Role {
  /** Reads. */
  AUDITOR,
  /** Reads, traffic and hosts. */
  OPERATOR,
  /** Everything, keys too. */
  ADMIN;

  /** The role of this word, or null. */
  static @Nullable Role of(String word) {
    for (Role role : values()) {
      if (role.word().equals(word)) {
        return role;
      }
    }
    return null;
  }

  /** As it is written in keys and records. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
