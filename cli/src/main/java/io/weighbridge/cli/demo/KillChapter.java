package io.weighbridge.cli.demo;

import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.cli.predict.Observation;
import io.weighbridge.cli.predict.PredictClient.Outcome;
import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.ledger.read.Leaf;
import io.weighbridge.ledger.read.LedgerReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** Kills the gateway under load; every answer any caller ever got is in the log afterwards. */
final class KillChapter implements Chapter {
  private static final int CALLERS = 8;
  private static final int CALLS_BEFORE_MIN = 100;
  private static final int RANDOM_MS_MAX = 2_000;
  private static final long BACK_NS = TimeUnit.SECONDS.toNanos(60);
  private static final long SEALED_NS = TimeUnit.SECONDS.toNanos(20);
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);

  @Override
  public String title() {
    return "kill -9 at a random moment, under load";
  }

  @Override
  public void play(Scene scene) throws IOException {
    Narrator narrator = scene.narrator();
    ShiftChapter.set(scene, 50, "both versions, before the kill");
    // What somebody outside would have kept: the verifier is given it after the kill.
    Files.copy(
        scene.stage().ledger().resolve("checkpoint"),
        scene.stage().folder("client").resolve("checkpoint"),
        StandardCopyOption.REPLACE_EXISTING);
    Tally tally;
    try (Load load = new Load(CALLERS, Integer.MAX_VALUE, scene::call)) {
      int waitMs = new Random().nextInt(RANDOM_MS_MAX);
      awaitCalls(load);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(waitMs));
      scene.stage().program("gateway").kill();
      tally = load.stop();
      narrator.say(
          "SIGKILL after "
              + Quantity.count(tally.answered().size())
              + " answers and "
              + waitMs
              + " random ms; "
              + tally.failedCount()
              + " calls failed from then on: "
              + tally.firstFailure());
    }
    scene.witness(tally);
    long startedNs = System.nanoTime();
    scene.stage().runGateway();
    awaitAnswer(scene);
    narrator.observed(
        "started again on the same files; it answers after "
            + Quantity.duration(System.nanoTime() - startedNs));
    lookUp(scene, tally);
  }

  private static void awaitCalls(Load load) {
    while (load.tally().count() < CALLS_BEFORE_MIN) {
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private static void awaitAnswer(Scene scene) {
    long deadlineNs = System.nanoTime() + BACK_NS;
    Outcome outcome = scene.call(0);
    while (!outcome.answered()) {
      if (System.nanoTime() > deadlineNs) {
        throw new NotObserved("an answer after the restart: " + outcome.observation().status());
      }
      LockSupport.parkNanos(POLL_NS);
      outcome = scene.call(0);
    }
    scene.witnessed().add(outcome.observation());
  }

  private static void lookUp(Scene scene, Tally tally) throws IOException {
    List<Observation> witnessed = List.copyOf(scene.witnessed());
    Map<String, Record> records = awaitRecords(scene, witnessed);
    for (Observation seen : witnessed) {
      requireEqual(seen, records.get(seen.recordId()));
    }
    // An answer whose record id was cut off by the kill is found by what it says.
    List<Observation> cut =
        tally.failed().stream().filter(seen -> !seen.responseSha256().isEmpty()).toList();
    for (Observation seen : cut) {
      if (records.values().stream().noneMatch(record -> digestsEqual(seen, record))) {
        throw new NotObserved("the record of an answer whose trailers never came");
      }
    }
    scene.run(0, "audit", "search", "--kind", "boot", "-n", "1");
    Observation last = tally.answered().getLast();
    scene.run(0, "audit", "show", last.recordId());
    scene
        .narrator()
        .observed(
            Quantity.count(witnessed.size() + cut.size())
                + " answers were given since the demo began, "
                + Quantity.count(tally.answered().size())
                + " of them to this load: each is in the log, SHA-256 of both messages equal");
  }

  /** Every record of a prediction, once all those witnessed are there. */
  private static Map<String, Record> awaitRecords(Scene scene, List<Observation> witnessed)
      throws IOException {
    long deadlineNs = System.nanoTime() + SEALED_NS;
    while (true) {
      Map<String, Record> records = readRecords(scene);
      List<Observation> missing =
          witnessed.stream().filter(seen -> !records.containsKey(seen.recordId())).toList();
      if (missing.isEmpty()) {
        return records;
      }
      if (System.nanoTime() > deadlineNs) {
        throw new NotObserved(
            missing.size() + " records are missing, such as " + missing.getFirst().recordId());
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private static Map<String, Record> readRecords(Scene scene) throws IOException {
    LedgerReader reader = LedgerReader.open(scene.stage().ledger());
    Map<String, Record> records = new HashMap<>();
    reader.forEach(0, reader.checkpoint().size(), leaf -> put(records, leaf));
    reader.pending().forEach(leaf -> put(records, leaf));
    return records;
  }

  private static void put(Map<String, Record> records, Leaf leaf) {
    if (leaf.record().getKind() == Kind.KIND_PREDICTION) {
      records.put(leaf.id().toString(), leaf.record());
    }
  }

  private static void requireEqual(Observation seen, @Nullable Record record) {
    boolean equal =
        record != null
            && record.getRpc().getStatus() == 0
            && record.getModel().getVersionServed().equals(seen.modelVersion())
            && digestsEqual(seen, record);
    if (!equal) {
      throw new NotObserved("record " + seen.recordId() + " says something else than its answer");
    }
  }

  private static boolean digestsEqual(Observation seen, Record record) {
    HexFormat hex = HexFormat.of();
    return seen.requestSha256().equals(hex.formatHex(record.getRequest().getSha256().toByteArray()))
        && seen.responseSha256()
            .equals(hex.formatHex(record.getResponse().getSha256().toByteArray()));
  }
}
