package io.weighbridge.gateway.attestation;

import com.google.protobuf.ByteString;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.weighbridge.attest.v1.AttestRequest;
import io.weighbridge.attest.v1.AttestResponse;
import io.weighbridge.attest.v1.AttestationServiceGrpc;
import io.weighbridge.attest.v1.FileDigest;
import io.weighbridge.attest.v1.HashPoint;
import io.weighbridge.attest.v1.HostStatement;
import io.weighbridge.attest.v1.LoadedModel;
import io.weighbridge.integrity.Digest;
import io.weighbridge.integrity.HostKey;
import io.weighbridge.integrity.HostStatements;
import io.weighbridge.integrity.ModelManifest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** A model host's proving half on a real gRPC server, honest until told otherwise. Thread-safe. */
final class FakeHost {
  final HostKey enrolled = HostKey.generate();
  final AtomicInteger asked = new AtomicInteger();
  volatile HostKey signing = enrolled;
  volatile int content = 1;
  volatile byte bootId = 1;
  volatile boolean silent;
  volatile String silence = "busy";
  volatile boolean hanging;
  volatile boolean replaying;
  volatile byte @Nullable [] garbage;
  volatile UnaryOperator<HostStatement.Builder> twist = statement -> statement;

  private final String id;
  private final Server server;
  private final int port;
  private byte @Nullable [] lastEnvelope;

  FakeHost(String id) throws IOException {
    this(id, 0);
  }

  FakeHost(String id, int wantedPort) throws IOException {
    this.id = id;
    this.server =
        NettyServerBuilder.forAddress(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), wantedPort))
            .addService(new Service())
            .build()
            .start();
    this.port = server.getPort();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Root digest of a model whose one file has this content. */
  static String digestOf(int content) {
    return manifest(content).rootDigest().toString();
  }

  private static ModelManifest manifest(int content) {
    return ModelManifest.of(
        List.of(
            new ModelManifest.Entry("model.onnx", Digest.sha256(new byte[] {(byte) content}), 1)));
  }

  private final class Service extends AttestationServiceGrpc.AttestationServiceImplBase {
    @Override
    public void attest(AttestRequest request, StreamObserver<AttestResponse> observer) {
      asked.incrementAndGet();
      if (silent) {
        observer.onError(Status.UNAVAILABLE.withDescription(silence).asRuntimeException());
        return;
      }
      if (hanging) {
        return;
      }
      byte[] garbled = garbage;
      byte[] envelope =
          garbled != null
              ? garbled
              : replaying && lastEnvelope != null ? lastEnvelope : answer(request);
      lastEnvelope = envelope;
      observer.onNext(
          AttestResponse.newBuilder().setEnvelope(ByteString.copyFrom(envelope)).build());
      observer.onCompleted();
    }
  }

  private byte[] answer(AttestRequest request) {
    ModelManifest manifest = manifest(content);
    ModelManifest.Entry file = manifest.entries().getFirst();
    LoadedModel model =
        LoadedModel.newBuilder()
            .setName("m")
            .setVersion("1")
            .setLoadGeneration(content)
            .setRootDigest(ByteString.copyFrom(manifest.rootDigest().bytes()))
            .addFiles(
                FileDigest.newBuilder()
                    .setName(file.name())
                    .setSha256(ByteString.copyFrom(file.digest().bytes()))
                    .setSizeBytes(file.sizeBytes()))
            .setHashPoint(HashPoint.HASH_POINT_WHILE_LOADING)
            .build();
    byte[] boot = new byte[HostStatements.BOOT_ID_BYTES];
    boot[0] = bootId;
    HostStatement.Builder statement =
        HostStatement.newBuilder()
            .setNonce(request.getNonce())
            .setChallengeHash(ByteString.copyFrom(Digest.sha256(request.toByteArray()).bytes()))
            .setGatewayId(request.getGatewayId())
            .setHostId(id)
            .setBootId(ByteString.copyFrom(boot))
            .setProcessStartedAt(bootId)
            .addModels(model);
    return HostStatements.sign(twist.apply(statement).build(), signing);
  }

  void stop() throws InterruptedException {
    server.shutdownNow();
    server.awaitTermination(10, TimeUnit.SECONDS);
  }
}
