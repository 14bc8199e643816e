package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Target;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.TextMemo;
import io.weighbridge.gateway.http2.FieldName;
import io.weighbridge.gateway.http2.HeaderBlock;
import io.weighbridge.gateway.observe.trace.TraceContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Makes the header blocks that go on: which of a caller's fields a host sees, and which of a host's
 * a caller. Stateless.
 *
 * <p>Metadata of the application passes both ways. What the protocol or the gateway says of itself
 * is said anew, and what could pass for an identity is dropped. Where a rule routes, messages pass
 * as they came, so what is said of their encoding passes with them.
 */
final class ForwardedHeaders {
  /** Fields of ours that differ from call to call. */
  private static final int FIELDS_OF_THE_CALL = 2;

  private static final int PASSES = 1;
  private static final int STAYS = 2;

  private static final Set<AsciiString> NEVER_TO_HOST =
      Set.of(
          GrpcNames.AUTHORIZATION,
          FieldName.of("proxy-authorization"),
          GrpcNames.TE,
          GrpcNames.CONTENT_TYPE,
          GrpcNames.CONTENT_LENGTH,
          GrpcNames.TRACEPARENT,
          FieldName.of("host"),
          FieldName.of("cookie"),
          FieldName.of("forwarded"),
          FieldName.of("x-real-ip"),
          FieldName.of("x-tenant"));

  /** What proxies and identity providers in front say of a caller. */
  private static final String FORWARDED_PREFIX = "x-forwarded-";

  private static final Set<AsciiString> NEVER_TO_CALLER =
      Set.of(
          GrpcNames.CONTENT_TYPE,
          GrpcNames.CONTENT_LENGTH,
          FieldName.of("server"),
          FieldName.of("date"),
          FieldName.of("via"));

  /** Fields of the protocol that two ends tell each other about messages nobody reads between. */
  private static final Set<AsciiString> END_TO_END =
      Set.of(
          GrpcNames.GRPC_ENCODING,
          GrpcNames.GRPC_ACCEPT_ENCODING,
          FieldName.of("grpc-previous-rpc-attempts"),
          FieldName.of("grpc-tags-bin"),
          FieldName.of("grpc-trace-bin"));

  private ForwardedHeaders() {}

  /** The request's block as a host gets it. */
  static HeaderBlock toHost(CallFacts facts, CallLoop loop, HostTable.Host host, long remainingNs) {
    RpcMethod method = facts.method();
    HeaderBlock from = facts.headers().block();
    TraceContext trace = facts.trace();
    HeaderBlock block =
        new HeaderBlock(loop.requestHeads().of(method, host), from.size() + FIELDS_OF_THE_CALL)
            .add(GrpcNames.GRPC_TIMEOUT, loop.timeoutText().of(remainingNs));
    if (method.rule() != null) {
      addAsItCame(block, from);
    }
    if (trace.present()) {
      block.add(GrpcNames.TRACEPARENT, trace.text());
    }
    for (int i = 0; i < from.size(); i++) {
      AsciiString name = from.name(i);
      boolean orphan = !trace.inherited() && GrpcNames.TRACESTATE.equals(name);
      if (!orphan && passes(name, loop.forHosts())) {
        block.add(name, from.value(i));
      }
    }
    return block;
  }

  /** The answer's first block as the caller gets it. */
  static HeaderBlock toCaller(CallFacts facts, @Nullable AsciiString digest, HeaderBlock from) {
    HeaderBlock block = new HeaderBlock().add(GrpcNames.STATUS, GrpcNames.STATUS_OK);
    if (facts.method().rule() == null) {
      block.add(GrpcNames.CONTENT_TYPE, GrpcNames.APPLICATION_GRPC);
      served(block, facts.route().target(), digest);
    } else {
      addAsItCame(block, from);
    }
    addMetadata(block, from);
    return block;
  }

  /** What the messages are and how they are encoded. */
  private static void addAsItCame(HeaderBlock block, HeaderBlock from) {
    AsciiString type = from.find(GrpcNames.CONTENT_TYPE);
    block.add(GrpcNames.CONTENT_TYPE, type == null ? GrpcNames.APPLICATION_GRPC : type);
    for (int i = 0; i < from.size(); i++) {
      if (END_TO_END.contains(from.name(i))) {
        block.add(from.name(i), from.value(i));
      }
    }
  }

  /** Which version and digest answered. */
  private static void served(
      HeaderBlock block, @Nullable Target target, @Nullable AsciiString digest) {
    if (target == null || target.versionHeader().isEmpty()) {
      return;
    }
    block.add(GrpcNames.MODEL_VERSION, target.versionHeader());
    if (digest != null) {
      block.add(GrpcNames.MODEL_DIGEST, digest);
    }
  }

  /** What precedes the host's status where no message did: which version answered. */
  static HeaderBlock head(CallFacts facts, @Nullable AsciiString digest) {
    HeaderBlock block = StatusBlock.trailersOnly();
    served(block, facts.route().target(), digest);
    return block;
  }

  /** Adds the last block of an answer: the host's status and metadata as they came. */
  static HeaderBlock last(HeaderBlock block, HeaderBlock trailers) {
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

  /** Whether a host sees a caller's field of this name. */
  private static boolean passes(AsciiString name, TextMemo memo) {
    int verdict = memo.find(name);
    if (verdict == TextMemo.UNKNOWN) {
      boolean claims = NEVER_TO_HOST.contains(name) || name.startsWith(FORWARDED_PREFIX);
      verdict = isMetadata(name) && !claims ? PASSES : STAYS;
      memo.keep(name, verdict);
    }
    return verdict == PASSES;
  }

  private static boolean isMetadata(AsciiString name) {
    return name.byteAt(0) != ':'
        && !name.startsWith(GrpcNames.GRPC_PREFIX)
        && !name.startsWith(GrpcNames.OUR_PREFIX);
  }
}
