package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import inference.ModelInferRequest;
import inference.ModelInferRequest.InferInputTensor;
import inference.ModelInferRequest.InferRequestedOutputTensor;
import inference.ModelInferResponse;
import inference.ModelMetadataRequest;
import io.weighbridge.host.repository.Generation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real MiniLM-L6-v2, full precision and quantised, from their artifacts on the test class path:
 * what is served must mean something.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MiniLmTest {
  private static final int WIDTH = 384;
  private static final List<String> SENTENCES =
      List.of(
          "A man is eating food.",
          "Someone is having a meal.",
          "The stock market fell sharply on Monday.",
          "Share prices dropped at the start of the week.",
          "Der schnelle braune Fuchs 😀");

  private TestHost host;

  @BeforeAll
  void start(@TempDir Path root) throws IOException {
    unpack(root, "1", "all-minilm-l6-v2");
    unpack(root, "2", "all-minilm-l6-v2-q");
    host = new TestHost(root);
  }

  @AfterAll
  void stop() {
    host.close();
  }

  @Test
  void paraphrasesAreCloserThanUnrelatedSentences() {
    for (String version : List.of("1", "2")) {
      float[][] vectors = embed(version, SENTENCES);
      double meal = cosine(vectors[0], vectors[1]);
      double market = cosine(vectors[2], vectors[3]);
      for (int a = 0; a < 2; a++) {
        for (int b = 2; b < 4; b++) {
          double unrelated = cosine(vectors[a], vectors[b]);
          assertThat(meal).as("version " + version).isGreaterThan(unrelated + 0.3);
          assertThat(market).as("version " + version).isGreaterThan(unrelated + 0.3);
        }
      }
    }
  }

  @Test
  void bothVersionsMeanTheSame() {
    float[][] full = embed("1", SENTENCES);
    float[][] quantised = embed("2", SENTENCES);
    for (int i = 0; i < SENTENCES.size(); i++) {
      double cosine = cosine(full[i], quantised[i]);
      // Measured 0.986 to 0.993; equality would mean that one model serves both.
      assertThat(cosine).as(SENTENCES.get(i)).isBetween(0.95, 0.9999);
    }
  }

  @Test
  void vectorsHaveLengthOneAndDoNotDependOnTheBatch() {
    float[][] together = embed("1", SENTENCES);
    for (int i = 0; i < SENTENCES.size(); i++) {
      assertThat(cosine(together[i], together[i])).isCloseTo(1, within(1e-6));
      double length = Math.sqrt(dot(together[i], together[i]));
      assertThat(length).isCloseTo(1, within(1e-5));
      float[] alone = embed("1", List.of(SENTENCES.get(i)))[0];
      assertThat(cosine(alone, together[i])).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void tokensGiveWhatTheirTextGives() {
    // [CLS] hello world [SEP] in the vocabulary of BERT.
    long[] ids = {101, 7592, 2088, 102};
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder().setModelName("minilm").setModelVersion("1");
    tokens(request, "input_ids", ids);
    tokens(request, "attention_mask", 1, 1, 1, 1);
    tokens(request, "token_type_ids", 0, 0, 0, 0);
    float[] fromTokens = vectors(host.client().modelInfer(request.build()))[0];
    assertThat(fromTokens).isEqualTo(embed("1", List.of("Hello world"))[0]);

    request.addOutputs(InferRequestedOutputTensor.newBuilder().setName("last_hidden_state"));
    ModelInferResponse hidden = host.client().modelInfer(request.build());
    assertThat(hidden.getOutputs(0).getShapeList()).containsExactly(1L, 4L, (long) WIDTH);
  }

  @Test
  void aLongTextIsCutAndAnEmptyOneIsAnswered() {
    String words = "word ".repeat(5000);
    assertThat(embed("1", List.of(words, ""))).hasDimensions(2, WIDTH);
  }

  @Test
  void itsDigestIsTheOneThatIsPublished() {
    // What docs/model-host.md prints: the folders that fetch-models writes.
    assertThat(digest("1"))
        .isEqualTo("sha256:5d08ab4a698fbb7f748dbac863c50bff05fe7bdedb6ae52bb3775e2f7b24de90");
    assertThat(digest("2"))
        .isEqualTo("sha256:1656afcb7c912b8ce74d83eb5f321bb8ff4799c9276d6658a2a0fea2d55d99e5");
  }

  @Test
  void metadataOffersTextAndTokens() {
    assertThat(
            host.client()
                .modelMetadata(ModelMetadataRequest.newBuilder().setName("minilm").build())
                .getInputsList())
        .extracting(input -> input.getName() + " " + input.getDatatype() + input.getShapeList())
        .containsExactly(
            "text BYTES[-1]",
            "input_ids INT64[-1, -1]",
            "attention_mask INT64[-1, -1]",
            "token_type_ids INT64[-1, -1]");
  }

  private String digest(String version) {
    Generation generation = Objects.requireNonNull(host.repository.find("minilm", version));
    return generation.manifest().rootDigest().toString();
  }

  private float[][] embed(String version, List<String> texts) {
    ModelInferRequest.Builder request =
        ModelInferRequest.newBuilder().setModelName("minilm").setModelVersion(version);
    InferInputTensor.Builder input =
        request.addInputsBuilder().setName("text").setDatatype("BYTES").addShape(texts.size());
    texts.forEach(
        text -> input.getContentsBuilder().addBytesContents(ByteString.copyFromUtf8(text)));
    return vectors(host.client().modelInfer(request.build()));
  }

  private static float[][] vectors(ModelInferResponse response) {
    assertThat(response.getOutputs(0).getName()).isEqualTo("embedding");
    List<Float> all = response.getOutputs(0).getContents().getFp32ContentsList();
    float[][] vectors = new float[all.size() / WIDTH][WIDTH];
    for (int i = 0; i < all.size(); i++) {
      vectors[i / WIDTH][i % WIDTH] = all.get(i);
    }
    return vectors;
  }

  private static void tokens(ModelInferRequest.Builder request, String name, long... values) {
    InferInputTensor.Builder input =
        request.addInputsBuilder().setName(name).setDatatype("INT64").addShape(1);
    input.addShape(values.length);
    for (long value : values) {
      input.getContentsBuilder().addInt64Contents(value);
    }
  }

  private static double cosine(float[] a, float[] b) {
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < WIDTH; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static Offset<Double> within(double offset) {
    return Offset.offset(offset);
  }

  private static void unpack(Path root, String version, String name) throws IOException {
    Path folder = Files.createDirectories(root.resolve("minilm").resolve(version));
    copy("/" + name + ".onnx", folder.resolve("model.onnx"));
    copy("/" + name + "-tokenizer.json", folder.resolve("tokenizer.json"));
    Files.copy(Path.of("fetch-models.d", "minilm.yaml"), folder.resolve("model.yaml"));
  }

  private static void copy(String resource, Path to) throws IOException {
    try (InputStream in =
        Objects.requireNonNull(MiniLmTest.class.getResourceAsStream(resource), resource)) {
      Files.copy(in, to);
    }
  }
}
