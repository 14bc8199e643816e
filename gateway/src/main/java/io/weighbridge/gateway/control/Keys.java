package io.weighbridge.gateway.control;

import io.weighbridge.gateway.call.AuthMethod;
import io.weighbridge.gateway.call.Caller;
import io.weighbridge.gateway.config.CallerConfig;
import io.weighbridge.gateway.config.KeysFile;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.ControlState;
import io.weighbridge.gateway.control.state.Delta;
import io.weighbridge.gateway.control.state.Json;
import io.weighbridge.gateway.control.state.KeyState;
import io.weighbridge.gateway.identity.KeyTable;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What happens to keys, and the table of them that calls are checked with. Stateless. */
final class Keys {
  /** Keys of state and file together, revoked ones included. */
  static final int KEYS_MAX = 20_000;

  private Keys() {}

  /** The credentials that open the predict listener. */
  static KeyTable table(ControlState state, List<CallerConfig> callers) {
    Map<String, KeyTable.StoredKey> good = new HashMap<>();
    for (KeyState key : state.keys().values()) {
      if (key.good() && key.role().isEmpty()) {
        good.put(
            key.id(),
            new KeyTable.StoredKey(
                HexFormat.of().parseHex(key.sha256()),
                new Caller(
                    key.tenant(),
                    key.principal(),
                    AuthMethod.API_KEY,
                    key.id(),
                    Set.copyOf(key.models()))));
      }
    }
    Map<String, Caller> named = new HashMap<>();
    for (CallerConfig caller : callers) {
      named.put(
          caller.certificate(),
          new Caller(
              caller.tenant(),
              caller.principal(),
              AuthMethod.MTLS,
              caller.certificate(),
              Set.copyOf(caller.models())));
    }
    return new KeyTable(good, named);
  }

  static Change create(ControlState state, KeyState key, Change.Actor actor, String reason) {
    if (state.keys().size() >= KEYS_MAX) {
      throw new AdminException(AdminRefusal.KEYS_FULL, KEYS_MAX + " keys are kept already");
    }
    if (state.keys().containsKey(key.id())) {
      throw new AdminException(AdminRefusal.INTERNAL, "this id is taken; try again");
    }
    return new Change(
        actor,
        reason,
        "key.create",
        key.id(),
        new Change.Shown("", shown(key)),
        new Delta.PutKeys(List.of(key), List.of()));
  }

  static Change revoke(
      ControlState state, String id, long nowUnixNs, Change.Actor actor, String reason) {
    KeyState key = KeyRules.known(state, id);
    if (key.fromFile() || !key.good() || isLastAdmin(state, key)) {
      throw new AdminException(
          AdminRefusal.KEY_NOT_REVOCABLE,
          key.fromFile()
              ? "it stands in the keys file: take it out there"
              : key.good() ? "it is the last admin key" : "it is revoked already");
    }
    KeyState revoked = key.revoked(nowUnixNs);
    return new Change(
        actor,
        reason,
        "key.revoke",
        id,
        new Change.Shown(shown(key), shown(revoked)),
        new Delta.PutKeys(List.of(revoked), List.of()));
  }

  private static boolean isLastAdmin(ControlState state, KeyState key) {
    return isAdmin(key) && state.keys().values().stream().filter(Keys::isAdmin).count() == 1;
  }

  /** Whether this key can make others. */
  static boolean isAdmin(KeyState key) {
    return key.good() && key.role().equals(Role.ADMIN.word());
  }

  /** What must change so that the state has the keys of the file; null when nothing must. */
  static @Nullable Change fromFile(ControlState state, KeysFile file, long nowUnixNs) {
    Map<String, KeyState> before = new TreeMap<>(state.keys());
    before.values().removeIf(key -> !key.fromFile());
    List<KeyState> put = new ArrayList<>();
    for (KeysFile.Key key : file.keys()) {
      KeyState known = state.keys().get(key.id());
      if (known != null && !known.fromFile()) {
        throw new AdminException(
            AdminRefusal.REQUEST_MALFORMED,
            "key " + key.id() + " of the file was made by weighbridge key create already");
      }
      KeyState next = fileKey(key, known == null ? nowUnixNs : known.origin().createdAtUnixNs());
      if (!next.equals(known)) {
        put.add(next);
      }
      before.remove(key.id());
    }
    return fileChange(put, List.copyOf(before.keySet()), "keys file read");
  }

  /** What must change so that the state has no keys of a file; null when nothing must. */
  static @Nullable Change withoutFile(ControlState state) {
    List<String> removed =
        state.keys().values().stream().filter(KeyState::fromFile).map(KeyState::id).toList();
    return fileChange(List.of(), removed, "no keys file is configured");
  }

  private static @Nullable Change fileChange(
      List<KeyState> put, List<String> removed, String reason) {
    if (put.isEmpty() && removed.isEmpty()) {
      return null;
    }
    return new Change(
        Change.Actor.KEYS_FILE,
        reason,
        "key.file",
        "keys",
        new Change.Shown(
            Json.shown(Map.of("removed", removed)),
            Json.shown(
                Map.of("put", put.stream().collect(Collectors.toMap(KeyState::id, Keys::facts))))),
        new Delta.PutKeys(put, removed));
  }

  private static KeyState fileKey(KeysFile.Key key, long createdAtUnixNs) {
    return new KeyState(
        key.id(),
        key.sha256(),
        key.tenant(),
        key.principal(),
        "",
        key.models(),
        new KeyState.Origin(KeyState.FILE, createdAtUnixNs, "file"),
        0);
  }

  private static String shown(KeyState key) {
    return Json.shown(facts(key));
  }

  /** Without the hash: a record is read by more people than the state. */
  private static Map<String, Object> facts(KeyState key) {
    return new TreeMap<>(
        Map.of(
            "tenant", key.tenant(),
            "principal", key.principal(),
            "role", key.role(),
            "models", key.models(),
            "revoked", !key.good()));
  }

  static long unixNs(Clock clock) {
    Instant now = clock.instant();
    return Math.addExact(Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
  }
}
