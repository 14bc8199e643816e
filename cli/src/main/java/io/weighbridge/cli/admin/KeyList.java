package io.weighbridge.cli.admin;

import io.weighbridge.admin.v1.Key;
import io.weighbridge.admin.v1.ListKeysRequest;
import io.weighbridge.admin.v1.ListKeysResponse;
import io.weighbridge.cli.connect.AdminClient;
import io.weighbridge.cli.connect.AdminOptions;
import io.weighbridge.cli.terminal.Console;
import io.weighbridge.cli.terminal.ExitCode;
import io.weighbridge.cli.terminal.OutputOption;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Structured;
import io.weighbridge.cli.terminal.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code key list}: every key, never a secret. */
@Command(
    name = "list",
    description = "Lists the keys, without their secrets.",
    footer = {"  weighbridge key list", "  weighbridge key list -o json"},
    exitCodeList = {
      ExitCode.DONE_LINE,
      ExitCode.USAGE_LINE,
      ExitCode.UNREACHABLE_LINE,
      ExitCode.TRY_LATER_LINE,
      ExitCode.NOT_ALLOWED_LINE
    })
public final class KeyList implements Callable<Integer> {
  private static final String SCHEMA = "weighbridge.key/v1";

  @Mixin private final OutputOption output = new OutputOption();
  @Mixin private final AdminOptions admin = new AdminOptions();
  private final Console console;

  /** Writes to this console. */
  public KeyList(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    ListKeysResponse answer;
    try (AdminClient client = admin.connect()) {
      ListKeysRequest request = ListKeysRequest.getDefaultInstance();
      answer = client.ask(() -> client.keys().listKeys(request));
    }
    List<Key> keys = answer.getKeysList();
    if (output.format().forPeople()) {
      print(keys);
    } else {
      Structured.print(
          console, output.format(), SCHEMA, keys.stream().map(KeyList::structured).toList());
    }
    if (answer.getKeysLeftOut() > 0) {
      String more = Quantity.count(answer.getKeysLeftOut());
      console
          .err()
          .println("and " + more + " older keys: weighbridge audit search --kind change has them");
    }
    return ExitCode.DONE;
  }

  private void print(List<Key> keys) {
    Table table =
        new Table(
            console,
            List.of("ID", "TENANT", "PRINCIPAL", "MAY", "CREATED", "BY", "REVOKED", "FROM"));
    for (Key key : keys) {
      table.row(
          key.getId(),
          key.getTenant(),
          key.getPrincipal(),
          key.getRole().isEmpty() ? String.join(",", key.getModelsList()) : key.getRole(),
          Quantity.time(key.getCreatedAt()),
          key.getCreatedBy(),
          key.getRevokedAt() == 0 ? "-" : Quantity.time(key.getRevokedAt()),
          key.getSource());
    }
    table.print();
  }

  private static Map<String, Object> structured(Key key) {
    Map<String, Object> item = new LinkedHashMap<>();
    item.put("id", key.getId());
    item.put("tenant", key.getTenant());
    item.put("principal", key.getPrincipal());
    item.put("role", key.getRole());
    item.put("models", List.copyOf(key.getModelsList()));
    item.put("createdAt", Quantity.time(key.getCreatedAt()));
    item.put("createdBy", key.getCreatedBy());
    item.put("revokedAt", Quantity.time(key.getRevokedAt()));
    item.put("source", key.getSource());
    return item;
  }
}
