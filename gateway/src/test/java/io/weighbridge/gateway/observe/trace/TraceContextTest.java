package io.weighbridge.gateway.observe.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import io.netty.util.AsciiString;
import java.lang.management.ManagementFactory;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
  private static final String SAMPLED = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  private final TraceContext context = new TraceContext();
  private final TraceStart exporting = TraceStart.exporting(new SplittableRandom(1), 0.01);

  @Test
  void followsTheCallersTraceWithASpanOfItsOwn() {
    exporting.begin(context, new AsciiString(SAMPLED));
    assertThat(context.inherited()).isTrue();
    assertThat(context.traceIdHigh()).isEqualTo(0x0af7651916cd43ddL);
    assertThat(context.traceIdLow()).isEqualTo(0x8448eb211c80319cL);
    assertThat(context.parentSpanId()).isEqualTo(0xb7ad6b7169203331L);
    assertThat(context.sampled()).isTrue();
    assertThat(context.spanId()).isNotZero().isNotEqualTo(context.parentSpanId());
    assertThat(written())
        .startsWith("00-0af7651916cd43dd8448eb211c80319c-")
        .endsWith("-01")
        .contains(String.format("%016x", context.spanId()));
  }

  @Test
  void followsTheCallersDecisionNotToSample() {
    exporting.begin(context, new AsciiString(SAMPLED.replaceAll("01$", "00")));
    assertThat(context.inherited()).isTrue();
    assertThat(context.sampled()).isFalse();
    assertThat(written()).endsWith("-00");
  }

  @Test
  void passesTheCallersContextUnchangedWhileTracingIsOff() {
    TraceStart passing = TraceStart.passing(new SplittableRandom(1));
    passing.begin(context, new AsciiString(SAMPLED));
    assertThat(context.inherited()).isTrue();
    assertThat(context.present()).isTrue();
    assertThat(context.sampled()).isFalse();
    assertThat(context.text().toString()).isEqualTo(SAMPLED);
    passing.begin(context, null);
    assertThat(context.inherited()).isFalse();
    assertThat(context.present()).isFalse();
  }

  @Test
  void samplesThisShareOfTracesItBegins() {
    int sampled = 0;
    for (int i = 0; i < 100_000; i++) {
      exporting.begin(context, null);
      assertThat(context.inherited()).isFalse();
      assertThat(context.present()).isTrue();
      assertThat(context.parentSpanId()).isZero();
      sampled += context.sampled() ? 1 : 0;
    }
    assertThat(sampled).isBetween(850, 1_150);
  }

  @Test
  void ratioOfNoneAndAllAreExact() {
    TraceStart none = TraceStart.exporting(new SplittableRandom(1), 0);
    TraceStart all = TraceStart.exporting(new SplittableRandom(1), 1);
    for (int i = 0; i < 10_000; i++) {
      none.begin(context, null);
      assertThat(context.sampled()).isFalse();
      all.begin(context, null);
      assertThat(context.sampled()).isTrue();
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TraceStart.exporting(new SplittableRandom(1), 1.01));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TraceStart.exporting(new SplittableRandom(1), Double.NaN));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "00",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
        "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "0x-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g",
        "00_0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331_01",
        "00-0af7651916cd43dd8448eb211c8031\u00e9c-b7ad6b7169203331-01",
      })
  void beginsATraceOfItsOwnWhenTheHeaderIsInvalid(String traceparent) {
    exporting.begin(context, new AsciiString(traceparent));
    assertThat(context.inherited()).isFalse();
    assertThat(context.present()).isTrue();
    assertThat(context.parentSpanId()).isZero();
    assertThat(context.traceIdHigh()).isNotEqualTo(0x0af7651916cd43ddL);
  }

  @Test
  void readsLaterVersionsAsFarAsItKnowsThem() {
    exporting.begin(context, new AsciiString(SAMPLED.replaceFirst("^00", "cc") + "-more"));
    assertThat(context.inherited()).isTrue();
    assertThat(context.sampled()).isTrue();
    assertThat(written()).startsWith("00-");
  }

  @Test
  void allocatesNothing() {
    AsciiString header = new AsciiString(SAMPLED);
    byte[] out = new byte[TraceContext.TEXT_LENGTH];
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    beginMany(header, out);
    long before = threads.getCurrentThreadAllocatedBytes();
    beginMany(header, out);
    assertThat((threads.getCurrentThreadAllocatedBytes() - before) / 20_000).isZero();
  }

  private void beginMany(AsciiString header, byte[] out) {
    for (int i = 0; i < 20_000; i++) {
      exporting.begin(context, i % 2 == 0 ? header : null);
      context.write(out);
    }
  }

  private String written() {
    byte[] out = new byte[TraceContext.TEXT_LENGTH];
    context.write(out);
    return new String(out, US_ASCII);
  }
}
