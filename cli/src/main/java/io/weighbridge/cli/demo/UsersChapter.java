package io.weighbridge.cli.demo;

import io.weighbridge.cli.predict.PredictClient.Outcome;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The same users stay in the canary when it grows: nobody is moved back. */
final class UsersChapter implements Chapter {
  private static final String HEADER = "x-user-id";
  private static final int CALLERS = 8;

  @Override
  public String title() {
    return "A thousand users, by header: whoever is in the canary stays in it";
  }

  @Override
  public void play(Scene scene) {
    Narrator narrator = scene.narrator();
    int users = scene.callsPerStep();
    ShiftChapter.set(scene, 10, "canary by user");
    Map<String, String> atTen = callAs(scene, users);
    ShiftChapter.set(scene, 50, "canary grows");
    Map<String, String> atFifty = callAs(scene, users);

    List<String> canary = onVersionTwo(atTen);
    List<String> stayed = canary.stream().filter(user -> "2".equals(atFifty.get(user))).toList();
    List<String> movedBack =
        canary.stream().filter(user -> !"2".equals(atFifty.get(user))).toList();
    narrator.say(canary.size() + " users were in the canary at 10 %: " + shortened(canary));
    narrator.say(onVersionTwo(atFifty).size() + " users are in it at 50 %");
    narrator.say("users who moved back: " + movedBack);
    // Each user's bucket is a hash: shares of 1,000 users spread by +- 4 standard deviations.
    narrator.observe(
        near(canary.size(), users, 0.10) && near(onVersionTwo(atFifty).size(), users, 0.50),
        "the shares of users are those wanted, as far as a hash can give them");
    narrator.observe(
        movedBack.isEmpty() && stayed.size() == canary.size(),
        "all " + canary.size() + " users of the canary at 10 % are in it at 50 %; none moved back");

    String user = canary.getFirst();
    Scene.Result explained = scene.run(0, "traffic", "explain", Stage.MODEL, user);
    narrator.observe(
        explained.out().lines().anyMatch(line -> line.startsWith(user) && line.contains(" 2 ")),
        "the route can be recomputed: " + user + " belongs to version 2");
  }

  private static Map<String, String> callAs(Scene scene, int users) {
    Map<String, String> versionByUser = new ConcurrentHashMap<>();
    Tally tally;
    try (Load load = new Load(CALLERS, users, number -> callAs(scene, number, versionByUser))) {
      tally = load.join();
    }
    scene.witness(tally);
    if (tally.failedCount() > 0) {
      throw new NotObserved(tally.failedCount() + " calls failed: " + tally.firstFailure());
    }
    return new TreeMap<>(versionByUser);
  }

  private static Outcome callAs(Scene scene, int number, Map<String, String> versionByUser) {
    String user = String.format(Locale.ROOT, "user-%04d", number);
    Outcome outcome =
        scene.caller().infer(Scene.request("", Sentences.of(number)), Map.of(HEADER, user));
    versionByUser.put(user, outcome.observation().modelVersion());
    return outcome;
  }

  private static List<String> onVersionTwo(Map<String, String> versionByUser) {
    return versionByUser.entrySet().stream()
        .filter(entry -> entry.getValue().equals("2"))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static boolean near(int found, int users, double share) {
    double deviation = Math.sqrt(users * share * (1 - share));
    return Math.abs(found - users * share) <= 4 * deviation;
  }

  private static String shortened(List<String> users) {
    return users.stream().limit(5).collect(Collectors.joining(", ")) + ", ...";
  }
}
