package io.weighbridge.host.serve;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.weighbridge.integrity.Digest;
import java.security.cert.Certificate;
import javax.net.ssl.SSLSession;

/**
 * Tells a call which TLS key of ours its connection showed: the one of that very handshake,
 * whatever the files hold by now. Thread-safe.
 */
final class TlsBinding implements ServerInterceptor {
  /** SHA-256 of the SubjectPublicKeyInfo; empty on plain text. */
  static final Context.Key<ByteString> SHOWN_KEY_HASH =
      Context.keyWithDefault("tls-key", ByteString.EMPTY);

  @Override
  public <A, B> ServerCall.Listener<A> interceptCall(
      ServerCall<A, B> call, Metadata headers, ServerCallHandler<A, B> next) {
    SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
    Certificate[] shown = session == null ? null : session.getLocalCertificates();
    if (shown == null || shown.length == 0) {
      return next.startCall(call, headers);
    }
    byte[] key = shown[0].getPublicKey().getEncoded();
    ByteString hash = ByteString.copyFrom(Digest.sha256(key).bytes());
    return Contexts.interceptCall(
        Context.current().withValue(SHOWN_KEY_HASH, hash), call, headers, next);
  }
}
