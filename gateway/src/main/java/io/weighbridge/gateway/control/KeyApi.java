package io.weighbridge.gateway.control;

import io.grpc.stub.StreamObserver;
import io.weighbridge.admin.v1.CreateKeyRequest;
import io.weighbridge.admin.v1.CreateKeyResponse;
import io.weighbridge.admin.v1.Key;
import io.weighbridge.admin.v1.KeyServiceGrpc;
import io.weighbridge.admin.v1.ListKeysRequest;
import io.weighbridge.admin.v1.ListKeysResponse;
import io.weighbridge.admin.v1.RevokeKeyRequest;
import io.weighbridge.admin.v1.RevokeKeyResponse;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Changes;
import io.weighbridge.gateway.control.state.ControlState;
import io.weighbridge.gateway.control.state.KeyState;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;

/** Keys for admins: create, list, revoke. Thread-safe. */
final class KeyApi extends KeyServiceGrpc.KeyServiceImplBase {
  /** Keys in one answer, newest first; the rest is counted. */
  static final int LISTED_MAX = 1_000;

  private final Changes changes;
  private final Clock clock = Clock.systemUTC();
  private final SecureRandom random = new SecureRandom();

  KeyApi(Changes changes) {
    this.changes = changes;
  }

  @Override
  public void createKey(CreateKeyRequest request, StreamObserver<CreateKeyResponse> observer) {
    Change.Actor actor = AdminAuth.ACTOR.get();
    Unary.answer(observer, () -> create(request, actor));
  }

  private CreateKeyResponse create(CreateKeyRequest request, Change.Actor actor)
      throws IOException {
    String reason = Unary.reason(request.getReason());
    ApiToken token = ApiToken.random(random);
    KeyState key = KeyRules.key(request, token, actor, Keys.unixNs(clock));
    List<RecordId> ids = changes.apply(state -> List.of(Keys.create(state, key, actor, reason)));
    return CreateKeyResponse.newBuilder()
        .setKey(shown(key))
        .setToken(token.text())
        .setRecordId(ids.getFirst().toString())
        .build();
  }

  @Override
  public void listKeys(ListKeysRequest request, StreamObserver<ListKeysResponse> observer) {
    Unary.answer(observer, () -> list(changes.current()));
  }

  private static ListKeysResponse list(ControlState state) {
    ListKeysResponse.Builder answer = ListKeysResponse.newBuilder();
    state.keys().values().stream()
        .sorted(
            Comparator.comparingLong((KeyState key) -> key.origin().createdAtUnixNs()).reversed())
        .limit(LISTED_MAX)
        .map(KeyApi::shown)
        .forEach(answer::addKeys);
    return answer.setKeysLeftOut(state.keys().size() - answer.getKeysCount()).build();
  }

  @Override
  public void revokeKey(RevokeKeyRequest request, StreamObserver<RevokeKeyResponse> observer) {
    Change.Actor actor = AdminAuth.ACTOR.get();
    Unary.answer(observer, () -> revoke(request, actor));
  }

  private RevokeKeyResponse revoke(RevokeKeyRequest request, Change.Actor actor)
      throws IOException {
    String reason = Unary.reason(request.getReason());
    long nowUnixNs = Keys.unixNs(clock);
    List<RecordId> ids =
        changes.apply(
            state -> List.of(Keys.revoke(state, request.getId(), nowUnixNs, actor, reason)));
    KeyState revoked = KeyRules.known(changes.current(), request.getId());
    return RevokeKeyResponse.newBuilder()
        .setKey(shown(revoked))
        .setRecordId(ids.getFirst().toString())
        .build();
  }

  private static Key shown(KeyState key) {
    return Key.newBuilder()
        .setId(key.id())
        .setTenant(key.tenant())
        .setPrincipal(key.principal())
        .setRole(key.role())
        .addAllModels(key.models())
        .setCreatedAt(key.origin().createdAtUnixNs())
        .setCreatedBy(key.origin().createdBy())
        .setRevokedAt(key.revokedAtUnixNs())
        .setSource(key.origin().source())
        .build();
  }
}
