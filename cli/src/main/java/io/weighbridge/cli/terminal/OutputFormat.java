package io.weighbridge.cli.terminal;

/** How a command writes its answer. */
public enum OutputFormat {
  /** For people. */
  TABLE,
  /** For people with room: more columns. */
  WIDE,
  /** One document: {@code {"schema": ..., "items": [...]}}. */
  JSON,
  /** One item a line. */
  JSONL,
  /** The document of JSON as YAML. */
  YAML;

  /** Whether people read it. */
  public boolean forPeople() {
    return this == TABLE || this == WIDE;
  }
}
