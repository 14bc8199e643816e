package io.weighbridge.cli.terminal;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Dump;
import org.snakeyaml.engine.v2.api.DumpSettings;
import org.snakeyaml.engine.v2.common.FlowStyle;
import tools.jackson.databind.json.JsonMapper;

/**
 * Answers for programs: maps, lists, text and numbers as JSON, JSON lines or YAML. The schema's
 * name ends in its version; fields are added, never changed.
 */
public final class Structured {
  private Structured() {}

  /** Writes the items in a format that is not for people. */
  public static void print(
      Console console, OutputFormat format, String schema, List<Map<String, Object>> items) {
    switch (format) {
      case JSON ->
          console
              .out()
              .println(
                  JsonMapper.shared()
                      .writerWithDefaultPrettyPrinter()
                      .writeValueAsString(document(schema, items)));
      case JSONL ->
          items.forEach(
              item -> console.out().println(JsonMapper.shared().writeValueAsString(item)));
      case YAML -> {
        DumpSettings settings = DumpSettings.builder().setDefaultFlowStyle(FlowStyle.BLOCK).build();
        console.out().print(new Dump(settings).dumpToString(document(schema, items)));
      }
      case TABLE, WIDE -> throw new IllegalArgumentException("a table is not structured");
    }
  }

  private static Map<String, Object> document(String schema, List<Map<String, Object>> items) {
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("schema", schema);
    document.put("items", items);
    return document;
  }
}
