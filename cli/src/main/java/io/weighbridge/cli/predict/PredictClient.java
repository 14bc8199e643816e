package io.weighbridge.cli.predict;

import inference.GRPCInferenceServiceGrpc;
import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.grpc.ClientInterceptor;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.weighbridge.cli.connect.Credential;
import io.weighbridge.cli.connect.Endpoint;
import io.weighbridge.cli.connect.Trust;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A caller of one gateway, with gRPC's stock stubs. Thread-safe; close it. */
public final class PredictClient implements AutoCloseable {
  private final ManagedChannel channel;
  private final GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub;
  private final int timeoutSeconds;

  /** Connects on first use, without a key when there is none. */
  public PredictClient(
      Endpoint endpoint, Trust trust, Optional<Credential> credential, int timeoutSeconds) {
    channel = endpoint.channel(trust);
    GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub plain =
        GRPCInferenceServiceGrpc.newBlockingStub(channel).withInterceptors(new Witness());
    stub = credential.map(key -> plain.withInterceptors(key.interceptor())).orElse(plain);
    this.timeoutSeconds = timeoutSeconds;
  }

  /**
   * One call, answered or failed, with what the caller saw of it.
   *
   * @param response the default instance unless it was answered
   */
  public record Outcome(ModelInferResponse response, Observation observation, long durationNs) {
    /** Whether the caller got its answer. */
    public boolean answered() {
      return observation.status().isOk();
    }
  }

  /** Calls with these headers besides the key; a failed call is an outcome too. */
  public Outcome infer(ModelInferRequest request, Map<String, String> headers) {
    return infer(request, headers, new Observation(false));
  }

  /** The same, and keeps both messages. */
  public Outcome inferAndKeep(ModelInferRequest request) {
    return infer(request, Map.of(), new Observation(true));
  }

  private Outcome infer(
      ModelInferRequest request, Map<String, String> headers, Observation observation) {
    long startedNs = System.nanoTime();
    ModelInferResponse response;
    try {
      response =
          stub.withDeadlineAfter(timeoutSeconds, TimeUnit.SECONDS)
              .withOption(Witness.OBSERVATION, observation)
              .withInterceptors(attach(headers))
              .modelInfer(request);
    } catch (StatusRuntimeException e) {
      // The observation has the status: that is the outcome.
      response = ModelInferResponse.getDefaultInstance();
    }
    return new Outcome(response, observation, System.nanoTime() - startedNs);
  }

  private static ClientInterceptor attach(Map<String, String> headers) {
    Metadata metadata = new Metadata();
    headers.forEach((name, value) ->
        metadata.put(Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER), value));
    return MetadataUtils.newAttachHeadersInterceptor(metadata);
  }

  /** The plain stub, for the protocol's other methods. */
  public GRPCInferenceServiceGrpc.GRPCInferenceServiceBlockingStub stub() {
    return stub.withDeadlineAfter(timeoutSeconds, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
