package io.weighbridge.cli.demo;

import io.weighbridge.cli.terminal.Quantity;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Starts two hosts and the gateway, and sees both hosts prove what they have loaded. */
final class OpeningChapter implements Chapter {
  private static final long PROOF_NS = TimeUnit.SECONDS.toNanos(60);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(50);

  @Override
  public String title() {
    return "Two model hosts and a gateway, from nothing";
  }

  @Override
  public void play(Scene scene) throws IOException {
    Narrator narrator = scene.narrator();
    Stage stage = scene.stage();
    narrator.say(
        "MiniLM-L6-v2 turns a sentence into 384 numbers. Version 1 is full precision (90 MB),");
    narrator.say(
        "version 2 the same model quantised (23 MB). What each must hash to is taken from the");
    narrator.say("fetched files, before any host has seen them.");
    Map<String, String> digests = stage.digests();
    scene.expect(digests);
    narrator.say("  version 1  " + scene.digest("1"));
    narrator.say("  version 2  " + scene.digest("2"));
    long startedNs = System.nanoTime();
    stage.startHost("host-a", stage.models(), List.of("1"));
    stage.startHost("host-b", stage.copyModels("host-b"), List.of("1", "2"));
    for (String id : List.of("host-a", "host-b")) {
      stage.awaitHost(id);
      narrator.observed(
          id
              + " serves version "
              + (id.equals("host-a") ? "1" : "1 and 2")
              + " at "
              + stage.address(id)
              + " after "
              + Quantity.duration(System.nanoTime() - startedNs));
    }
    long gatewayNs = System.nanoTime();
    stage.startGateway(digests);
    narrator.observed(
        "the gateway listens at "
            + stage.address("predict")
            + " after "
            + Quantity.duration(System.nanoTime() - gatewayNs));
    awaitProved(scene, List.of("host-a", "host-b"));
    scene.run(0, "host", "list", "-o", "wide");
    narrator.observed(
        "both hosts proved, on a fresh challenge, the digests of the bytes they loaded");
  }

  /** Waits until the gateway calls these hosts proved. */
  static void awaitProved(Scene scene, List<String> hosts) {
    long deadlineNs = System.nanoTime() + PROOF_NS;
    while (!hosts.stream().allMatch(host -> HostState.of(scene, host).state().equals("proved"))) {
      if (System.nanoTime() > deadlineNs) {
        throw new NotObserved(
            "proofs of " + hosts + ":\n" + scene.runQuietly("host", "list").out());
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
