package io.weighbridge.host.engine;

import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.Tensor;
import java.util.List;

/** A loaded model that computes. Thread-safe until closed. */
public interface Graph extends AutoCloseable {

  /**
   * Runs once.
   *
   * @param inputs one for each input of the model, in any order
   * @return all outputs of the model
   * @throws BadInputException when the engine says that the inputs are to blame
   * @throws EngineFailureException when it broke
   */
  List<Tensor> run(List<Tensor> inputs) throws BadInputException, EngineFailureException;

  /** Frees the engine's memory; no call may be running. */
  @Override
  void close();

  /** The engine failed for a reason of its own. */
  final class EngineFailureException extends Exception {
    private static final long serialVersionUID = 1L;

    EngineFailureException(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
