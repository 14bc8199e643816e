package io.weighbridge.gateway.attestation;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is known of one host. Confined to its {@link HostProofs}. */
final class HostProof {
  /* A host restarted that often since its release is worth a look anyway. */
  static final int BOOT_IDS_MAX = 64;

  final EnrolledHost enrolled;
  final Map<String, Long> attestations = new TreeMap<>();
  final Map<String, Long> alarms = new TreeMap<>();

  /** Processes that gave way to another, oldest first. */
  final LinkedHashSet<String> earlierBootIds = new LinkedHashSet<>();

  HostState state;
  String reason = "";
  long sinceNs;
  @Nullable Proven proven;

  /** The last statement signed by its key, believed or not: for people. */
  @Nullable Proven said;

  /** Rises when answers to challenges already sent must not count any more. */
  long incarnation;

  /** A boot id that a connection showed and no statement proved, or empty. */
  String stranger = "";

  long strangerSeenNs;

  /** Whether the host, challenged after the stranger was seen, proved another boot id. */
  boolean strangerRefuted;

  HostProof(EnrolledHost enrolled, long nowNs) {
    this.enrolled = enrolled;
    this.state = unjudged();
    this.sinceNs = nowNs;
  }

  /** The state before the first challenge. */
  HostState unjudged() {
    return enrolled.key() == null ? HostState.UNATTESTED : HostState.CONNECTING;
  }

  void enter(HostState next, String why, long nowNs) {
    if (state != next) {
      state = next;
      sinceNs = nowNs;
    }
    reason = why;
  }

  void succeed(Proven next) {
    Proven before = proven;
    if (before != null && !before.bootId().equals(next.bootId())) {
      if (earlierBootIds.size() == BOOT_IDS_MAX) {
        earlierBootIds.removeFirst();
      }
      earlierBootIds.add(before.bootId());
    }
    proven = next;
    said = next;
    if (stranger.equals(next.bootId())) {
      stranger = "";
    } else if (next.provedAtNs() - strangerSeenNs >= 0) {
      strangerRefuted = !stranger.isEmpty();
    }
  }

  /** Forgets all that was proved and seen. */
  void forget() {
    proven = null;
    said = null;
    earlierBootIds.clear();
    stranger = "";
    strangerRefuted = false;
    incarnation++;
  }
}
