package io.weighbridge.conformance;

import java.util.ArrayList;
import java.util.List;

/**
 * The commands of one line of shell, as far as documents need it: quotes, comments, pipes, lists,
 * redirections, and what is substituted with {@code $( )}. Confined to one thread.
 */
final class ShellWords {
  private static final List<String> KEYWORDS = List.of("do", "then", "else", "exec", "export");

  private final String line;
  private final List<List<String>> commands = new ArrayList<>();
  private List<String> words = new ArrayList<>();
  private StringBuilder word = new StringBuilder();
  private boolean inWord;
  private boolean redirected;
  private char quote;

  private ShellWords(String line) {
    this.line = line;
  }

  /** Each command as its words, without assignments and keywords in front. */
  static List<List<String>> commands(String line) {
    ShellWords reader = new ShellWords(line);
    int at = 0;
    while (at < line.length() && !reader.startsComment(at)) {
      at = reader.take(at);
    }
    reader.endCommand();
    return reader.commands;
  }

  private boolean startsComment(int at) {
    return line.charAt(at) == '#' && quote == 0 && !inWord;
  }

  /** Reads what stands at this place and answers with the next one. */
  private int take(int at) {
    char c = line.charAt(at);
    if (quote != '\'' && line.startsWith("$(", at)) {
      return takeSubstitution(at);
    }
    if (quote == 0 ? c == '\'' || c == '"' : c == quote) {
      quote = quote == 0 ? c : 0;
      inWord = true;
    } else if (quote != 0 || isPlain(c)) {
      word.append(c);
      inWord = true;
    } else if (Character.isWhitespace(c)) {
      endWord();
    } else if (c == '<' || c == '>') {
      endWord();
      redirected = true;
    } else {
      endCommand();
    }
    return at + 1;
  }

  private static boolean isPlain(char c) {
    return !Character.isWhitespace(c) && ";|&()<>".indexOf(c) < 0;
  }

  private int takeSubstitution(int at) {
    int depth = 0;
    int end = at + 1;
    do {
      char c = line.charAt(end);
      if (c == '(') {
        depth++;
      } else if (c == ')') {
        depth--;
      }
      end++;
    } while (depth > 0 && end < line.length());
    commands.addAll(commands(line.substring(at + 2, end - 1)));
    word.append("substituted");
    inWord = true;
    return end;
  }

  private void endWord() {
    String text = word.toString();
    boolean prefix =
        words.isEmpty() && (KEYWORDS.contains(text) || text.matches("[A-Z_a-z]\\w*=.*"));
    if (inWord && !prefix && !redirected) {
      words.add(text);
    }
    redirected = redirected && !inWord;
    word = new StringBuilder();
    inWord = false;
  }

  private void endCommand() {
    endWord();
    if (!words.isEmpty()) {
      commands.add(words);
    }
    words = new ArrayList<>();
  }
}
