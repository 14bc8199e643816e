package io.weighbridge.host.serve;

import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.weighbridge.host.engine.Graph;
import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.tensor.BadInputException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One prediction on its way through the worker pool. Takes ownership of a hold on its generation,
 * and holds the request's heap, until nothing is done with them any more. Thread-safe.
 */
final class InferTask implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(InferTask.class);

  private final Generation generation;
  private final ModelInferRequest request;
  private final RequestMemory.Share share;
  private final Outcome outcome;

  /** Who waits for it. One of the first two is called once, unless nobody waits any more. */
  interface Outcome {
    void answered(ModelInferResponse response);

    void failed(CallError error, String detail);

    /** Whether the caller left or its deadline passed. */
    boolean isGone();
  }

  InferTask(
      Generation generation,
      ModelInferRequest request,
      RequestMemory.Share share,
      Outcome outcome) {
    this.generation = generation;
    this.request = request;
    this.share = share;
    this.outcome = outcome;
  }

  void submit(WorkerPool workers) {
    share.hold();
    if (!workers.tryRun(this)) {
      release();
      outcome.failed(CallError.OVERLOADED, "every worker is busy and the queue is full");
    }
  }

  /** Gives up its place in the queue; a computation that has begun goes on to its end. */
  void cancel(WorkerPool workers) {
    if (workers.remove(this)) {
      release();
    }
  }

  private void release() {
    share.letGo();
    generation.release();
  }

  @Override
  public void run() {
    ModelInferResponse response;
    try {
      if (outcome.isGone()) {
        return;
      }
      response = Inference.answer(generation, request);
    } catch (BadInputException e) {
      outcome.failed(CallError.INPUT_INVALID, messageOf(e));
      return;
    } catch (Graph.EngineFailureException e) {
      // Without the stack: a caller's input may bring this about, as often as it likes.
      log.warn("{}: {}", generation, e.getMessage());
      outcome.failed(CallError.ENGINE_FAILED, messageOf(e));
      return;
    } catch (Exception | Error e) {
      // An Error as well, for want of direct memory it may be: else the caller would wait for ever.
      log.error("{}: unexpected", generation, e);
      outcome.failed(CallError.INTERNAL, "the host's log says more");
      return;
    } finally {
      release();
    }
    outcome.answered(response);
  }

  private static String messageOf(Exception e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }
}
