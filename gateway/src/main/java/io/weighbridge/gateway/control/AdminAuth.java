package io.weighbridge.gateway.control;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.ControlState;
import io.weighbridge.gateway.control.state.KeyState;
import io.weighbridge.ledger.Ledger;
import java.security.MessageDigest;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets an admin call through when its key is good and its role may: before the request is read.
 * Thread-safe.
 */
final class AdminAuth implements ServerInterceptor {
  /** Who calls, for the handlers. */
  static final Context.Key<Change.Actor> ACTOR = Context.key("weighbridge-admin-actor");

  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
  private static final String SCHEME = "bearer ";
  private static final String NO_SECRET = "0".repeat(64);

  private static final Set<Role> READ = Set.of(Role.values());
  private static final Set<Role> OPERATE = Set.of(Role.OPERATOR, Role.ADMIN);
  private static final Set<Role> ADMINISTER = Set.of(Role.ADMIN);

  /** A method that is not here is denied to everybody. */
  static final Map<String, Set<Role>> ALLOWED =
      Map.ofEntries(
          Map.entry("weighbridge.admin.v1.TrafficService/ShowTraffic", READ),
          Map.entry("weighbridge.admin.v1.TrafficService/ExplainTraffic", READ),
          Map.entry("weighbridge.admin.v1.TrafficService/ListTrafficHistory", READ),
          Map.entry("weighbridge.admin.v1.TrafficService/SetTraffic", OPERATE),
          Map.entry("weighbridge.admin.v1.HostService/ListHosts", READ),
          Map.entry("weighbridge.admin.v1.HostService/ReleaseHost", OPERATE),
          Map.entry("weighbridge.admin.v1.HostService/DrainHost", OPERATE),
          Map.entry("weighbridge.admin.v1.HostService/UndrainHost", OPERATE),
          Map.entry("weighbridge.admin.v1.KeyService/ListKeys", READ),
          Map.entry("weighbridge.admin.v1.KeyService/CreateKey", ADMINISTER),
          Map.entry("weighbridge.admin.v1.KeyService/RevokeKey", ADMINISTER));

  private final Supplier<ControlState> state;
  private final Ledger ledger;

  AdminAuth(Supplier<ControlState> state, Ledger ledger) {
    this.state = state;
    this.ledger = ledger;
  }

  @Override
  public <Q, A> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
    try {
      MetadataRules.check(call.getAuthority(), headers);
      Change.Actor actor = authorise(call.getMethodDescriptor().getFullMethodName(), headers);
      return Contexts.interceptCall(Context.current().withValue(ACTOR, actor), call, headers, next);
    } catch (AdminException e) {
      if (e.refusal().code() == Status.Code.UNAUTHENTICATED) {
        ledger.foldRefusal(e.refusal().reason(), e.refusal().code().value());
      }
      StatusRuntimeException status = e.toStatus();
      call.close(
          status.getStatus(), Objects.requireNonNullElseGet(status.getTrailers(), Metadata::new));
      return new ServerCall.Listener<>() {};
    }
  }

  private Change.Actor authorise(String method, Metadata headers) {
    KeyState key = identify(headers);
    Role role = Role.of(key.role());
    if (role == null || !ALLOWED.getOrDefault(method, Set.of()).contains(role)) {
      throw new AdminException(
          AdminRefusal.PERMISSION_DENIED,
          "the role "
              + (role == null ? "of this key" : role.word())
              + " may not call "
              + method.substring(method.lastIndexOf('/') + 1));
    }
    return new Change.Actor(key.principal(), role.word());
  }

  private KeyState identify(Metadata headers) {
    Iterable<String> values = headers.getAll(AUTHORIZATION);
    if (values == null) {
      throw new AdminException(
          AdminRefusal.CREDENTIALS_MISSING, "send authorization: Bearer <admin key>");
    }
    Iterator<String> iterator = values.iterator();
    String value = iterator.next();
    ApiToken token = iterator.hasNext() ? null : token(value);
    KeyState key = token == null ? null : state.get().keys().get(token.id());
    // An unknown id is compared too, so that it takes as long as a known one.
    boolean good =
        MessageDigest.isEqual(
            (token == null ? "" : token.sha256()).getBytes(US_ASCII),
            (key == null ? NO_SECRET : key.sha256()).getBytes(US_ASCII));
    if (key == null || !good || !key.good()) {
      throw new AdminException(
          AdminRefusal.CREDENTIALS_INVALID, "check the admin key, or ask for a new one");
    }
    return key;
  }

  private static @Nullable ApiToken token(String value) {
    return value.toLowerCase(Locale.ROOT).startsWith(SCHEME)
        ? ApiToken.parse(value.substring(SCHEME.length()))
        : null;
  }
}
