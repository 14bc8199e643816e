package io.weighbridge.cli.warm;

import com.google.protobuf.ByteString;
import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;

/** A model host that answers at once, always the same. Thread-safe; close it. */
final class PracticeHost implements AutoCloseable {
  private final Server server;

  private PracticeHost(Server server) {
    this.server = server;
  }

  /** Listens on a free port of loopback. */
  static PracticeHost start() throws IOException {
    return new PracticeHost(
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(new Inference())
            .build()
            .start());
  }

  String address() {
    return "127.0.0.1:" + server.getPort();
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static final class Inference
      extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
    private static final ModelInferResponse.InferOutputTensor OUTPUT =
        ModelInferResponse.InferOutputTensor.newBuilder()
            .setName("embedding")
            .setDatatype("FP32")
            .addShape(Practice.FLOATS)
            .build();
    private static final ByteString CONTENTS =
        ByteString.copyFrom(new byte[Practice.FLOATS * Float.BYTES]);

    @Override
    public void modelInfer(
        ModelInferRequest request, StreamObserver<ModelInferResponse> responses) {
      ModelInferResponse response =
          ModelInferResponse.newBuilder()
              .setModelName(request.getModelName())
              .setModelVersion(request.getModelVersion())
              .setId(request.getId())
              .addOutputs(OUTPUT)
              .addRawOutputContents(CONTENTS)
              .build();
      answer(response, responses);
    }

    @Override
    public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> into) {
      answer(ModelReadyResponse.newBuilder().setReady(true).build(), into);
    }

    @Override
    public void modelMetadata(
        ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> responses) {
      ModelMetadataResponse response =
          ModelMetadataResponse.newBuilder().setName(request.getName()).build();
      answer(response, responses);
    }

    private static <T> void answer(T response, StreamObserver<T> responses) {
      responses.onNext(response);
      responses.onCompleted();
    }
  }
}
