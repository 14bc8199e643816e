package io.weighbridge.cli.demo;

import io.weighbridge.cli.predict.Observation;
import io.weighbridge.cli.predict.PredictClient.Outcome;
import io.weighbridge.cli.terminal.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/** Verifies the log, damages copies of it, and checks a receipt with nothing but a public key. */
final class ProofChapter implements Chapter {
  private static final int FLIPS = 24;
  private static final long DRAIN_SECONDS = 30;

  @Override
  public String title() {
    return "The log proves itself";
  }

  @Override
  public void play(Scene scene) throws IOException {
    Narrator narrator = scene.narrator();
    Stage stage = scene.stage();
    Path client = stage.folder("client");
    Outcome outcome = scene.caller().inferAndKeep(Scene.request("", Sentences.TRUCK));
    narrator.observe(outcome.answered(), "one more answer, whose caller keeps both messages");
    Observation seen = outcome.observation();
    Path request = Files.write(client.resolve("request.bin"), seen.requestMessage());
    Path response = Files.write(client.resolve("response.bin"), seen.responseMessage());
    Path receipt = client.resolve("answer.tlog-proof");
    scene.run(0, "audit", "receipt", seen.recordId(), "--to", receipt.toString());
    narrator.observed("its receipt: the record, its place in the log, a signed checkpoint");

    stop(stage);
    narrator.observed("the gateway was told to stop (SIGTERM), drained and exited with 0");
    scene.run(0, "audit", "verify", "--anchor", client.resolve("checkpoint").toString());
    narrator.observed(
        "integrity and completeness proved, and the log still holds what a checkpoint kept from"
            + " before the kill said");

    flip(scene);
    check(scene, receipt, request, response);
  }

  private static void stop(Stage stage) {
    try {
      if (!stage.program("gateway").stop(DRAIN_SECONDS)) {
        throw new NotObserved("a drain and exit code 0 within " + DRAIN_SECONDS + " s of SIGTERM");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NotObserved("the gateway's end: interrupted");
    }
  }

  private static void flip(Scene scene) throws IOException {
    Narrator narrator = scene.narrator();
    narrator.say("random bits of a copy of the ledger are flipped, one at a time:");
    BitFlips flips =
        new BitFlips(
            scene.stage().ledger(), scene.stage().folder("client").resolve("copy"), new Random());
    for (int i = 0; i < FLIPS; i++) {
      BitFlips.Flip flip = flips.next();
      narrator.say(
          "  "
              + flip.file()
              + " byte "
              + Quantity.count(flip.offset())
              + ": "
              + flip.found()
              + (flip.what().isEmpty() ? "" : ", " + flip.what()));
      if (flip.found() == BitFlips.Found.NOT) {
        throw new NotObserved("the flip was noticed, or shown to touch derived data only");
      }
    }
    narrator.observed(
        FLIPS
            + " flips: "
            + flips.count(BitFlips.Found.BROKEN)
            + " named by file and index, "
            + flips.count(BitFlips.Found.DERIVED)
            + " shown to touch nothing but data derived from proved records");
  }

  private static void check(Scene scene, Path receipt, Path request, Path response)
      throws IOException {
    String[] check = {
      "audit",
      "check",
      receipt.toString(),
      "--request",
      request.toString(),
      "--response",
      response.toString()
    };
    scene.run(0, check);
    scene
        .narrator()
        .observed("the receipt was checked with no gateway and no log, only the public key");
    byte[] altered = Files.readAllBytes(response);
    altered[altered.length / 2] ^= 1;
    Files.write(response, altered);
    scene.run(1, check);
    scene
        .narrator()
        .observed("the same answer with one bit changed is not what was logged: exit code 1");
  }
}
