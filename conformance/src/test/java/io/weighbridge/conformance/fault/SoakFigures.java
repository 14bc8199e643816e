package io.weighbridge.conformance.fault;

import io.weighbridge.conformance.process.GatewayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What one gateway held over time, looked at after a collection each time. Used by one thread. */
final class SoakFigures {
  private static final double MIB = 1 << 20;

  private final GatewayProcess gateway;
  private final List<Sample> samples = new ArrayList<>();

  /** MiB, at a minute of the run. */
  record Sample(double minute, double heap, double direct, double held, double resident) {
    @Override
    public String toString() {
      return "%5.2f min: heap %6.1f, direct %6.1f, of it held %6.3f, resident %6.1f MiB"
          .formatted(minute, heap, direct, held, resident);
    }
  }

  /** MiB a minute by which each grew in the later part of the run. */
  record Slope(double heap, double resident) {
    @Override
    public String toString() {
      return "heap %+.2f, resident %+.2f MiB a minute".formatted(heap, resident);
    }
  }

  SoakFigures(GatewayProcess gateway) {
    this.gateway = gateway;
  }

  Sample take(double minute) throws IOException, InterruptedException {
    collect();
    Sample sample =
        new Sample(
            minute,
            gateway.metric("weighbridge_jvm_heap_used_bytes") / MIB,
            gateway.metric("weighbridge_jvm_direct_used_bytes") / MIB,
            gateway.metric("weighbridge_buffers_held_bytes") / MIB,
            resident());
    samples.add(sample);
    return sample;
  }

  Sample last() {
    return samples.getLast();
  }

  private void collect() throws IOException, InterruptedException {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process asking =
        new ProcessBuilder(jcmd.toString(), Long.toString(gateway.pid()), "GC.run")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    if (asking.waitFor() != 0) {
      throw new IOException("jcmd " + gateway.pid() + " GC.run: exit " + asking.exitValue());
    }
  }

  private double resident() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + gateway.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Double.parseDouble(line.replaceAll("\\D+", "")) / 1024;
      }
    }
    throw new IOException("no VmRSS of " + gateway.pid());
  }

  /** By least squares over the samples from this minute on. */
  Slope slope(double fromMinute) {
    List<Sample> later = samples.stream().filter(each -> each.minute >= fromMinute).toList();
    return new Slope(slope(later, Sample::heap), slope(later, Sample::resident));
  }

  private static double slope(List<Sample> over, ToDoubleFunction<Sample> figure) {
    double minutes = over.stream().mapToDouble(Sample::minute).average().orElseThrow();
    double level = over.stream().mapToDouble(figure).average().orElseThrow();
    double product = 0;
    double square = 0;
    for (Sample each : over) {
      product += (each.minute - minutes) * (figure.applyAsDouble(each) - level);
      square += (each.minute - minutes) * (each.minute - minutes);
    }
    return product / square;
  }
}
