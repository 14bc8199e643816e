package io.weighbridge.cli.demo;

import io.weighbridge.cli.predict.PredictClient.Outcome;
import io.weighbridge.cli.predict.Tensor;
import java.util.List;

/** A sentence's place in meaning space: 384 numbers. Immutable. */
final class Embedding {
  private final double[] values;

  private Embedding(double[] values) {
    this.values = values;
  }

  static Embedding of(Outcome outcome) {
    List<Tensor> outputs = Tensor.outputs(outcome.response());
    if (outputs.size() != 1) {
      throw new NotObserved("one output tensor; found " + outputs.size());
    }
    double[] values =
        outputs.getFirst().values().stream().mapToDouble(v -> ((Number) v).doubleValue()).toArray();
    return new Embedding(values);
  }

  int size() {
    return values.length;
  }

  /** Cosine similarity: 1 for the same direction. */
  double similarity(Embedding other) {
    double product = 0;
    double squares = 0;
    double otherSquares = 0;
    for (int i = 0; i < values.length; i++) {
      product += values[i] * other.values[i];
      squares += values[i] * values[i];
      otherSquares += other.values[i] * other.values[i];
    }
    return product / Math.sqrt(squares * otherSquares);
  }
}
