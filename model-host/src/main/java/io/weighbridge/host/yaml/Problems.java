package io.weighbridge.host.yaml;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a file, line by line. Confined to the thread that reads. */
public final class Problems {
  private final String file;
  private final List<String> lines = new ArrayList<>();

  /** Starts with none. */
  public Problems(String file) {
    this.file = file;
  }

  /** Notes one. */
  public void add(int line, String problem) {
    lines.add(file + ":" + line + ": " + problem);
  }

  /** Ends the reading when there are any. */
  public void throwIfAny() throws BadFileException {
    if (!lines.isEmpty()) {
      throw new BadFileException(lines);
    }
  }

  /** A file that cannot be used; names every problem in it. */
  public static final class BadFileException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ArrayList<String> problems;

    BadFileException(List<String> problems) {
      super(String.join("; ", problems));
      this.problems = new ArrayList<>(problems);
    }

    /** Each as {@code FILE:LINE: problem}. */
    public List<String> problems() {
      return List.copyOf(problems);
    }
  }
}
