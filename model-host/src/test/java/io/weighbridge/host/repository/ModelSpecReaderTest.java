package io.weighbridge.host.repository;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.weighbridge.host.engine.TextSpec;
import io.weighbridge.host.tensor.TensorSpec;
import io.weighbridge.host.tensor.TensorType;
import io.weighbridge.host.yaml.Problems.BadFileException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ModelSpecReaderTest {
  private static final String TEXT =
      """
      engine: OnnxRuntime
      weights: model.onnx
      inputs:
        - {name: input_ids, datatype: INT64, shape: [-1, -1], max-shape: [32, 512]}
        - {name: attention_mask, datatype: INT64, shape: [-1, -1]}
      outputs:
        - {name: hidden, datatype: FP32, shape: [-1, -1, 384]}
      text:
        input: text
        tokenizer: tokenizer.json
        pool: {tensor: hidden}
      """;

  @Test
  void readsTensorsAndTheirBounds() throws BadFileException {
    ModelSpec spec = read(TEXT);
    assertThat(spec.engine()).isEqualTo("OnnxRuntime");
    assertThat(spec.weights()).isEqualTo("model.onnx");
    TensorSpec ids = spec.inputs().get(0);
    assertThat(ids.type()).isEqualTo(TensorType.INT64);
    assertThat(ids.shape()).containsExactly(-1, -1);
    assertThat(ids.maxShape()).containsExactly(32, 512);
    assertThat(spec.inputs().get(1).maxShape()).containsOnly(TensorSpec.DIMENSION_MAX);
  }

  /** What a reader may copy: the block of the reference, and what fetch-models writes. */
  @Test
  void readsTheDocumentedFiles() throws Exception {
    Path page = Path.of("..", "docs", "model-host.md");
    Matcher block =
        Pattern.compile("(?s)```yaml model\\.yaml\n(.*?)```").matcher(Files.readString(page));
    assertThat(block.find()).isTrue();
    assertThat(read(block.group(1)).text()).isNotNull();
    assertThat(read(Files.readString(Path.of("fetch-models.d", "minilm.yaml"))).text()).isNotNull();
  }

  @Test
  void textHasTheDefaultsOfTheReference() throws BadFileException {
    assertThat(read(TEXT).text())
        .isEqualTo(
            new TextSpec(
                "text",
                "tokenizer.json",
                new TextSpec.Limits(256, 32, 65536),
                new TextSpec.Tokens("input_ids", "attention_mask", "", 0),
                new TextSpec.Pool("hidden", true, "embedding")));
  }

  @Test
  void readsEveryKeyOfText() throws BadFileException {
    String yaml =
        TEXT.replace("input_ids", "a").replace("attention_mask", "b")
            + """
              output: vector
              max-length: 7
              texts-max: 8
              text-bytes-max: 9
              tokens: {ids: a, mask: b, pad-id: 1}
            """;
    String pooled =
        yaml.replace("{tensor: hidden}", "{tensor: hidden, method: mean, normalize: false}");
    assertThat(read(pooled).text())
        .isEqualTo(
            new TextSpec(
                "text",
                "tokenizer.json",
                new TextSpec.Limits(7, 8, 9),
                new TextSpec.Tokens("a", "b", "", 1),
                new TextSpec.Pool("hidden", false, "vector")));
  }

  @Test
  void tellsEveryProblemWithItsLine() {
    assertThat(
            problems(
                """
                weights: ../other/model.onnx
                inputs:
                  - {name: x, datatype: FLOAT, shape: [-1, 0]}
                  - {name: x, datatype: FP32, shape: [-2], max-shape: [1, 2]}
                  - {name: z, datatype: FP32, color: red}
                ouputs: []
                """))
        .containsExactly(
            "m:1: engine is missing",
            "m:1: weights is \"../other/model.onnx\", expected a file inside the model's folder",
            "m:3: inputs[0].datatype is \"FLOAT\", expected one of [BOOL, UINT8, UINT16, UINT32,"
                + " UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES]",
            "m:3: inputs[0].shape has at most 8 dimensions, each -1 or at least 1",
            "m:4: inputs[1].name \"x\" stands twice",
            "m:4: inputs[1].shape is \"-2\", expected a whole number from -1 to 2147483647",
            "m:4: inputs[1].max-shape has 2 dimensions, shape has 1",
            "m:5: inputs[2].shape is missing",
            "m:5: inputs[2].color is not a known key",
            "m:1: outputs is missing or empty",
            "m:6: ouputs is not a known key");
  }

  @Test
  void textMustFitTheTensors() {
    assertThat(problems(TEXT.replace("tensor: hidden", "tensor: other")))
        .singleElement()
        .asString()
        .contains("text.pool.tensor needs \"other\" to be FP32 with 3 dimensions, found none");
    assertThat(problems(TEXT.replace("name: attention_mask", "name: mask")))
        .anyMatch(problem -> problem.contains("\"attention_mask\""));
    assertThat(problems(TEXT.replace("input: text", "input: input_ids")))
        .anyMatch(problem -> problem.contains("is also an input of the graph"));
    assertThat(problems(TEXT.replace("{tensor: hidden}", "{tensor: hidden, method: max}")))
        .anyMatch(problem -> problem.contains("text.pool.method is not known; there is mean"));
    assertThat(problems(TEXT.replace("engine: OnnxRuntime", "engine: PyTorch")))
        .anyMatch(problem -> problem.contains("text is known for engine OnnxRuntime only"));
    assertThat(problems(TEXT.replace("tokenizer: tokenizer.json", "tokenizer: /etc/passwd")))
        .anyMatch(problem -> problem.contains("expected a file inside the model's folder"));
  }

  private static ModelSpec read(String yaml) throws BadFileException {
    return ModelSpecReader.read("m", yaml.getBytes(StandardCharsets.UTF_8));
  }

  private static List<String> problems(String yaml) {
    BadFileException e = catchThrowableOfType(BadFileException.class, () -> read(yaml));
    return Objects.requireNonNull(e, yaml).problems();
  }
}
