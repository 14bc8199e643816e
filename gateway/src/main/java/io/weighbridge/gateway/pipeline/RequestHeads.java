package io.weighbridge.gateway.pipeline;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.http2.HeaderBlock;
import org.jspecify.annotations.Nullable;

/**
 * What every request of a method to a host begins with, whoever calls: made once and sent again.
 * Confined to an event loop.
 */
final class RequestHeads {
  /** A head that loses its place to another is made again: this bounds nothing but that. */
  private static final int SLOTS = 1024;

  private final CallServices services;
  private final @Nullable Head[] heads = new Head[SLOTS];

  private record Head(RpcMethod method, HostTable.Host host, HeaderBlock block) {}

  RequestHeads(CallServices services) {
    this.services = services;
  }

  /** The beginning of a request block; nobody adds to it. */
  HeaderBlock of(RpcMethod method, HostTable.Host host) {
    // A method that a rule routes is one of any number, and made for its call.
    return method.rule() == null ? known(method, host) : make(method, host);
  }

  private HeaderBlock known(RpcMethod method, HostTable.Host host) {
    int slot = (31 * method.hashCode() + host.hashCode()) & (SLOTS - 1);
    Head head = heads[slot];
    if (head == null || !head.method.equals(method) || !head.host.equals(host)) {
      head = new Head(method, host, make(method, host).repeated());
      heads[slot] = head;
    }
    return head.block;
  }

  private HeaderBlock make(RpcMethod method, HostTable.Host host) {
    HeaderBlock block =
        new HeaderBlock()
            .add(GrpcNames.METHOD, GrpcNames.POST)
            .add(GrpcNames.SCHEME, GrpcNames.HTTP)
            .add(GrpcNames.PATH, method.path())
            .add(GrpcNames.AUTHORITY, host.authority())
            .add(GrpcNames.TE, GrpcNames.TRAILERS)
            .add(GrpcNames.GATEWAY_ID, services.gatewayId())
            .add(GrpcNames.BOOT_EPOCH, services.bootEpoch());
    if (method.rule() == null) {
      block
          .add(GrpcNames.CONTENT_TYPE, GrpcNames.APPLICATION_GRPC)
          .add(GrpcNames.GRPC_ACCEPT_ENCODING, GrpcNames.IDENTITY);
    }
    return block;
  }
}
