package io.weighbridge.host.serve;

import inference.ModelInferRequest;
import inference.ModelInferResponse;
import inference.ModelStreamInferResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.weighbridge.host.repository.Generation;
import org.jspecify.annotations.Nullable;

/**
 * One ModelStreamInfer call: each message is answered in order, one at a time, by the generation
 * its first message chose. Thread-safe: guarded by itself.
 *
 * <p>A message that cannot be answered gets {@code error_message} and the stream goes on, as with
 * Triton. The next message is asked for when the last was answered, so a caller that does not read
 * holds up itself only.
 */
final class InferStream implements StreamObserver<ModelInferRequest>, InferTask.Outcome {
  private final ServerCallStreamObserver<ModelStreamInferResponse> answers;
  private final WorkerPool workers;
  private final Holder holder;
  private final CallScope scope;
  private final Runnable onRetire = this::retire;

  private @Nullable Generation bound;
  private @Nullable InferTask running;
  private boolean halfClosed;
  private boolean retired;
  private boolean ended;

  /** Finds and holds what serves a model and version, or throws the error for the caller. */
  interface Holder {
    Generation hold(String name, String version);
  }

  private InferStream(
      ServerCallStreamObserver<ModelStreamInferResponse> answers,
      WorkerPool workers,
      Holder holder,
      CallScope scope) {
    this.answers = answers;
    this.workers = workers;
    this.holder = holder;
    this.scope = scope;
  }

  static InferStream open(
      ServerCallStreamObserver<ModelStreamInferResponse> answers,
      WorkerPool workers,
      Holder holder,
      CallScope scope) {
    InferStream stream = new InferStream(answers, workers, holder, scope);
    answers.disableAutoRequest();
    answers.setOnCancelHandler(stream::cancelled);
    answers.request(1);
    return stream;
  }

  @Override
  public synchronized void onNext(ModelInferRequest request) {
    if (ended) {
      return;
    }
    if (bound == null) {
      bindAndRun(request);
    } else if (!isForBound(bound.identity(), request)) {
      reply(CallError.REQUEST_MALFORMED.text("a stream stays with the model of its first message"));
    } else if (bound.tryHold()) {
      start(bound, request);
    } else {
      retired = true;
      settle();
    }
  }

  private void bindAndRun(ModelInferRequest request) {
    Generation held;
    try {
      held = holder.hold(request.getModelName(), request.getModelVersion());
    } catch (StatusRuntimeException e) {
      ended = true;
      answers.onError(e);
      return;
    }
    bound = held;
    scope.choose(held);
    start(held, request);
    held.whenRetired(onRetire);
  }

  private static boolean isForBound(Generation.Identity identity, ModelInferRequest request) {
    String version = request.getModelVersion();
    return request.getModelName().equals(identity.name())
        && (version.isEmpty() || version.equals(identity.version()));
  }

  private void start(Generation held, ModelInferRequest request) {
    InferTask task = new InferTask(held, request, scope.share(), this);
    running = task;
    task.submit(workers);
  }

  @Override
  public void answered(ModelInferResponse response) {
    reply(ModelStreamInferResponse.newBuilder().setInferResponse(response).build());
  }

  @Override
  public void failed(CallError error, String detail) {
    reply(error.text(detail));
  }

  private void reply(String errorMessage) {
    reply(ModelStreamInferResponse.newBuilder().setErrorMessage(errorMessage).build());
  }

  private synchronized void reply(ModelStreamInferResponse message) {
    running = null;
    if (ended) {
      return;
    }
    answers.onNext(message);
    settle();
    if (!ended && !halfClosed) {
      answers.request(1);
    }
  }

  @Override
  public boolean isGone() {
    return answers.isCancelled();
  }

  /** Ends the call when nothing is left to answer, or nobody may answer any more. */
  private void settle() {
    if (ended || running != null) {
      return;
    }
    if (retired) {
      end();
      answers.onError(
          CallError.GENERATION_UNLOADED.because(bound + " was replaced; open a new stream"));
    } else if (halfClosed) {
      end();
      answers.onCompleted();
    }
  }

  private void end() {
    ended = true;
    if (bound != null) {
      bound.forget(onRetire);
    }
  }

  private synchronized void retire() {
    retired = true;
    settle();
  }

  private synchronized void cancelled() {
    end();
    if (running != null) {
      running.cancel(workers);
    }
  }

  @Override
  public void onError(Throwable cause) {
    cancelled();
  }

  @Override
  public synchronized void onCompleted() {
    halfClosed = true;
    settle();
  }
}
