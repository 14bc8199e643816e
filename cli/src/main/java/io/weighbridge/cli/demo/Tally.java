package io.weighbridge.cli.demo;

import io.weighbridge.cli.predict.Observation;
import io.weighbridge.cli.predict.PredictClient.Outcome;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What came of many calls. Thread-safe. */
final class Tally {
  private final Map<String, Integer> answersByVersion = new TreeMap<>();
  private final List<Observation> answered = new ArrayList<>();
  private final List<Observation> failed = new ArrayList<>();
  private final List<Long> durationsNs = new ArrayList<>();

  synchronized void add(Outcome outcome) {
    if (outcome.answered()) {
      answered.add(outcome.observation());
      answersByVersion.merge(outcome.observation().modelVersion(), 1, Integer::sum);
      durationsNs.add(outcome.durationNs());
    } else {
      failed.add(outcome.observation());
    }
  }

  synchronized int count() {
    return answered.size() + failed.size();
  }

  synchronized int failedCount() {
    return failed.size();
  }

  synchronized List<Observation> answered() {
    return List.copyOf(answered);
  }

  synchronized List<Observation> failed() {
    return List.copyOf(failed);
  }

  /** Answers this version gave. */
  synchronized int answersOf(String version) {
    return answersByVersion.getOrDefault(version, 0);
  }

  /** The duration that this share of the answers did not exceed; 0 when there are none. */
  synchronized long quantileNs(double share) {
    long[] sorted = durationsNs.stream().mapToLong(Long::longValue).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0
        ? 0
        : sorted[(int) Math.min(sorted.length - 1, share * sorted.length)];
  }

  /** The first failure in words; empty when there is none. */
  synchronized String firstFailure() {
    return failed.isEmpty() ? "" : failed.getFirst().status().toString();
  }
}
