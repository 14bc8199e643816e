package io.weighbridge.gateway.config;

import java.util.regex.Pattern;

/** The one rule for names of models, versions, labels and hosts. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@/-]{0,255}");

  private Names() {}

  /** Throws when this is no name. */
  static void check(String key, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new BadValue(key, "found \"" + name + "\", allowed is " + NAME.pattern());
    }
  }
}
