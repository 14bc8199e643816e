package io.weighbridge.gateway.pipeline;

import io.netty.util.AsciiString;
import io.weighbridge.gateway.grpc.GrpcNames;
import io.weighbridge.gateway.grpc.GrpcTimeout;
import io.weighbridge.gateway.grpc.HeaderFault;
import io.weighbridge.gateway.grpc.HeaderRules;
import io.weighbridge.gateway.http2.HeaderBlock;
import org.jspecify.annotations.Nullable;

/** What the caller's header block says, read in one pass. Confined to the call's event loop. */
final class CallHeaders {
  /** No {@code grpc-timeout} was sent. */
  static final long NO_TIMEOUT = Long.MAX_VALUE;

  private static final HeaderBlock NONE = HeaderBlock.of();

  private HeaderBlock block = NONE;
  private AsciiString path = AsciiString.EMPTY_STRING;
  private @Nullable AsciiString authorization;
  private boolean authorizationRepeated;
  private @Nullable AsciiString traceparent;
  private @Nullable AsciiString idempotencyKey;
  private long timeoutNs = NO_TIMEOUT;
  private @Nullable AsciiString encoding;

  /** Reads the block and judges it: what is wrong, or null. */
  @Nullable HeaderFault read(HeaderBlock headers, HeaderRules rules) {
    block = headers;
    rules.begin(HeaderRules.Block.REQUEST);
    for (int i = 0; i < headers.size(); i++) {
      AsciiString name = headers.name(i);
      AsciiString value = headers.value(i);
      HeaderFault fault = rules.check(name, value);
      if (fault != null) {
        return fault;
      }
      note(name, value);
    }
    return rules.end();
  }

  /** Judges a block of which nothing is read: what is wrong, or null. */
  static @Nullable HeaderFault judge(HeaderBlock block, HeaderRules.Block kind, HeaderRules rules) {
    rules.begin(kind);
    for (int i = 0; i < block.size(); i++) {
      HeaderFault fault = rules.check(block.name(i), block.value(i));
      if (fault != null) {
        return fault;
      }
    }
    return rules.end();
  }

  private void note(AsciiString name, AsciiString value) {
    // Lengths tell most names apart without comparing bytes.
    switch (name.length()) {
      case 5 -> {
        if (GrpcNames.PATH.equals(name)) {
          path = value;
        }
      }
      case 11 -> {
        if (GrpcNames.TRACEPARENT.equals(name)) {
          traceparent = value;
        }
      }
      case 12 -> {
        if (GrpcNames.GRPC_TIMEOUT.equals(name)) {
          timeoutNs = GrpcTimeout.parseNs(value);
        }
      }
      case 13 -> {
        if (GrpcNames.AUTHORIZATION.equals(name)) {
          authorizationRepeated = authorization != null;
          authorization = value;
        } else if (GrpcNames.GRPC_ENCODING.equals(name)) {
          encoding = GrpcNames.IDENTITY.equals(value) ? null : value;
        }
      }
      case 27 -> {
        if (GrpcNames.IDEMPOTENCY_KEY.equals(name)) {
          idempotencyKey = value;
        }
      }
      default -> {
        // Anything else is only forwarded.
      }
    }
  }

  HeaderBlock block() {
    return block;
  }

  AsciiString path() {
    return path;
  }

  @Nullable AsciiString authorization() {
    return authorization;
  }

  /** Two credentials are no credential: which one would count is not ours to guess. */
  boolean authorizationRepeated() {
    return authorizationRepeated;
  }

  /** What messages may be compressed with; null when they may not be. */
  @Nullable AsciiString encoding() {
    return encoding;
  }

  @Nullable AsciiString traceparent() {
    return traceparent;
  }

  @Nullable AsciiString idempotencyKey() {
    return idempotencyKey;
  }

  /** Nanoseconds, {@link #NO_TIMEOUT}, or {@link GrpcTimeout#BAD}. */
  long timeoutNs() {
    return timeoutNs;
  }
}
