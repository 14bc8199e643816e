package io.weighbridge.host.serve;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import inference.ModelMetadataResponse;
import inference.ModelMetadataResponse.TensorMetadata;
import inference.ModelReadyRequest;
import inference.ModelReadyResponse;
import inference.ModelStreamInferResponse;
import inference.ServerLiveRequest;
import inference.ServerLiveResponse;
import inference.ServerMetadataRequest;
import inference.ServerMetadataResponse;
import inference.ServerReadyRequest;
import inference.ServerReadyResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weighbridge.host.engine.TextSpec;
import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.repository.ModelRepository;
import io.weighbridge.host.repository.ModelSpec;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The Open Inference Protocol, version 2, over the models of this process. Thread-safe. */
final class InferenceService extends GRPCInferenceServiceGrpc.GRPCInferenceServiceImplBase {
  private static final String NAME = "weighbridge-model-host";

  private final ModelRepository repository;
  private final WorkerPool workers;
  private final BooleanSupplier ready;
  private final String version;

  InferenceService(
      ModelRepository repository, WorkerPool workers, BooleanSupplier ready, String version) {
    this.repository = repository;
    this.workers = workers;
    this.ready = ready;
    this.version = version;
  }

  @Override
  public void modelInfer(ModelInferRequest request, StreamObserver<ModelInferResponse> observer) {
    ServerCallStreamObserver<ModelInferResponse> answers =
        (ServerCallStreamObserver<ModelInferResponse>) observer;
    try {
      Generation held = hold(request.getModelName(), request.getModelVersion());
      CallScope scope = CallScope.current();
      scope.choose(held);
      InferTask task =
          new InferTask(
              held,
              request,
              scope.share(),
              new InferTask.Outcome() {
                @Override
                public void answered(ModelInferResponse response) {
                  answers.onNext(response);
                  answers.onCompleted();
                }

                @Override
                public void failed(CallError error, String detail) {
                  answers.onError(error.because(detail));
                }

                @Override
                public boolean isGone() {
                  return answers.isCancelled();
                }
              });
      answers.setOnCancelHandler(() -> task.cancel(workers));
      task.submit(workers);
    } catch (StatusRuntimeException e) {
      answers.onError(e);
    }
  }

  @Override
  public StreamObserver<ModelInferRequest> modelStreamInfer(
      StreamObserver<ModelStreamInferResponse> observer) {
    return InferStream.open(
        (ServerCallStreamObserver<ModelStreamInferResponse>) observer,
        workers,
        this::hold,
        CallScope.current());
  }

  @Override
  public void serverLive(ServerLiveRequest request, StreamObserver<ServerLiveResponse> observer) {
    reply(observer, ServerLiveResponse.newBuilder().setLive(true).build());
  }

  @Override
  public void serverReady(
      ServerReadyRequest request, StreamObserver<ServerReadyResponse> observer) {
    reply(observer, ServerReadyResponse.newBuilder().setReady(ready.getAsBoolean()).build());
  }

  @Override
  public void modelReady(ModelReadyRequest request, StreamObserver<ModelReadyResponse> observer) {
    Generation generation = repository.find(request.getName(), request.getVersion());
    if (generation != null) {
      CallScope.current().choose(generation);
    }
    boolean answer = generation != null && ready.getAsBoolean();
    reply(observer, ModelReadyResponse.newBuilder().setReady(answer).build());
  }

  @Override
  public void serverMetadata(
      ServerMetadataRequest request, StreamObserver<ServerMetadataResponse> observer) {
    reply(observer, ServerMetadataResponse.newBuilder().setName(NAME).setVersion(version).build());
  }

  @Override
  public void modelMetadata(
      ModelMetadataRequest request, StreamObserver<ModelMetadataResponse> observer) {
    try {
      Generation generation = find(request.getName(), request.getVersion());
      CallScope.current().choose(generation);
      reply(observer, describe(generation));
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  private ModelMetadataResponse describe(Generation generation) {
    ModelSpec spec = generation.spec();
    ModelMetadataResponse.Builder response =
        ModelMetadataResponse.newBuilder()
            .setName(generation.identity().name())
            .addAllVersions(repository.versions(generation.identity().name()))
            .setPlatform(platformOf(spec.engine()));
    TextSpec text = spec.text();
    if (text != null) {
      response.addInputs(describe(Inference.textInput(text)));
      long width = widthOf(spec, text);
      response.addOutputs(
          describe(TensorSpec.unbounded(text.pool().output(), TensorType.FP32, -1, width)));
    }
    spec.inputs().forEach(input -> response.addInputs(describe(input)));
    spec.outputs().forEach(output -> response.addOutputs(describe(output)));
    return response.build();
  }

  private static long widthOf(ModelSpec spec, TextSpec text) {
    TensorSpec pooled = ModelSpec.find(spec.outputs(), text.pool().tensor());
    return pooled == null ? -1 : pooled.shape()[2];
  }

  /** Triton's word for the same, which tritonclient's users know. */
  private static String platformOf(String engine) {
    return engine.equals("OnnxRuntime") ? "onnxruntime_onnx" : engine;
  }

  private static TensorMetadata describe(TensorSpec spec) {
    return TensorMetadata.newBuilder()
        .setName(spec.name())
        .setDatatype(spec.type().name())
        .addAllShape(Arrays.stream(spec.shape()).boxed().toList())
        .build();
  }

  private Generation find(String name, String version) {
    Generation generation = repository.find(name, version);
    if (generation != null) {
      return generation;
    }
    List<String> versions = repository.versions(name);
    throw versions.isEmpty()
        ? CallError.MODEL_UNKNOWN.because("this host does not serve the model asked for")
        : CallError.VERSION_UNKNOWN.because(
            "this host serves model " + name + " in versions " + versions);
  }

  /** Found and held; a generation that retires in between is looked up anew. */
  private Generation hold(String name, String version) {
    Generation generation = find(name, version);
    while (!generation.tryHold()) {
      generation = find(name, version);
    }
    return generation;
  }

  private static <T> void reply(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }
}
