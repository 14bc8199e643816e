package io.weighbridge.cli.terminal;

/** How a piece of text looks on a terminal; elsewhere it is plain. */
public enum Style {
  PLAIN(""),
  BOLD("1"),
  DIM("2"),
  RED("31"),
  GREEN("32"),
  YELLOW("33"),
  BLUE("34"),
  CYAN("36"),
  BOLD_CYAN("1;36"),
  BOLD_GREEN("1;32"),
  BOLD_RED("1;31");

  private final String code;

  Style(String code) {
    this.code = code;
  }

  String wrap(String text) {
    return code.isEmpty() ? text : "\u001b[" + code + "m" + text + "\u001b[0m";
  }
}
