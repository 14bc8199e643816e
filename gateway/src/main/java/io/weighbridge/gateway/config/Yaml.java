package io.weighbridge.gateway.config;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ParserException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/** From a file to the tree of nodes that {@link Section} reads. */
final class Yaml {
  /** Holds the largest allowed configuration: 10,000 models of some 1,500 characters. */
  static final int FILE_BYTES_MAX = 16 << 20;

  /** Several times what the deepest key needs, far below what the composer's recursion bears. */
  static final int DEPTH_MAX = 32;

  private Yaml() {}

  /** The file's top section; throws when there is none to read. */
  static Section read(Path file, Problems problems) throws ConfigException {
    Optional<Node> node = Optional.empty();
    try {
      if (Files.size(file) > FILE_BYTES_MAX) {
        problems.add(1, "larger than " + FILE_BYTES_MAX + " bytes");
      } else {
        node = compose(Files.readAllBytes(file), problems);
      }
    } catch (IOException e) {
      problems.add(1, "cannot be read: " + e);
    } catch (MarkedYamlEngineException e) {
      problems.add(e.getProblemMark().map(Mark::getLine).orElse(0) + 1, e.getProblem());
    } catch (YamlEngineException e) {
      problems.add(1, String.valueOf(e.getMessage()));
    }
    problems.throwIfAny();
    if (node.isEmpty()) {
      problems.add(1, "the file is empty");
    }
    problems.throwIfAny();
    return Section.of("the file", node.orElseThrow(), problems);
  }

  private static Optional<Node> compose(byte[] bytes, Problems problems) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    boolean malformed = StandardCharsets.UTF_8.newDecoder().decode(in, out, true).isError();
    String text = out.flip().toString();
    if (malformed) {
      problems.add(lineAfter(text), "a byte that is not UTF-8");
      return Optional.empty();
    }
    LoadSettings settings =
        LoadSettings.builder().setUseMarks(true).setCodePointLimit(FILE_BYTES_MAX).build();
    try {
      requireShallow(settings, text);
      return new Compose(settings).composeString(text);
    } catch (ReaderException e) {
      int at = Math.max(0, text.indexOf(e.getCodePoint()));
      problems.add(
          lineAfter(text.substring(0, at)),
          String.format("the character U+%04X, which YAML does not allow", e.getCodePoint()));
      return Optional.empty();
    }
  }

  private static int lineAfter(String text) {
    return (int) text.chars().filter(each -> each == '\n').count() + 1;
  }

  /** Composing recurses: a file of brackets would end the process with a stack overflow. */
  private static void requireShallow(LoadSettings settings, String text) {
    int depth = 0;
    for (Event event : new Parse(settings).parseString(text)) {
      if (event instanceof CollectionStartEvent) {
        depth++;
      } else if (event instanceof CollectionEndEvent) {
        depth--;
      }
      if (depth > DEPTH_MAX) {
        throw new ParserException("nested deeper than " + DEPTH_MAX, event.getStartMark());
      }
    }
  }
}
