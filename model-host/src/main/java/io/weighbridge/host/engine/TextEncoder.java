package io.weighbridge.host.engine;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.google.protobuf.ByteString;
import io.weighbridge.host.tensor.BadInputException;
import io.weighbridge.host.tensor.Tensor;
import io.weighbridge.host.tensor.TensorType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns sentences into the token tensors of a model. Thread-safe until closed: the native tokenizer
 * is not changed after it was made.
 *
 * <p>Each text is encoded by itself and padded here to the longest of the call: the library's batch
 * call would spread over all cores.
 */
public final class TextEncoder implements AutoCloseable {
  private final HuggingFaceTokenizer tokenizer;
  private final TextSpec spec;

  private TextEncoder(HuggingFaceTokenizer tokenizer, TextSpec spec) {
    this.tokenizer = tokenizer;
    this.spec = spec;
  }

  /** Makes an encoder from these very bytes of a tokenizer.json. */
  public static TextEncoder load(byte[] tokenizerJson, TextSpec spec)
      throws UnusableModelException {
    Map<String, String> options =
        Map.of(
            "padding",
            "false",
            "truncation",
            "true",
            "maxLength",
            Integer.toString(spec.limits().lengthMax()),
            "modelMaxLength",
            Integer.toString(spec.limits().lengthMax()));
    try {
      return new TextEncoder(
          HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(tokenizerJson), options), spec);
    } catch (IOException | RuntimeException e) {
      throw new UnusableModelException("the tokenizer cannot be loaded: " + e.getMessage(), e);
    }
  }

  /** Encodes texts of shape [n]: tensors [n, longest] for the ids, the mask and the types. */
  public List<Tensor> encode(Tensor texts) throws BadInputException {
    int count = texts.texts().size();
    Encoding[] encodings = new Encoding[count];
    int longest = 1;
    for (int i = 0; i < count; i++) {
      encodings[i] = tokenizer.encode(decode(texts.texts().get(i), i));
      longest = Math.max(longest, encodings[i].getIds().length);
    }
    long[] shape = {count, longest};
    ByteBuffer ids = allocate(count, longest);
    ByteBuffer mask = allocate(count, longest);
    ByteBuffer types = allocate(count, longest);
    for (Encoding encoding : encodings) {
      for (int t = 0; t < longest; t++) {
        boolean padding = t >= encoding.getIds().length;
        ids.putLong(padding ? spec.tokens().padId() : encoding.getIds()[t]);
        mask.putLong(padding ? 0 : encoding.getAttentionMask()[t]);
        types.putLong(padding ? 0 : encoding.getTypeIds()[t]);
      }
    }
    List<Tensor> tokens = new ArrayList<>(3);
    tokens.add(Tensor.ofNumbers(spec.tokens().idsInput(), TensorType.INT64, shape, ids.flip()));
    tokens.add(Tensor.ofNumbers(spec.tokens().maskInput(), TensorType.INT64, shape, mask.flip()));
    if (!spec.tokens().typesInput().isEmpty()) {
      tokens.add(
          Tensor.ofNumbers(spec.tokens().typesInput(), TensorType.INT64, shape, types.flip()));
    }
    return tokens;
  }

  private String decode(ByteString text, int index) throws BadInputException {
    if (text.size() > spec.limits().textBytesMax()) {
      throw new BadInputException(
          "input %s: element %d is %d bytes, at most %d"
              .formatted(spec.input(), index, text.size(), spec.limits().textBytesMax()));
    }
    try {
      // A fresh decoder reports bad bytes; the convenience methods would replace them.
      return StandardCharsets.UTF_8.newDecoder().decode(text.asReadOnlyByteBuffer()).toString();
    } catch (CharacterCodingException e) {
      throw new BadInputException(
          "input %s: element %d is not UTF-8 text".formatted(spec.input(), index));
    }
  }

  private static ByteBuffer allocate(int count, int longest) {
    return ByteBuffer.allocate(count * longest * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  @Override
  public void close() {
    tokenizer.close();
  }
}
