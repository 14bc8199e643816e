package io.weighbridge.gateway.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * One mapping of the file while it is read. A wrong value becomes a problem with its line, and a
 * harmless stand-in is returned so that reading goes on to find the rest. Confined to the reading
 * thread.
 *
 * <p>Keys that were never asked for are unknown: so asking is also what declares a key.
 */
final class Section {
  private final String name;
  private final Node node;
  private final Problems problems;
  private final int problemsBefore;
  private final Map<String, Node> values = new LinkedHashMap<>();
  private final Map<String, Node> keys = new LinkedHashMap<>();
  private final List<String> asked = new ArrayList<>();

  private Section(String name, Node node, Problems problems) {
    this.name = name;
    this.node = node;
    this.problems = problems;
    this.problemsBefore = problems.count();
  }

  static Section of(String name, Node node, Problems problems) {
    Section section = new Section(name, node, problems);
    if (node instanceof MappingNode mapping) {
      mapping.getValue().forEach(section::enter);
    } else {
      problems.add(node, name + ": found " + describe(node) + ", allowed is a section of keys");
    }
    return section;
  }

  private void enter(NodeTuple tuple) {
    if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
      problems.add(tuple.getKeyNode(), "found " + describe(tuple.getKeyNode()) + " as a key");
    } else if (values.putIfAbsent(key.getValue(), tuple.getValueNode()) != null) {
      problems.add(key, key.getValue() + ": stands here twice in " + name);
    } else {
      keys.put(key.getValue(), key);
    }
  }

  boolean has(String key) {
    asked.add(key);
    return values.containsKey(key);
  }

  /** A text that must be there. */
  String text(String key) {
    if (!has(key) && node instanceof MappingNode) {
      problems.add(node, key + ": missing in " + name);
    }
    return text(key, "");
  }

  /** A text, or its default. */
  String text(String key, String fallback) {
    asked.add(key);
    Node value = values.get(key);
    return value == null ? fallback : scalar(key, value);
  }

  private String scalar(String key, Node value) {
    if (value instanceof ScalarNode scalar && !isOwnTag(scalar)) {
      return scalar.getValue();
    }
    problems.add(value, key + ": found " + describe(value) + ", allowed is one value");
    return "";
  }

  /** A value read by a parser that throws IllegalArgumentException; the default is in its words. */
  <T> T value(String key, String fallback, Function<String, T> parser) {
    T standIn = parser.apply(fallback);
    return has(key) ? value(key, parser, standIn) : standIn;
  }

  /** A value that must be there; the stand-in is returned with the problem when it is not. */
  <T> T value(String key, Function<String, T> parser, T standIn) {
    int before = problems.count();
    String text = text(key);
    if (problems.count() == before) {
      try {
        return parser.apply(text);
      } catch (IllegalArgumentException e) {
        problem(key, String.valueOf(e.getMessage()));
      }
    }
    return standIn;
  }

  /** One of the words of an enum, in lower case with dashes. */
  <E extends Enum<E>> E oneOf(String key, E fallback) {
    E[] all = fallback.getDeclaringClass().getEnumConstants();
    return value(key, word(fallback), text -> find(all, text));
  }

  private static <E extends Enum<E>> E find(E[] all, String text) {
    List<String> allowed = new ArrayList<>();
    for (E each : all) {
      if (word(each).equals(text)) {
        return each;
      }
      allowed.add(word(each));
    }
    throw new IllegalArgumentException(
        "found \"" + text + "\", allowed is " + String.join(" or ", allowed));
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  boolean flag(String key) {
    return value(
        key,
        "false",
        text -> {
          if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException("found \"" + text + "\", allowed is true or false");
          }
          return text.equals("true");
        });
  }

  /** A section below this one; an absent one is empty. */
  Section section(String key) {
    Node value = has(key) ? values.get(key) : null;
    return value == null ? new Section(key, node, problems) : of(key, value, problems);
  }

  /** A list of sections, each read by the reader; what could not be read is left out. */
  <T> List<T> list(String key, Function<Section, @Nullable T> reader) {
    List<T> read = new ArrayList<>();
    for (Node item : items(key)) {
      T value = reader.apply(of(key, item, problems));
      if (value != null) {
        read.add(value);
      }
    }
    return read;
  }

  /** A list of texts. */
  List<String> texts(String key) {
    return items(key).stream().map(item -> scalar(key, item)).toList();
  }

  private List<Node> items(String key) {
    Node value = has(key) ? values.get(key) : null;
    if (value == null) {
      return List.of();
    }
    if (value instanceof SequenceNode sequence) {
      return sequence.getValue();
    }
    problems.add(value, key + ": found " + describe(value) + ", allowed is a list");
    return List.of();
  }

  /** A mapping with names of the writer's own, each value read by a parser. */
  <T> Map<String, T> map(String key, String fallback, Function<String, T> parser) {
    Map<String, T> read = new LinkedHashMap<>();
    Section section = section(key);
    for (String each : section.values.keySet()) {
      read.put(each, section.value(each, fallback, parser));
    }
    return read;
  }

  /** Checks one rule and keeps reading. */
  void check(Runnable rule) {
    try {
      rule.run();
    } catch (BadValue e) {
      problems.add(values.getOrDefault(e.key(), node), String.valueOf(e.getMessage()));
    }
  }

  void problem(String key, String text) {
    problems.add(values.getOrDefault(key, node), key + ": " + text);
  }

  /** Ends the section: unknown keys are problems; its value, or null when anything is wrong. */
  <T> @Nullable T make(Supplier<T> maker) {
    for (Map.Entry<String, Node> key : keys.entrySet()) {
      if (!asked.contains(key.getKey())) {
        problems.add(
            key.getValue(),
            key.getKey() + ": unknown in " + name + Spelling.hint(key.getKey(), asked));
      }
    }
    if (problems.count() == problemsBefore && node instanceof MappingNode) {
      try {
        return maker.get();
      } catch (BadValue e) {
        problems.add(values.getOrDefault(e.key(), node), String.valueOf(e.getMessage()));
      }
    }
    return null;
  }

  private static boolean isOwnTag(ScalarNode scalar) {
    return !scalar.getTag().getValue().startsWith("tag:yaml.org,2002:");
  }

  private static String describe(Node node) {
    return switch (node) {
      case ScalarNode scalar when isOwnTag(scalar) -> "the tag " + scalar.getTag().getValue();
      case ScalarNode scalar -> "\"" + scalar.getValue() + "\"";
      case SequenceNode _ -> "a list";
      default -> "a section";
    };
  }
}
