package io.weighbridge.conformance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * A fenced block of a document. Immutable.
 *
 * @param line where its first line stands
 * @param label what stands behind the opening fence: what the block is
 * @param lines without the indent of the list item it may belong to
 */
record Fence(Path page, int line, String label, List<String> lines) {
  private static final String MARK = "```";

  /** The documents a reader may copy from. */
  static List<Path> pages(Path root) {
    List<Path> pages = new ArrayList<>();
    for (String folder : List.of("", "docs", "docs/decisions", "deploy", "conformance/hostile")) {
      try (Stream<Path> files = Files.walk(root.resolve(folder), folder.equals("deploy") ? 2 : 1)) {
        files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return pages;
  }

  /** The blocks of one document, in their order. */
  static List<Fence> of(Path page) {
    List<Fence> fences = new ArrayList<>();
    List<String> all = SourceTree.read(page).lines().toList();
    for (int i = 0; i < all.size(); i++) {
      int indent = all.get(i).indexOf(MARK);
      if (indent < 0 || !all.get(i).substring(0, indent).isBlank()) {
        continue;
      }
      String label = all.get(i).substring(indent + MARK.length()).strip();
      int first = i + 1;
      int end = first;
      while (end < all.size() && !all.get(end).strip().equals(MARK)) {
        end++;
      }
      List<String> lines =
          all.subList(first, end).stream()
              .map(line -> line.substring(Math.min(indent, line.length())))
              .toList();
      fences.add(new Fence(page, first + 1, label, lines));
      i = end;
    }
    return fences;
  }

  String text() {
    return String.join("\n", lines) + "\n";
  }

  /** For messages. */
  String place() {
    return page.getFileName() + ":" + line;
  }
}
