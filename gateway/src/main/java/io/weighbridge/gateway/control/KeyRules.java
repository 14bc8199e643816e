package io.weighbridge.gateway.control;

import io.weighbridge.admin.v1.CreateKeyRequest;
import io.weighbridge.gateway.config.KeysFile;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.ControlState;
import io.weighbridge.gateway.control.state.KeyState;
import java.util.List;

/** What a key may be. Stateless. */
final class KeyRules {
  private KeyRules() {}

  /** The key asked for, or a refusal. */
  static KeyState key(
      CreateKeyRequest request, ApiToken token, Change.Actor actor, long nowUnixNs) {
    boolean admin = !request.getRole().isEmpty();
    if (admin && Role.of(request.getRole()) == null) {
      throw new AdminException(
          AdminRefusal.REQUEST_MALFORMED,
          "found role \"" + request.getRole() + "\", allowed is operator, auditor, admin or none");
    }
    if (admin && request.getModelsCount() > 0) {
      throw new AdminException(
          AdminRefusal.REQUEST_MALFORMED, "an admin key calls no models; leave models out");
    }
    // The rules for names are those of the keys file; an admin key has no models to check.
    List<String> models = admin ? List.of("*") : request.getModelsList();
    try {
      KeysFile.Key checked =
          new KeysFile.Key(
              token.id(), token.sha256(), request.getTenant(), request.getPrincipal(), models);
      return new KeyState(
          checked.id(),
          checked.sha256(),
          checked.tenant(),
          checked.principal(),
          request.getRole(),
          admin ? List.of() : checked.models(),
          new KeyState.Origin(KeyState.STATE, nowUnixNs, actor.principal()),
          0);
    } catch (IllegalArgumentException e) {
      throw new AdminException(AdminRefusal.REQUEST_MALFORMED, String.valueOf(e.getMessage()));
    }
  }

  /** The key of an id, or a refusal. */
  static KeyState known(ControlState state, String id) {
    KeyState key = state.keys().get(id);
    if (key == null) {
      throw new AdminException(
          AdminRefusal.KEY_UNKNOWN, "no key of this id; see weighbridge key list");
    }
    return key;
  }
}
