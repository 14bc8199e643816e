package io.weighbridge.host.engine;

/**
 * How a model reads text: section {@code text} of model.yaml.
 *
 * @param input name of the BYTES input
 * @param tokenizer name of the file beside model.yaml
 */
public record TextSpec(String input, String tokenizer, Limits limits, Tokens tokens, Pool pool) {

  /**
   * What one call may hold.
   *
   * @param lengthMax tokens of one text; the rest is cut off
   * @param textsMax texts of one call
   * @param textBytesMax bytes of one text
   */
  public record Limits(int lengthMax, int textsMax, int textBytesMax) {}

  /**
   * The model's inputs that take the tokens.
   *
   * @param typesInput empty when the model has none
   * @param padId token that fills up shorter texts; masked, so most models do not care
   */
  public record Tokens(String idsInput, String maskInput, String typesInput, long padId) {}

  /**
   * What is made of the model's output.
   *
   * @param tensor graph output, FP32 [n, t, d], whose mean is taken
   * @param normalize whether the results are brought to length 1
   * @param output name of the result, FP32 [n, d]
   */
  public record Pool(String tensor, boolean normalize, String output) {}
}
