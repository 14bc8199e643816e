package io.weighbridge.cli.demo;

import io.weighbridge.cli.terminal.Quantity;
import io.weighbridge.cli.terminal.Style;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Moves all traffic from version 1 to version 2 in four steps and measures each. */
final class ShiftChapter implements Chapter {
  private static final int[] CANARY_PERCENT = {0, 10, 50, 100};
  // One connection, so one event loop and one draw; what it promises for 1,000 calls in a row is
  // +- 1 at 0.1 % and at 10 %. Other shares are a little looser.
  private static final double TOLERANCE = 0.005;
  private static final int CALLERS = 8;
  private static final long REFRESH_NS = TimeUnit.MILLISECONDS.toNanos(100);

  @Override
  public String title() {
    return "A canary: 100/0, 90/10, 50/50, 0/100";
  }

  @Override
  public void play(Scene scene) {
    Narrator narrator = scene.narrator();
    int calls = scene.callsPerStep();
    for (int percent : CANARY_PERCENT) {
      set(scene, percent, "step " + percent + " %");
      long startedNs = System.nanoTime();
      Tally tally = callAll(scene, calls, percent);
      double seconds = (System.nanoTime() - startedNs) / 1e9;
      scene.witness(tally);
      double share = (double) tally.answersOf("2") / calls;
      line(narrator, tally, share);
      if (tally.failedCount() > 0) {
        throw new NotObserved(
            tally.failedCount() + " of " + calls + " calls failed: " + tally.firstFailure());
      }
      boolean exact = Math.abs(share - percent / 100.0) <= TOLERANCE;
      boolean proved =
          tally.answered().stream()
              .allMatch(seen -> seen.modelDigest().equals(scene.digest(seen.modelVersion())));
      narrator.observe(
          exact && proved && tally.count() == calls,
          String.format(
              Locale.ROOT,
              "%,d calls, wanted %d %%, measured %.1f %%, 0 failed, each answer with its model's"
                  + " digest; %.0f calls/s, p50 %s",
              calls,
              percent,
              share * 100,
              calls / seconds,
              Quantity.duration(tally.quantileNs(0.5))));
    }
    scene.run(0, "traffic", "show", Stage.MODEL);
    scene.run(0, "traffic", "history", Stage.MODEL);
  }

  /** Gives version 2 this share of the calls, and version 1 the rest. */
  static void set(Scene scene, int canaryPercent, String reason) {
    String[] command = {
      "traffic",
      "set",
      Stage.MODEL,
      "1=" + (100 - canaryPercent) + "%",
      "2=" + canaryPercent + "%",
      "--reason",
      reason,
      "--yes"
    };
    scene.run(0, command);
  }

  private static Tally callAll(Scene scene, int calls, int percent) {
    try (Load load = new Load(CALLERS, calls, scene::call)) {
      while (!load.isDone()) {
        double share = (double) load.tally().answersOf("2") / Math.max(1, load.tally().count());
        scene
            .narrator()
            .progress(
                scene.narrator().bar(share, Style.CYAN)
                    + " version 2, wanted "
                    + percent
                    + " %, "
                    + load.tally().count()
                    + " calls");
        LockSupport.parkNanos(REFRESH_NS);
      }
      scene.narrator().progressDone();
      return load.join();
    }
  }

  private static void line(Narrator narrator, Tally tally, double share) {
    narrator.say(
        narrator.bar(share, Style.CYAN)
            + "  version 1: "
            + tally.answersOf("1")
            + ", version 2: "
            + tally.answersOf("2"));
  }
}
