package io.weighbridge.cli.demo;

import io.weighbridge.cli.predict.PredictClient.Outcome;
import io.weighbridge.cli.terminal.Quantity;
import java.util.Locale;
import java.util.Map;

/** Asks both versions the same and compares what they say. */
final class TwoVersionsChapter implements Chapter {
  // Quantised weights move an embedding a little; measured with these sentences: 0.97 and more.
  private static final double SIMILARITY_MIN = 0.9;
  private static final int SHOWN = 4;

  @Override
  public String title() {
    return "Both versions asked by name, and compared";
  }

  @Override
  public void play(Scene scene) {
    Narrator narrator = scene.narrator();
    double lowest = 1;
    double highest = -1;
    for (String sentence : Sentences.all()) {
      Outcome first = ask(scene, "1", sentence);
      Outcome second = ask(scene, "2", sentence);
      double similarity = Embedding.of(first).similarity(Embedding.of(second));
      if (Sentences.all().indexOf(sentence) < SHOWN) {
        narrator.say(
            String.format(
                Locale.ROOT,
                "%.4f  %-52s  %6s | %6s",
                similarity,
                sentence,
                Quantity.duration(first.durationNs()),
                Quantity.duration(second.durationNs())));
      }
      lowest = Math.min(lowest, similarity);
      highest = Math.max(highest, similarity);
    }
    narrator.observe(
        lowest > SIMILARITY_MIN && highest < 0.999_999,
        String.format(
            Locale.ROOT,
            "%d sentences: cosine similarity of the versions %.4f to %.4f: close, not the same",
            Sentences.all().size(),
            lowest,
            highest));
    narrator.observed("every answer came from the version asked for, with that version's digest");
  }

  private static Outcome ask(Scene scene, String version, String sentence) {
    Outcome outcome = scene.caller().infer(Scene.request(version, sentence), Map.of());
    if (!outcome.answered()) {
      throw new NotObserved(
          "an answer of version " + version + ": " + outcome.observation().status());
    }
    scene.witnessed().add(outcome.observation());
    if (!outcome.observation().modelVersion().equals(version)
        || !outcome.observation().modelDigest().equals(scene.digest(version))) {
      throw new NotObserved("the answer of version " + version + " with its digest");
    }
    return outcome;
  }
}
