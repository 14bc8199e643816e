package io.weighbridge.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.route.Ask;
import io.weighbridge.gateway.route.ModelRoute;
import io.weighbridge.gateway.route.ModelSpec;
import io.weighbridge.gateway.route.ModelSpec.PayloadDigest;
import io.weighbridge.gateway.route.ModelSpec.Range;
import io.weighbridge.gateway.route.ModelSpec.Sticky;
import io.weighbridge.gateway.route.ModelSpec.Version;
import io.weighbridge.gateway.route.Route;
import io.weighbridge.gateway.route.RouteTable;
import io.weighbridge.gateway.route.Router;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
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

/** Finding a call's model and choosing its version. Confined to the measuring thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class RouteBenchmark {
  private static final int BUCKETS = 1_000_000;
  private static final String DIGEST = "sha256:" + "0".repeat(64);

  /** Models in the table: the cost must not grow with them. */
  @Param({"10", "10000"})
  public int models;

  private RouteTable table = RouteTable.of(0, List.of(), new Slots());
  private byte[][] names = {};
  private int next;
  private final Router router = new Router(new Random(1));
  private final HostTable hosts = HostTable.empty();
  private final Ask unkeyed = new Ask();
  private final Ask keyed = new Ask();
  private final Ask labelled = new Ask();
  private final Route answer = new Route();

  /** Builds the table: two versions each, 90 % and 10 %. */
  @Setup
  public void setUp() {
    table =
        RouteTable.of(
            1, IntStream.range(0, models).mapToObj(i -> spec("m" + i)).toList(), new Slots());
    names =
        IntStream.range(0, models).mapToObj(i -> ("m" + i).getBytes(UTF_8)).toArray(byte[][]::new);
    keyed.key = "0b9f6d0e-5a3c-4d0a-9b61-7d0f7c8f2a11".getBytes(UTF_8);
    keyed.keyBytes = keyed.key.length;
    labelled.label = "canary".getBytes(UTF_8);
    labelled.labelBytes = labelled.label.length;
  }

  static ModelSpec spec(String name) {
    return new ModelSpec(
        name,
        1,
        2,
        new Sticky(Sticky.By.NOTHING, ""),
        List.of(new Version("1", DIGEST, 1), new Version("2", DIGEST, 2)),
        Map.of("stable", "1", "canary", "2"),
        List.of(new Range(0, 900_000, "1"), new Range(900_000, BUCKETS, "2")),
        null,
        PayloadDigest.BOTH,
        ModelSpec.SecondTry.NEVER);
  }

  /** By the bytes of its name, another model each time. */
  @Benchmark
  public @Nullable ModelRoute find() {
    byte[] name = names[next];
    next = next + 1 == names.length ? 0 : next + 1;
    return table.find(name, name.length);
  }

  /** The split by the loop's own draw. */
  @Benchmark
  public Route drawn() {
    return choose(unkeyed);
  }

  /** The split by a caller's sticky key of 36 bytes. */
  @Benchmark
  public Route keyed() {
    return choose(keyed);
  }

  /** A label named by the caller. */
  @Benchmark
  public Route labelled() {
    return choose(labelled);
  }

  private Route choose(Ask ask) {
    ModelRoute model = find();
    if (model == null) {
      throw new IllegalStateException("model " + next + " is not in the table");
    }
    router.choose(model, hosts, ask, answer);
    if (answer.target() == null) {
      throw new IllegalStateException("refused: " + answer.refusal());
    }
    return answer;
  }
}
