package io.weighbridge.gateway.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.observe.trace.TraceContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the header blocks that go on: which of a caller's fields a host sees, and which of a host's
 * a caller. Stateless.
 *
 * <p>Metadata of the application passes both ways. What the protocol or the gateway says of itself
 * is said anew, and what could pass for an identity is dropped.
 */
final class ForwardedHeaders {
  private static final long NS_PER_MS = 1_000_000L;
  private static final long TIMEOUT_MS_MAX = 99_999_999L;

  private static final Set<AsciiString> NEVER_TO_HOST =
      Set.of(
          GrpcNames.AUTHORIZATION,
          GrpcNames.TE,
          GrpcNames.CONTENT_TYPE,
          GrpcNames.CONTENT_LENGTH,
          GrpcNames.TRACEPARENT,
          AsciiString.cached("host"),
          AsciiString.cached("cookie"),
          AsciiString.cached("forwarded"),
          AsciiString.cached("x-forwarded-for"),
          AsciiString.cached("x-forwarded-host"),
          AsciiString.cached("x-forwarded-proto"),
          AsciiString.cached("x-forwarded-client-cert"),
          AsciiString.cached("x-real-ip"),
          AsciiString.cached("x-tenant"));

  private static final Set<AsciiString> NEVER_TO_CALLER =
      Set.of(
          GrpcNames.CONTENT_TYPE,
          GrpcNames.CONTENT_LENGTH,
          AsciiString.cached("server"),
          AsciiString.cached("date"),
          AsciiString.cached("via"));

  private ForwardedHeaders() {}

  /** The request's block as a host gets it. */
  static HeaderBlock toHost(
      RpcMethod method,
      CallServices services,
      HostTable.Host host,
      HeaderBlock from,
      TraceContext trace,
      long remainingNs) {
    HeaderBlock block =
        new HeaderBlock()
            .add(GrpcNames.METHOD, GrpcNames.POST)
            .add(GrpcNames.SCHEME, GrpcNames.HTTP)
            .add(GrpcNames.PATH, method.path())
            .add(GrpcNames.AUTHORITY, host.authority())
            .add(GrpcNames.TE, GrpcNames.TRAILERS)
            .add(GrpcNames.CONTENT_TYPE, GrpcNames.APPLICATION_GRPC)
            .add(GrpcNames.GRPC_ACCEPT_ENCODING, GrpcNames.IDENTITY)
            .add(GrpcNames.GATEWAY_ID, services.gatewayId())
            .add(GrpcNames.BOOT_EPOCH, services.bootEpoch())
            .add(GrpcNames.GRPC_TIMEOUT, timeout(remainingNs));
    if (trace.present()) {
      byte[] text = new byte[TraceContext.TEXT_LENGTH];
      trace.write(text);
      block.add(GrpcNames.TRACEPARENT, new AsciiString(text, false));
    }
    for (int i = 0; i < from.size(); i++) {
      AsciiString name = from.name(i);
      if (isMetadata(name) && !NEVER_TO_HOST.contains(name)) {
        block.add(name, from.value(i));
      }
    }
    return block;
  }

  /** The answer's first block as the caller gets it. */
  static HeaderBlock toCaller(Target target, @Nullable AsciiString digest, HeaderBlock from) {
    HeaderBlock block =
        new HeaderBlock()
            .add(GrpcNames.STATUS, GrpcNames.STATUS_OK)
            .add(GrpcNames.CONTENT_TYPE, GrpcNames.APPLICATION_GRPC);
    served(block, target, digest);
    addMetadata(block, from);
    return block;
  }

  /** Which version and digest answered. */
  private static void served(HeaderBlock block, Target target, @Nullable AsciiString digest) {
    block.add(GrpcNames.MODEL_VERSION, target.versionHeader());
    if (digest != null) {
      block.add(GrpcNames.MODEL_DIGEST, digest);
    }
  }

  /**
   * The last block of an answer: the host's status and metadata as they came.
   *
   * @param answering whether the answer's first block has been sent
   */
  static HeaderBlock last(
      boolean answering, Target target, @Nullable AsciiString digest, HeaderBlock trailers) {
    HeaderBlock block = answering ? new HeaderBlock() : StatusBlock.trailersOnly();
    if (!answering) {
      served(block, target, digest);
    }
    addTrailers(block, trailers);
    return block;
  }

  private static void addTrailers(HeaderBlock block, HeaderBlock from) {
    for (int i = 0; i < from.size(); i++) {
      AsciiString name = from.name(i);
      if (GrpcNames.GRPC_STATUS.equals(name)
          || GrpcNames.GRPC_MESSAGE.equals(name)
          || GrpcNames.GRPC_DETAILS.equals(name)
          || GrpcNames.GRPC_PUSHBACK.equals(name)) {
        block.add(name, from.value(i));
      }
    }
    addMetadata(block, from);
  }

  private static void addMetadata(HeaderBlock block, HeaderBlock from) {
    for (int i = 0; i < from.size(); i++) {
      AsciiString name = from.name(i);
      if (isMetadata(name) && !NEVER_TO_CALLER.contains(name)) {
        block.add(name, from.value(i));
      }
    }
  }

  private static boolean isMetadata(AsciiString name) {
    return name.byteAt(0) != ':'
        && !name.startsWith(GrpcNames.GRPC_PREFIX)
        && !name.startsWith(GrpcNames.OUR_PREFIX);
  }

  /** At most eight digits and a unit; rounded up, so that a host never gives up before we do. */
  private static AsciiString timeout(long remainingNs) {
    long ms = Math.min(TIMEOUT_MS_MAX, Math.max(1, (remainingNs + NS_PER_MS - 1) / NS_PER_MS));
    return new AsciiString((ms + "m").getBytes(US_ASCII), false);
  }
}
