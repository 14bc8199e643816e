package io.weighbridge.gateway.control;

import io.grpc.stub.StreamObserver;
import io.weighbridge.admin.v1.DrainHostRequest;
import io.weighbridge.admin.v1.DrainHostResponse;
import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.admin.v1.ListHostsResponse;
import io.weighbridge.admin.v1.ReleaseHostRequest;
import io.weighbridge.admin.v1.ReleaseHostResponse;
import io.weighbridge.admin.v1.UndrainHostRequest;
import io.weighbridge.admin.v1.UndrainHostResponse;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Changes;
import io.weighbridge.gateway.control.state.ControlState;
import io.weighbridge.gateway.control.state.Delta;
import io.weighbridge.gateway.control.state.HostDrain;
import io.weighbridge.gateway.control.state.Json;
import io.weighbridge.ledger.LedgerUnavailableException;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Hosts for operators: list, release, drain. The configuration bounds the list. Thread-safe. */
final class HostApi extends HostServiceGrpc.HostServiceImplBase {
  private static final int ORPHANS_NAMED_MAX = 5;

  private final Changes changes;
  private final HostControl hosts;

  HostApi(Changes changes, HostControl hosts) {
    this.changes = changes;
    this.hosts = hosts;
  }

  @Override
  public void listHosts(ListHostsRequest request, StreamObserver<ListHostsResponse> observer) {
    Unary.answer(observer, () -> ListHostsResponse.newBuilder().addAllHosts(shown()).build());
  }

  @Override
  public void releaseHost(
      ReleaseHostRequest request, StreamObserver<ReleaseHostResponse> observer) {
    Change.Actor actor = AdminAuth.ACTOR.get();
    Unary.answer(
        observer, () -> release(request.getId(), Unary.reason(request.getReason()), actor));
  }

  /** The record first: a host that is back was never back without it. */
  private ReleaseHostResponse release(String id, String reason, Change.Actor actor)
      throws IOException {
    RecordId recordId = recordRelease(id, reason, actor);
    switch (hosts.release(id)) {
      case DONE -> {}
      case NOT_QUARANTINED ->
          throw new AdminException(
              AdminRefusal.HOST_NOT_QUARANTINED, "somebody else released it meanwhile");
      case NOT_RECORDED -> throw notReleased("its release could not be written down");
    }
    return ReleaseHostResponse.newBuilder()
        .setHost(host(id))
        .setRecordId(recordId.toString())
        .build();
  }

  /**
   * The release is done after this and by nobody else: a record that comes late releases nobody.
   */
  private RecordId recordRelease(String id, String reason, Change.Actor actor) throws IOException {
    try {
      return change(_ -> {
        Host before = quarantined(id);
        Map<String, String> shown =
            Map.of("state", before.getState(), "reason", before.getReason());
        return new Change(
            actor,
            reason,
            "host.release",
            id,
            new Change.Shown(Json.shown(shown), ""),
            new Delta.Nothing());
      });
    } catch (LedgerUnavailableException e) {
      throw notReleased("the ledger did not take the record of its release");
    }
  }

  private static AdminException notReleased(String why) {
    return new AdminException(
        AdminRefusal.AUDIT_UNAVAILABLE,
        why + "; the host is not released: see the gateway's log, then repeat the command");
  }

  /** Makes one change; decided on the state-writer thread, so that what it saw still holds. */
  private RecordId change(Function<ControlState, Change> decision) throws IOException {
    return changes.apply(state -> List.of(decision.apply(state))).getFirst();
  }

  @Override
  public void drainHost(DrainHostRequest request, StreamObserver<DrainHostResponse> observer) {
    Change.Actor actor = AdminAuth.ACTOR.get();
    Unary.answer(
        observer,
        () -> {
          RecordId recordId = change(state -> drain(request, actor, state));
          return DrainHostResponse.newBuilder()
              .setHost(host(request.getId()))
              .setRecordId(recordId.toString())
              .build();
        });
  }

  private Change drain(DrainHostRequest request, Change.Actor actor, ControlState state) {
    String id = host(request.getId()).getId();
    String reason = Unary.reason(request.getReason());
    HostDrain before = state.drains().get(id);
    if (before != null) {
      throw new AdminException(
          AdminRefusal.HOST_DRAINING,
          "the host drains already, because of " + before.changedBy() + ": " + before.reason());
    }
    List<String> orphans = hosts.onlyOn(id, state.drains().keySet());
    if (!orphans.isEmpty() && !request.getForce()) {
      throw new AdminException(
          AdminRefusal.LAST_HOST,
          "nobody else serves "
              + String.join(", ", orphans.subList(0, Math.min(ORPHANS_NAMED_MAX, orphans.size())))
              + (orphans.size() > ORPHANS_NAMED_MAX ? ", ..." : "")
              + "; their calls would be refused: bring up another host first, or force it");
    }
    HostDrain drain = HostDrain.decided(reason, actor.principal());
    return new Change(
        actor,
        reason,
        "host.drain",
        id,
        new Change.Shown("", Json.shown(Map.of("draining", true, "orphans", orphans))),
        new Delta.PutDrain(id, drain));
  }

  @Override
  public void undrainHost(
      UndrainHostRequest request, StreamObserver<UndrainHostResponse> observer) {
    Change.Actor actor = AdminAuth.ACTOR.get();
    Unary.answer(
        observer,
        () -> {
          RecordId recordId = change(state -> undrain(request, actor, state));
          return UndrainHostResponse.newBuilder()
              .setHost(host(request.getId()))
              .setRecordId(recordId.toString())
              .build();
        });
  }

  private Change undrain(UndrainHostRequest request, Change.Actor actor, ControlState state) {
    String id = host(request.getId()).getId();
    String reason = Unary.reason(request.getReason());
    HostDrain before = state.drains().get(id);
    if (before == null) {
      throw new AdminException(AdminRefusal.HOST_NOT_DRAINING, "the host gets calls already");
    }
    return new Change(
        actor,
        reason,
        "host.undrain",
        id,
        new Change.Shown(Json.shown(before), ""),
        new Delta.EndDrain(id));
  }

  /** Every host as people see it. */
  private List<Host> shown() {
    Map<String, HostDrain> drains = changes.current().drains();
    return hosts.hosts().stream().map(host -> shown(host, drains.get(host.getId()))).toList();
  }

  private static Host shown(Host host, @Nullable HostDrain drain) {
    return drain == null
        ? host
        : host.toBuilder()
            .setDrain(
                Host.Drain.newBuilder()
                    .setReason(drain.reason())
                    .setChangedBy(drain.changedBy())
                    .setSince(drain.sinceUnixNs()))
            .build();
  }

  private Host quarantined(String id) {
    Host host = host(id);
    if (!host.getState().equals(HostControl.QUARANTINED)) {
      throw new AdminException(
          AdminRefusal.HOST_NOT_QUARANTINED,
          "the host is " + host.getState() + "; only a quarantined one can be released");
    }
    return host;
  }

  private Host host(String id) {
    return shown().stream()
        .filter(host -> host.getId().equals(id))
        .findFirst()
        .orElseThrow(() ->
            new AdminException(
                AdminRefusal.HOST_UNKNOWN, "no such host; see weighbridge host list"));
  }
}
