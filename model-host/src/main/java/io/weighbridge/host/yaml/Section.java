package io.weighbridge.host.yaml;

import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of a YAML file. Each question takes its key; {@link #end} reports the keys nobody
 * asked for. A question with a bad answer notes the problem and gives a harmless value, so that
 * reading goes on to the next problem. Confined to the thread that reads.
 */
public final class Section {
  private static final int FILE_CHARS_MAX = 1 << 20;
  private static final int ALIASES_MAX = 0;
  private static final int DEPTH_MAX = 32;

  private final Problems problems;
  private final String path;
  private final int line;
  private final Map<String, Node> unread = new LinkedHashMap<>();
  private final Map<String, Integer> lines = new LinkedHashMap<>();

  private Section(Problems problems, String path, int line) {
    this.problems = problems;
    this.path = path;
    this.line = line;
  }

  /** Reads a whole file; one that is no YAML mapping leaves problems and an empty section. */
  public static Section parse(byte[] content, Problems problems) {
    LoadSettings settings =
        LoadSettings.builder()
            .setUseMarks(true)
            .setMaxAliasesForCollections(ALIASES_MAX)
            .setCodePointLimit(FILE_CHARS_MAX)
            .build();
    Section nothing = new Section(problems, "", 1);
    try {
      requireShallow(settings, content);
      Optional<Node> root =
          new Compose(settings).composeInputStream(new ByteArrayInputStream(content));
      if (root.isEmpty()) {
        problems.add(1, "the file is empty");
        return nothing;
      }
      return of(root.get(), "", problems);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(Mark::getLine).orElse(0) + 1;
      problems.add(line, "not YAML: " + e.getProblem());
    } catch (YamlEngineException e) {
      problems.add(1, "not YAML: " + e.getMessage());
    }
    return nothing;
  }

  /** Composing recurses: a file of brackets would end the process with a stack overflow. */
  private static void requireShallow(LoadSettings settings, byte[] content) {
    int depth = 0;
    for (Event event : new Parse(settings).parseInputStream(new ByteArrayInputStream(content))) {
      if (event instanceof CollectionStartEvent) {
        depth++;
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
      if (depth > DEPTH_MAX) {
        throw new YamlEngineException("nested deeper than " + DEPTH_MAX);
      }
    }
  }

  private static Section of(Node node, String path, Problems problems) {
    Section section = new Section(problems, path, lineOf(node));
    if (!(node instanceof MappingNode mapping)) {
      problems.add(lineOf(node), (path.isEmpty() ? "the file" : path) + " is not a mapping");
      return section;
    }
    for (NodeTuple tuple : mapping.getValue()) {
      String key = tuple.getKeyNode() instanceof ScalarNode scalar ? scalar.getValue() : "";
      int line = lineOf(tuple.getKeyNode());
      if (key.isEmpty()) {
        problems.add(line, "a key is not a word");
      } else if (section.unread.put(key, tuple.getValueNode()) != null) {
        problems.add(line, section.name(key) + " stands twice");
      }
      section.lines.put(key, line);
    }
    return section;
  }

  private static int lineOf(Node node) {
    return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
  }

  private String name(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** Line of this section's start. */
  public int line() {
    return line;
  }

  /** Line of a key, or of the section when the key is absent. */
  public int lineOf(String key) {
    return lines.getOrDefault(key, line);
  }

  /** Whether the key is there. */
  public boolean has(String key) {
    return lines.containsKey(key);
  }

  /** Notes a problem at a key. */
  public void problem(String key, String problem) {
    problems.add(lineOf(key), name(key) + " " + problem);
  }

  /** A word that must be there. */
  public String text(String key) {
    String value = scalar(key);
    if (value == null && !has(key)) {
      problems.add(line, name(key) + " is missing");
    }
    return value == null ? "" : value;
  }

  /** A word, or what stands for it when absent. */
  public String text(String key, String absent) {
    String value = scalar(key);
    return value == null ? absent : value;
  }

  private @Nullable String scalar(String key) {
    Node node = unread.remove(key);
    if (node == null) {
      return null;
    }
    if (node instanceof ScalarNode scalar && !scalar.getValue().isEmpty()) {
      return scalar.getValue();
    }
    problem(key, "is not a value");
    return null;
  }

  /** A whole number within bounds, or what stands for it when absent. */
  public long number(String key, long absent, long min, long max) {
    String text = scalar(key);
    return text == null ? absent : toNumber(key, text, min, max, absent);
  }

  private long toNumber(String key, String text, long min, long max, long otherwise) {
    try {
      long value = Long.parseLong(text);
      if (value >= min && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Told below, like a number out of bounds.
    }
    problem(key, "is \"" + text + "\", expected a whole number from " + min + " to " + max);
    return otherwise;
  }

  /** {@code true} or {@code false}, or what stands for it when absent. */
  public boolean flag(String key, boolean absent) {
    String text = scalar(key);
    if (text == null) {
      return absent;
    }
    if (!text.equals("true") && !text.equals("false")) {
      problem(key, "is \"" + text + "\", expected true or false");
    }
    return text.equals("true");
  }

  /** A section below this one; an empty one when absent. */
  public Section section(String key) {
    Node node = unread.remove(key);
    return node == null ? new Section(problems, name(key), line) : of(node, name(key), problems);
  }

  /** A list of sections; empty when absent. */
  public List<Section> sections(String key) {
    List<Section> sections = new ArrayList<>();
    List<Node> items = items(key);
    for (int i = 0; i < items.size(); i++) {
      sections.add(of(items.get(i), name(key) + "[" + i + "]", problems));
    }
    return sections;
  }

  /** A list of words; empty when absent. */
  public List<String> texts(String key) {
    List<String> values = new ArrayList<>();
    for (Node item : items(key)) {
      if (item instanceof ScalarNode scalar) {
        values.add(scalar.getValue());
      } else {
        problem(key, "is not a list of words");
      }
    }
    return values;
  }

  /** A list of whole numbers within bounds; empty when absent. */
  public long[] numbers(String key, long min, long max) {
    List<String> texts = texts(key);
    long[] values = new long[texts.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = toNumber(key, texts.get(i), min, max, max);
    }
    return values;
  }

  private List<Node> items(String key) {
    Node node = unread.remove(key);
    if (node == null) {
      return List.of();
    }
    if (node instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    problem(key, "is not a list");
    return List.of();
  }

  /** Reports every key that was not asked for. */
  public void end() {
    for (String key : unread.keySet()) {
      problem(key, "is not a known key");
    }
  }
}
