package io.weighbridge.benchmarks;

import io.weighbridge.integrity.Digest;
import java.security.DigestException;
import java.security.MessageDigest;
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

/** SHA-256 of one message, as it goes into the record. Confined to the measuring thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class DigestBenchmark {
  /** Bytes of the message. */
  @Param({"1024", "131072"})
  public int messageBytes;

  private final byte[] digest = new byte[Digest.SIZE_BYTES];
  private MessageDigest sha256 = Digest.newSha256();
  private byte[] message = new byte[0];

  /** Makes the message. */
  @Setup
  public void setUp() {
    message = Requests.infer("minilm", messageBytes);
    sha256 = Digest.newSha256();
  }

  /** With a reused object and a reused result: what the path of a call pays. */
  @Benchmark
  public byte[] reused() throws DigestException {
    sha256.update(message, 0, message.length);
    sha256.digest(digest, 0, digest.length);
    return digest;
  }

  /** With a new digest object each: what anything off the path pays. */
  @Benchmark
  public Digest fresh() {
    return Digest.sha256(message);
  }
}
