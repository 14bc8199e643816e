package io.weighbridge.cli.warm;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelMetadataRequest;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.weighbridge.cli.connect.Credential;
import io.weighbridge.cli.connect.Trust;
import io.weighbridge.cli.predict.PredictClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Calls as callers make them: most of them predictions of a kibibyte, some of them refused. Static.
 */
final class Practice {
  /** In the tensor of a request, and of an answer. */
  static final int FLOATS = 256;

  private static final int CONNECTIONS = 4;
  private static final int CALLS_PER_CONNECTION = 8;
  private static final int TIMEOUT_S = 10;

  /** One call in so many is another than a good prediction. */
  private static final int OTHERS_EVERY = 64;

  private static final ModelInferRequest REQUEST = request("practice");
  private static final ModelInferRequest UNKNOWN = request("practise");

  private Practice() {}

  private static ModelInferRequest request(String model) {
    return ModelInferRequest.newBuilder()
        .setModelName(model)
        .addInputs(
            ModelInferRequest.InferInputTensor.newBuilder()
                .setName("tokens")
                .setDatatype("FP32")
                .addShape(FLOATS))
        .addRawInputContents(ByteString.copyFrom(new byte[FLOATS * Float.BYTES]))
        .build();
  }

  /**
   * Calls for so long.
   *
   * @return how many predictions were answered
   */
  static long run(PracticeGateway gateway, int seconds) throws InterruptedException {
    long untilNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    long answered = 0;
    List<PredictClient> clients = new ArrayList<>();
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> running = new ArrayList<>();
      for (int i = 0; i < CONNECTIONS; i++) {
        PredictClient client = client(gateway, gateway.key());
        clients.add(client);
        for (int j = 0; j < CALLS_PER_CONNECTION; j++) {
          running.add(callers.submit(() -> call(client, untilNs)));
        }
      }
      for (Future<Long> each : running) {
        answered += each.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("a caller failed", e.getCause());
    } finally {
      clients.forEach(PredictClient::close);
    }
    return answered;
  }

  private static PredictClient client(PracticeGateway gateway, Credential key) {
    return new PredictClient(gateway.predict(), Trust.NONE, Optional.of(key), TIMEOUT_S);
  }

  private static long call(PredictClient client, long untilNs) {
    long answered = 0;
    for (int i = 1; System.nanoTime() - untilNs < 0; i++) {
      if (i % OTHERS_EVERY == 0) {
        callOtherwise(client);
      } else if (client.infer(REQUEST, Map.of("x-user-id", "user-" + i)).answered()) {
        answered++;
      }
    }
    return answered;
  }

  /** A call that is refused, and one that asks about the model. */
  private static void callOtherwise(PredictClient client) {
    client.infer(UNKNOWN, Map.of());
    try {
      client.stub().modelMetadata(ModelMetadataRequest.newBuilder().setName("practice").build());
    } catch (StatusRuntimeException e) {
      if (e.getStatus().getCode() != Status.Code.UNAVAILABLE) {
        throw e;
      }
      // It has more to do than it can: that is practice too.
    }
  }
}
