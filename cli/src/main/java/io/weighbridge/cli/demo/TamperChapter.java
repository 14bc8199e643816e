package io.weighbridge.cli.demo;

import io.grpc.Status;
import io.weighbridge.cli.predict.PredictClient.Outcome;
import io.weighbridge.cli.terminal.Quantity;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Alters one byte of a host's model, under load, and sees the host leave rotation. */
final class TamperChapter implements Chapter {
  private static final int CALLERS = 4;
  private static final int CALLS_AFTER = 200;
  private static final long FOUND_OUT_NS = TimeUnit.SECONDS.toNanos(60);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

  @Override
  public String title() {
    return "One byte of a model is altered on disk";
  }

  @Override
  public void play(Scene scene) throws IOException {
    Narrator narrator = scene.narrator();
    Stage stage = scene.stage();
    ShiftChapter.set(scene, 0, "everything to version 1, which both hosts have");
    Path weights = stage.folder("host-b").resolve("models/minilm/1/model.onnx");
    Tally tally;
    try (Load load = new Load(CALLERS, Integer.MAX_VALUE, scene::call)) {
      awaitCalls(load, CALLS_AFTER / 2);
      long offset = flipMiddleByte(weights);
      narrator.say(
          "host-b: bit 0 of byte " + Quantity.count(offset) + " of minilm/1/model.onnx flipped;");
      narrator.say("the host is told to reload (SIGHUP). The gateway is told nothing.");
      long startedNs = System.nanoTime();
      stage.program("host-b").hangUp();
      awaitQuarantine(scene, startedNs);
      narrator.observed(
          "the gateway found out by the host's own new digest after "
              + Quantity.duration(System.nanoTime() - startedNs)
              + ": host-b is quarantined");
      awaitCalls(load, load.tally().count() + CALLS_AFTER);
      tally = load.stop();
    }
    scene.witness(tally);
    scene.run(0, "host", "list");
    narrator.observe(
        tally.failedCount() == 0
            && tally.answered().stream()
                .allMatch(seen -> seen.modelDigest().equals(scene.digest("1"))),
        Quantity.count(tally.count())
            + " calls meanwhile, 0 failed, all answered by the untouched bytes (host-a)");
    showAlarm(scene);
    refuseVersionTwo(scene);
    restore(scene, weights);
  }

  private static void showAlarm(Scene scene) {
    Scene.Result alarm = scene.run(0, "audit", "search", "--kind", "integrity_alarm");
    scene
        .narrator()
        .observe(
            alarm.out().contains("host-b"),
            "the alarm is in the log, with the digest expected and the digest found");
  }

  private static void refuseVersionTwo(Scene scene) {
    Outcome refused = scene.caller().infer(Scene.request("2", Sentences.TRUCK), Map.of());
    Status status = refused.observation().status();
    String message = Objects.requireNonNullElse(status.getDescription(), "");
    scene.narrator().say("version 2 was on host-b only: " + status.getCode() + ", " + message);
    scene
        .narrator()
        .observe(
            status.getCode() == Status.Code.UNAVAILABLE && message.startsWith("no_verified_host"),
            "nobody answers for it: refused rather than answered by something unproved");
  }

  private static void restore(Scene scene, Path weights) throws IOException {
    flipMiddleByte(weights);
    scene.stage().program("host-b").hangUp();
    // Released before it has loaded the good bytes, it would prove the bad ones once more.
    String good = scene.digest("1");
    scene.stage().program("host-b").awaitLog(1, FOUND_OUT_NS, "reloaded", "version 1", good);
    scene.narrator().say("the byte is put back, and the host told to reload");
    scene.run(0, "host", "release", "host-b", "--reason", "the byte is restored");
    OpeningChapter.awaitProved(scene, List.of("host-b"));
    Outcome answer = scene.caller().infer(Scene.request("2", Sentences.TRUCK), Map.of());
    scene
        .narrator()
        .observe(
            answer.answered() && answer.observation().modelVersion().equals("2"),
            "released with a reason, and proved again: host-b serves");
    scene.witnessed().add(answer.observation());
  }

  private static long flipMiddleByte(Path file) throws IOException {
    try (RandomAccessFile weights = new RandomAccessFile(file.toFile(), "rw")) {
      long offset = weights.length() / 2;
      weights.seek(offset);
      int value = weights.read();
      weights.seek(offset);
      weights.write(value ^ 1);
      return offset;
    }
  }

  private static void awaitCalls(Load load, int count) {
    while (load.tally().count() < count) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private static void awaitQuarantine(Scene scene, long startedNs) {
    while (!HostState.of(scene, "host-b").state().equals("quarantined")) {
      if (System.nanoTime() - startedNs > FOUND_OUT_NS) {
        throw new NotObserved("host-b quarantined; it is " + HostState.of(scene, "host-b"));
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }
}
