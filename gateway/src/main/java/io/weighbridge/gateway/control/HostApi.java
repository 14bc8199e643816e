package io.weighbridge.gateway.control;

import io.grpc.stub.StreamObserver;
import io.weighbridge.admin.v1.Host;
import io.weighbridge.admin.v1.HostServiceGrpc;
import io.weighbridge.admin.v1.ListHostsRequest;
import io.weighbridge.admin.v1.ListHostsResponse;
import io.weighbridge.admin.v1.ReleaseHostRequest;
import io.weighbridge.admin.v1.ReleaseHostResponse;
import io.weighbridge.gateway.control.state.Change;
import io.weighbridge.gateway.control.state.Changes;
import io.weighbridge.gateway.control.state.Delta;
import io.weighbridge.gateway.control.state.Json;
import io.weighbridge.ledger.RecordId;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Hosts for operators: list, release. The configuration bounds the list. Thread-safe. */
final class HostApi extends HostServiceGrpc.HostServiceImplBase {
  private final Changes changes;
  private final HostControl hosts;

  HostApi(Changes changes, HostControl hosts) {
    this.changes = changes;
    this.hosts = hosts;
  }

  @Override
  public void listHosts(ListHostsRequest request, StreamObserver<ListHostsResponse> observer) {
    Unary.answer(observer, () -> ListHostsResponse.newBuilder().addAllHosts(hosts.hosts()).build());
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
    List<RecordId> ids =
        changes.apply(_ -> {
          Host before = quarantined(id);
          Map<String, String> shown =
              Map.of("state", before.getState(), "reason", before.getReason());
          return List.of(
              new Change(
                  actor,
                  reason,
                  "host.release",
                  id,
                  new Change.Shown(Json.shown(shown), ""),
                  new Delta.Nothing()));
        });
    if (!hosts.release(id)) {
      throw new AdminException(
          AdminRefusal.HOST_NOT_QUARANTINED, "somebody else released it meanwhile");
    }
    return ReleaseHostResponse.newBuilder()
        .setHost(host(id))
        .setRecordId(ids.getFirst().toString())
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
    return hosts.hosts().stream()
        .filter(host -> host.getId().equals(id))
        .findFirst()
        .orElseThrow(() ->
            new AdminException(
                AdminRefusal.HOST_UNKNOWN, "no such host; see weighbridge host list"));
  }
}
