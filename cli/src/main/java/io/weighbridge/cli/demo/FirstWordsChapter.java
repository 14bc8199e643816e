package io.weighbridge.cli.demo;

import io.weighbridge.cli.predict.PredictClient.Outcome;
import io.weighbridge.cli.terminal.Quantity;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Creates a key and sends the first sentences: the embeddings mean something. */
final class FirstWordsChapter implements Chapter {
  @Override
  public String title() {
    return "A key, and the first sentences";
  }

  @Override
  public void play(Scene scene) {
    Narrator narrator = scene.narrator();
    String[] create = {
      "key",
      "create",
      "--tenant",
      "acme",
      "--principal",
      "demo",
      "--model",
      Stage.MODEL,
      "--reason",
      "first light",
      "--to",
      scene.callerKey().toString()
    };
    scene.run(0, create);
    narrator.observed("a key was made; the gateway keeps its SHA-256 only");
    scene.run(0, "predict", Stage.MODEL, "--text", Sentences.TRUCK);

    List<Outcome> outcomes =
        List.of(Sentences.TRUCK, Sentences.LORRY, Sentences.SOUP).stream()
            .map(sentence -> scene.caller().infer(Scene.request("", sentence), Map.of()))
            .toList();
    for (Outcome outcome : outcomes) {
      if (!outcome.answered()) {
        throw new NotObserved("an answer: " + outcome.observation().status());
      }
      scene.witnessed().add(outcome.observation());
    }
    List<Embedding> embeddings = outcomes.stream().map(Embedding::of).toList();
    double near = embeddings.get(0).similarity(embeddings.get(1));
    double far = embeddings.get(0).similarity(embeddings.get(2));
    narrator.say("\"" + Sentences.TRUCK + "\"");
    narrator.say("  " + figure(near) + "  \"" + Sentences.LORRY + "\"");
    narrator.say("  " + figure(far) + "  \"" + Sentences.SOUP + "\"");
    narrator.observe(
        embeddings.getFirst().size() == 384 && near > far + 0.2,
        "384 numbers each, and what means the same lies close: a real model answered");
    Outcome first = outcomes.getFirst();
    narrator.observe(
        first.observation().modelVersion().equals("1")
            && first.observation().modelDigest().equals(scene.digest("1")),
        "each answer says who gave it: version 1, "
            + Quantity.shortDigest(first.observation().modelDigest()));
    narrator.observe(
        !first.observation().recordId().isEmpty(),
        "and where it is written: record " + first.observation().recordId());
  }

  private static String figure(double similarity) {
    return String.format(Locale.ROOT, "%5.2f", similarity);
  }
}
