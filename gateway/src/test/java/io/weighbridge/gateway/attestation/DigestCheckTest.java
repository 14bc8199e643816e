package io.weighbridge.gateway.attestation;

import static io.weighbridge.gateway.attestation.Statements.BAD;
import static io.weighbridge.gateway.attestation.Statements.GOOD;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.util.AsciiString;
import io.weighbridge.gateway.attestation.DigestCheck.Verdict;
import io.weighbridge.gateway.call.HostTable.Eligible;
import io.weighbridge.gateway.call.HostTable.Proof;
import io.weighbridge.gateway.call.Target;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigestCheckTest {
  private static final Target TARGET = new Target("m", "1", 0, GOOD, 0);

  @Test
  void theProvedDigestAndGenerationMatch() {
    assertThat(judge(GOOD, "10", 10)).isEqualTo(Verdict.MATCH);
    assertThat(judge(GOOD, "9223372036854775807", Long.MAX_VALUE)).isEqualTo(Verdict.MATCH);
    assertThat(judge(new AsciiString(GOOD), new AsciiString("0"), 0)).isEqualTo(Verdict.MATCH);
  }

  @ParameterizedTest
  @ValueSource(strings = {"11", "1", "0", "", "010", "110", "10 ", "x0", "-10", "1a"})
  void theDigestDecidesWhateverTheGeneration(String generation) {
    assertThat(judge(GOOD, generation, 10)).isEqualTo(Verdict.MATCH_OTHER_GENERATION);
  }

  @Test
  void aMissingGenerationIsAnotherOne() {
    assertThat(judge(GOOD, null, 10)).isEqualTo(Verdict.MATCH_OTHER_GENERATION);
  }

  @Test
  void anyOtherTextIsAMismatch() {
    assertThat(judge(BAD, "10", 10)).isEqualTo(Verdict.MISMATCH);
    assertThat(judge("", "10", 10)).isEqualTo(Verdict.MISMATCH);
    assertThat(judge(GOOD + " ", "10", 10)).isEqualTo(Verdict.MISMATCH);
    assertThat(judge(GOOD.toUpperCase(Locale.ROOT), "10", 10)).isEqualTo(Verdict.MISMATCH);
    assertThat(judge(GOOD.substring(0, GOOD.length() - 1), "10", 10)).isEqualTo(Verdict.MISMATCH);
  }

  @Test
  void noDigestIsMissing() {
    assertThat(judge(null, "10", 10)).isEqualTo(Verdict.MISSING);
  }

  @Test
  void nothingIsCheckedWhereNothingIsExpected() {
    Target open = new Target("m", "1", 0, null, 0);
    assertThat(DigestCheck.judge(open, eligible(0), BAD, null)).isEqualTo(Verdict.UNCHECKED);
  }

  @Test
  void allocatesNothing() {
    AsciiString digest = new AsciiString(GOOD);
    AsciiString generation = new AsciiString("10");
    Eligible eligible = eligible(10);
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    judgeMany(eligible, digest, generation);
    long before = threads.getCurrentThreadAllocatedBytes();
    judgeMany(eligible, digest, generation);
    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 20_000).isZero();
  }

  private static void judgeMany(Eligible eligible, AsciiString digest, AsciiString generation) {
    for (int i = 0; i < 20_000; i++) {
      if (DigestCheck.judge(TARGET, eligible, digest, generation) != Verdict.MATCH) {
        throw new AssertionError();
      }
    }
  }

  private static Verdict judge(
      @Nullable CharSequence digest, @Nullable CharSequence generation, long proved) {
    return DigestCheck.judge(TARGET, eligible(proved), digest, generation);
  }

  private static Eligible eligible(long generation) {
    return new Eligible(Statements.host(0), Proof.VERIFIED, "a", "", generation, 1, 0);
  }
}
