package io.weighbridge.cli.demo;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the gateway says of a host at a moment, as a script would read it.
 *
 * @param state such as proved or quarantined
 * @param reason why, or empty
 */
record HostState(String state, String reason) {

  /** Asks {@code host list -o jsonl}. */
  static HostState of(Scene scene, String id) {
    Scene.Result result = scene.runQuietly("host", "list", "-o", "jsonl");
    if (result.exitCode() != 0) {
      throw new NotObserved("weighbridge host list: " + result.out());
    }
    for (String line : result.out().lines().toList()) {
      JsonNode host = JsonMapper.shared().readTree(line);
      if (host.get("id").asString().equals(id)) {
        return new HostState(host.get("state").asString(), host.get("reason").asString());
      }
    }
    throw new NotObserved(id + " in weighbridge host list");
  }
}
