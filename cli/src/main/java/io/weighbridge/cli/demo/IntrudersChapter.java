package io.weighbridge.cli.demo;

import io.grpc.Status;
import io.weighbridge.cli.predict.PredictClient;
import io.weighbridge.cli.predict.PredictClient.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** A wrong key, no key, and a key for another model are refused. */
final class IntrudersChapter implements Chapter {
  @Override
  public String title() {
    return "Who may not";
  }

  @Override
  public void play(Scene scene) throws IOException {
    Narrator narrator = scene.narrator();
    String good = Files.readString(scene.callerKey()).strip();
    char last = good.charAt(good.length() - 1) == 'A' ? 'B' : 'A';
    Path wrong =
        Files.writeString(
            scene.stage().folder("client").resolve("wrong.key"),
            good.substring(0, good.length() - 1) + last);
    try (PredictClient caller = scene.callerWith(wrong)) {
      expect(scene, caller, Stage.MODEL, Status.Code.UNAUTHENTICATED, "credentials_invalid");
      narrator.observed("the right key with its last character changed: refused");
    }
    try (PredictClient caller = scene.callerWithoutKey()) {
      expect(scene, caller, Stage.MODEL, Status.Code.UNAUTHENTICATED, "credentials_missing");
      narrator.observed("no key: refused");
    }
    Path other = scene.stage().folder("client").resolve("other.key");
    String[] create = {
      "key",
      "create",
      "--tenant",
      "globex",
      "--principal",
      "intruder",
      "--model",
      "fraud-score",
      "--reason",
      "for the demo",
      "--to",
      other.toString()
    };
    scene.run(0, create);
    try (PredictClient caller = scene.callerWith(other)) {
      String forbidden =
          expect(scene, caller, Stage.MODEL, Status.Code.PERMISSION_DENIED, "permission_denied");
      String unknown =
          expect(scene, caller, "no-such", Status.Code.PERMISSION_DENIED, "permission_denied");
      narrator.observe(
          withoutRecord(forbidden).equals(withoutRecord(unknown)),
          "a good key for another model: refused, in the same words for a model that is there and"
              + " one that is not");
    }
  }

  private static String expect(
      Scene scene, PredictClient caller, String model, Status.Code code, String reason) {
    Outcome outcome =
        caller.infer(
            Scene.request("", Sentences.TRUCK).toBuilder().setModelName(model).build(), Map.of());
    Status status = outcome.observation().status();
    String message = Objects.requireNonNullElse(status.getDescription(), "");
    scene.narrator().say(status.getCode() + ": " + message);
    if (status.getCode() != code || !message.startsWith(reason)) {
      throw new NotObserved(code + " " + reason + "; it was " + status);
    }
    return message;
  }

  /** Each refusal has a record of its own, so the record's id differs. */
  private static String withoutRecord(String message) {
    return message
        .replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "RECORD")
        .replaceAll("record [0-9a-f]+", "RECORD");
  }
}
