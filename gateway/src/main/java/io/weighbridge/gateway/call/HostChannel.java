package io.weighbridge.gateway.call;

import io.grpc.netty.NettyChannelBuilder;
import io.weighbridge.gateway.call.HostTable.Host;
import java.net.InetSocketAddress;

/** How a host is asked what is no call of a caller's: by stock gRPC, beside the path. Stateless. */
public final class HostChannel {
  private static final int METADATA_BYTES_MAX = 8 * 1024;

  private HostChannel() {}

  /**
   * A channel to the host, secured as its calls are.
   *
   * @param messageBytesMax largest answer
   */
  public static NettyChannelBuilder builder(Host host, int messageBytesMax) {
    InetSocketAddress address = host.address();
    NettyChannelBuilder builder =
        NettyChannelBuilder.forAddress(address.getHostString(), address.getPort())
            .disableRetry()
            .maxInboundMessageSize(messageBytesMax)
            .maxInboundMetadataSize(METADATA_BYTES_MAX);
    HostTls tls = host.tls();
    return tls == null
        ? builder.usePlaintext()
        : builder.sslContext(tls.context()).overrideAuthority(tls.serverName());
  }
}
