package io.weighbridge.cli.demo;

import io.weighbridge.cli.connect.Endpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * One process of the demo, started through the launcher as a user would. Thread-safe.
 *
 * <p>It writes to files, not to pipes, so that it can outlive the demo.
 */
final class Program {
  private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final int TAIL_LINES = 12;

  private final String name;
  private final Process process;
  private final Path out;
  private final Path err;

  private Program(String name, Process process, Path out, Path err) {
    this.name = name;
    this.process = process;
    this.out = out;
    this.err = err;
  }

  /**
   * Starts {@code weighbridge COMMAND --config FILE}.
   *
   * @param run distinguishes the logs of several starts
   */
  static Program start(Path home, String command, Path config, Path logs, String name, int run)
      throws IOException {
    Path out = logs.resolve(name + "-" + run + ".out");
    Path err = logs.resolve(name + "-" + run + ".log");
    ProcessBuilder builder =
        new ProcessBuilder(
            home.resolve("weighbridge").toString(), command, "--config", config.toString());
    // The demo was built a moment ago; a source file touched since must not stop it half-way.
    builder.environment().put("WEIGHBRIDGE_BUILD", "no");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    return new Program(name, builder.start(), out, err);
  }

  String name() {
    return name;
  }

  ProcessHandle handle() {
    return process.toHandle();
  }

  /** Waits until it named the address of each of these listeners on a line {@code ready ...}. */
  Map<String, Endpoint> awaitReady(List<String> listeners, long timeoutNs) throws IOException {
    long deadlineNs = System.nanoTime() + timeoutNs;
    while (System.nanoTime() < deadlineNs) {
      Map<String, Endpoint> found = readyLines();
      if (found.keySet().containsAll(listeners)) {
        return found;
      }
      if (!process.isAlive()) {
        throw new NotObserved(name + " ended with exit code " + process.exitValue() + tail());
      }
      LockSupport.parkNanos(POLL_NS);
    }
    throw new NotObserved(name + " did not become ready in time" + tail());
  }

  /** Waits until so many lines of its log have all of these words. */
  void awaitLog(int lineCount, long timeoutNs, String... words) throws IOException {
    long deadlineNs = System.nanoTime() + timeoutNs;
    while (linesWith(words) < lineCount) {
      if (System.nanoTime() > deadlineNs) {
        throw new NotObserved(name + " to log " + List.of(words) + tail());
      }
      LockSupport.parkNanos(POLL_NS);
    }
  }

  private long linesWith(String... words) throws IOException {
    return Files.readString(err, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> Stream.of(words).allMatch(line::contains))
        .count();
  }

  private Map<String, Endpoint> readyLines() throws IOException {
    Map<String, Endpoint> found = new HashMap<>();
    for (String line : Files.readString(out, StandardCharsets.UTF_8).lines().toList()) {
      if (line.startsWith("ready ")) {
        readyLine(line, found);
      }
    }
    return found;
  }

  private static void readyLine(String line, Map<String, Endpoint> found) {
    for (String word : line.substring("ready ".length()).split(" ", -1)) {
      int equals = word.indexOf('=');
      if (equals > 0) {
        found.put(
            word.substring(0, equals),
            Endpoint.parse(word.substring(equals + 1), "ready", "127.0.0.1:9000"));
      }
    }
  }

  /** The last lines of its log, ready to append to a message. */
  String tail() throws IOException {
    List<String> lines = Files.readString(err, StandardCharsets.UTF_8).lines().toList();
    StringBuilder tail = new StringBuilder();
    for (String line : lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size())) {
      tail.append("\n    ").append(name).append(" | ").append(line);
    }
    return tail.toString();
  }

  /** SIGKILL, and waits until it is gone. */
  void kill() {
    process.destroyForcibly();
    join(process.toHandle());
  }

  /** SIGTERM; whether it drained and exited with 0 in time. */
  boolean stop(long timeoutSeconds) throws InterruptedException {
    process.destroy();
    return process.waitFor(timeoutSeconds, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  /** Tells it to read its files again: SIGHUP. */
  void hangUp() throws IOException {
    Process sender =
        new ProcessBuilder("/bin/sh", "-c", "kill -HUP " + process.pid()).inheritIO().start();
    join(sender.toHandle());
    if (sender.exitValue() != 0) {
      throw new IOException("cannot send SIGHUP to " + name);
    }
  }

  private static void join(ProcessHandle handle) {
    handle.onExit().join();
  }
}
