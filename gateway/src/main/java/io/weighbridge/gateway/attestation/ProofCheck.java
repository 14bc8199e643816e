package io.weighbridge.gateway.attestation;

import io.weighbridge.attest.v1.CallCounters;
import io.weighbridge.gateway.call.Target;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Judges a statement by what the same host said before and by what is expected. Stateless. */
final class ProofCheck {
  private ProofCheck() {}

  /**
   * The first thing wrong, or null.
   *
   * @param before the last good statement, or null
   * @param earlierBootIds processes that gave way to another one
   */
  static @Nullable Alarm judge(
      @Nullable Proven before,
      Set<String> earlierBootIds,
      Proven now,
      Collection<Target> expected) {
    Alarm alarm = wrongDigest(now, expected);
    if (alarm != null) {
      return alarm;
    }
    if (earlierBootIds.contains(now.bootId())) {
      return Alarm.of(
          Alarm.BOOT_ID_CONFLICT,
          "two processes behind one address: boot id " + now.bootId() + " came back");
    }
    if (before == null || !before.bootId().equals(now.bootId())) {
      return null;
    }
    return contradiction(before, now);
  }

  /** A configured version held with another digest than expected, or null. */
  static @Nullable Alarm wrongDigest(Proven proven, Collection<Target> expected) {
    for (Target target : expected) {
      Proven.Held held = proven.held(target.model(), target.version());
      boolean wrong = held != null && !isExpected(target, held);
      if (held != null && wrong) {
        return Alarm.mismatch(target, held.digest());
      }
    }
    return null;
  }

  /** Whether a held version is the expected one, or none in particular is expected. */
  static boolean isExpected(Target target, Proven.Held held) {
    return target.expectedDigest() == null || target.expectedDigest().contentEquals(held.digest());
  }

  /** Both are of one process: nothing that counts may go back. */
  private static @Nullable Alarm contradiction(Proven before, Proven now) {
    if (before.processStartedAtUnixNs() != now.processStartedAtUnixNs()) {
      return Alarm.of(
          Alarm.BOOT_ID_CONFLICT, "boot id " + now.bootId() + " names two starts of a process");
    }
    if (decreased(before.counters(), now.counters())) {
      return Alarm.of(
          Alarm.COUNTER_DECREASED,
          "calls went from " + text(before.counters()) + " to " + text(now.counters()));
    }
    for (Map.Entry<Proven.Version, Proven.Held> entry : now.models().entrySet()) {
      Proven.Held earlier = before.models().get(entry.getKey());
      Alarm alarm =
          earlier == null ? null : contradiction(entry.getKey(), earlier, entry.getValue());
      if (alarm != null) {
        return alarm;
      }
    }
    return null;
  }

  private static @Nullable Alarm contradiction(
      Proven.Version version, Proven.Held before, Proven.Held now) {
    String what = version.model() + " version " + version.version();
    if (now.loadGeneration() < before.loadGeneration()) {
      return Alarm.of(
          Alarm.COUNTER_DECREASED,
          what + ": generation " + now.loadGeneration() + " after " + before.loadGeneration());
    }
    if (now.loadGeneration() == before.loadGeneration() && !now.digest().equals(before.digest())) {
      return new Alarm(
          Alarm.GENERATION_REUSED,
          version.model(),
          version.version(),
          before.digest(),
          now.digest(),
          what + ": generation " + now.loadGeneration() + " had " + before.digest());
    }
    return null;
  }

  private static boolean decreased(CallCounters before, CallCounters now) {
    return now.getStarted() < before.getStarted()
        || now.getAnswered() < before.getAnswered()
        || now.getFailed() < before.getFailed()
        || now.getCancelled() < before.getCancelled();
  }

  private static String text(CallCounters counters) {
    return counters.getStarted()
        + "/"
        + counters.getAnswered()
        + "/"
        + counters.getFailed()
        + "/"
        + counters.getCancelled();
  }
}
