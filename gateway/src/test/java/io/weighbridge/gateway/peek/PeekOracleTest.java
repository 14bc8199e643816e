package io.weighbridge.gateway.peek;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import inference.InferParameter;
import inference.ModelInferRequest;
import io.weighbridge.gateway.peek.Peek.State;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Compares the walk with the generated parser, message by message. Prints its seed when it fails.
 */
class PeekOracleTest {
  private static final int LIMIT = 512;
  private static final int MESSAGES = 3000;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:@/-]{0,255}");

  private final long seed = Long.getLong("seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final Peek peek = new Peek(LIMIT);

  @Test
  void readsWhatTheParserReadsAtEveryCut() {
    for (int i = 0; i < MESSAGES; i++) {
      ModelInferRequest request = randomRequest();
      byte[] bytes = request.toByteArray();
      assertAgrees(bytes, true);
      for (int cut = 0; cut <= Math.min(bytes.length, 300); cut++) {
        assertThat(PeekRun.cutAt(peek, bytes, cut).state())
            .as("seed %d", seed)
            .isEqualTo(State.COMPLETE);
      }
    }
  }

  @Test
  void neverReadsAMutatedMessageOtherwise() {
    int accepted = 0;
    for (int i = 0; i < 20 * MESSAGES; i++) {
      byte[] bytes = mutate(randomRequest().toByteArray());
      accepted += assertAgrees(bytes, false) ? 1 : 0;
    }
    // Were nearly all refused, or none, the comparison would show nothing.
    assertThat(accepted).as("seed %d", seed).isBetween(MESSAGES, 19 * MESSAGES);
  }

  /** Whether it was accepted. */
  private boolean assertAgrees(byte[] bytes, boolean mustAccept) {
    PeekRun run = PeekRun.inChunks(peek, bytes, Math.max(1, bytes.length));
    PeekRun trickled = PeekRun.inChunks(peek, bytes, 1 + random.nextInt(9));
    assertThat(trickled.state()).as("seed %d", seed).isEqualTo(run.state());
    assertThat(trickled.malformed()).as("seed %d", seed).isEqualTo(run.malformed());
    if (run.state() == State.MALFORMED) {
      assertThat(mustAccept).as("seed %d: %s", seed, run.malformed()).isFalse();
      return false;
    }
    assertReadsAlike(bytes, run);
    return true;
  }

  private void assertReadsAlike(byte[] bytes, PeekRun run) {
    UnknownFieldSet top;
    try {
      top = UnknownFieldSet.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new AssertionError("accepted what no parser reads; seed " + seed, e);
    }
    assertThat(top.getField(1).getLengthDelimitedList()).as("seed %d", seed).hasSize(1);
    assertThat(top.getField(2).getLengthDelimitedList().size()).isLessThanOrEqualTo(1);
    assertThat(run.name())
        .isEqualTo(top.getField(1).getLengthDelimitedList().get(0).toStringUtf8());
    assertThat(NAME.matcher(run.name()).matches()).as("seed %d", seed).isTrue();
    ModelInferRequest parsed;
    try {
      parsed = ModelInferRequest.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      // Inside a tensor, or a text that is not UTF-8: for the host to refuse.
      return;
    }
    assertThat(run.name()).isEqualTo(parsed.getModelName());
    assertThat(run.version()).isEqualTo(parsed.getModelVersion());
    assertThat(peek.id().toString()).isEqualTo(parsed.getId());
    for (String key : new String[] {"weighbridge_label", "sequence_id", "timeout", "user"}) {
      assertSame(peek.parameter(PeekRun.NAMES.indexOf(key)), key, parsed);
    }
  }

  private void assertSame(Parameter read, String key, ModelInferRequest parsed) {
    InferParameter expected = parsed.getParametersMap().get(key);
    assertThat(read.isPresent()).as("seed %d, %s", seed, key).isEqualTo(expected != null);
    if (expected == null) {
      return;
    }
    switch (expected.getParameterChoiceCase()) {
      case STRING_PARAM -> assertThat(read.text()).hasToString(expected.getStringParam());
      case INT64_PARAM -> assertThat(read.number()).isEqualTo(expected.getInt64Param());
      case UINT64_PARAM -> assertThat(read.number()).isEqualTo(expected.getUint64Param());
      default -> assertThat(read.kind()).isEqualTo(Parameter.Kind.OTHER);
    }
  }

  private ModelInferRequest randomRequest() {
    ModelInferRequest.Builder request = ModelInferRequest.newBuilder().setModelName(randomName());
    if (random.nextBoolean()) {
      request.setModelVersion(randomName());
    }
    if (random.nextBoolean()) {
      request.setId("id \u00e4 " + random.nextInt());
    }
    if (random.nextBoolean()) {
      request.putParameters("weighbridge_label", text(randomName()));
    }
    if (random.nextBoolean()) {
      request.putParameters("user", text("u" + random.nextInt()));
    }
    if (random.nextBoolean()) {
      request.putParameters("timeout", number(random.nextLong() >>> 1));
      request.putParameters("sequence_id", number(random.nextLong()));
    }
    if (random.nextBoolean()) {
      request.putParameters("x", InferParameter.newBuilder().setDoubleParam(1).build());
    }
    request.addInputsBuilder().setName("in").setDatatype("FP32").addShape(1);
    byte[] tensor =
        new byte[random.nextInt(4) == 0 ? random.nextInt(2 * LIMIT) : random.nextInt(20)];
    random.nextBytes(tensor);
    return request.addRawInputContents(ByteString.copyFrom(tensor)).build();
  }

  private String randomName() {
    return "m" + Integer.toString(random.nextInt(1 << (1 + random.nextInt(29))), 36);
  }

  private static InferParameter text(String value) {
    return InferParameter.newBuilder().setStringParam(value).build();
  }

  private static InferParameter number(long value) {
    return InferParameter.newBuilder().setInt64Param(value).build();
  }

  private byte[] mutate(byte[] bytes) {
    byte[] mutated = bytes.clone();
    for (int n = random.nextInt(3); n >= 0; n--) {
      int at = random.nextInt(mutated.length);
      switch (random.nextInt(4)) {
        case 0 -> mutated[at] = (byte) random.nextInt();
        case 1 -> mutated[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> {
          int from = random.nextInt(mutated.length);
          int count = Math.min(random.nextInt(12), mutated.length - Math.max(at, from));
          System.arraycopy(mutated, from, mutated, at, count);
        }
        default -> {
          byte[] shorter = new byte[Math.max(1, mutated.length - random.nextInt(3))];
          System.arraycopy(mutated, 0, shorter, 0, shorter.length);
          mutated = shorter;
        }
      }
    }
    return mutated;
  }
}
