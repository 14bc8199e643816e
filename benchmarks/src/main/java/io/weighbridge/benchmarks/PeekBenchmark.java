package io.weighbridge.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.weighbridge.gateway.peek.ParameterNames;
import io.weighbridge.gateway.peek.Peek;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Walking one whole request message for its route. Confined to the measuring thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PeekBenchmark {
  /** Raw tensor of the request; beyond 32 KiB the message is routed before its end. */
  @Param({"1024", "131072"})
  public int tensorBytes;

  /** In how many pieces the message arrives. */
  @Param({"1", "4"})
  public int pieces;

  private final Peek peek = new Peek(Peek.PEEK_BYTES_MAX);
  private final ParameterNames watched = ParameterNames.of(List.of());
  private ByteBuf message = Unpooled.EMPTY_BUFFER;

  /** Makes the message, in direct memory as it is read from a socket. */
  @Setup
  public void setUp() {
    byte[] bytes = Requests.infer("minilm", tensorBytes);
    message = Unpooled.directBuffer(bytes.length).writeBytes(bytes);
  }

  /** The whole message, piece by piece. */
  @Benchmark
  public Peek.State walk() {
    int length = message.readableBytes();
    int step = (length + pieces - 1) / pieces;
    Peek.State state = peek.reset(Peek.Shape.INFER, length, watched);
    for (int at = 0; at < length; at += step) {
      state = peek.feed(message, at, Math.min(step, length - at));
    }
    if (state != Peek.State.COMPLETE) {
      throw new IllegalStateException("message not understood: " + state);
    }
    return state;
  }
}
