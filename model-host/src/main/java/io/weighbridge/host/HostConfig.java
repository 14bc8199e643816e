package io.weighbridge.host;

import io.weighbridge.host.repository.ModelRepository;
import io.weighbridge.host.repository.Selection;
import io.weighbridge.host.serve.Limits;
import io.weighbridge.host.yaml.Problems;
import io.weighbridge.host.yaml.Section;
import io.weighbridge.integrity.CertificateFiles;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What host.yaml says. Immutable.
 *
 * @param key file of the host's signing key, created at first start
 * @param models empty: everything the repository holds
 * @param workers predictions computed at once
 * @param threadsPerCall threads the engine uses within one prediction
 */
record HostConfig(
    String id,
    Path key,
    Listen listen,
    Path repository,
    List<Selection> models,
    int workers,
    int threadsPerCall,
    Limits limits) {

  /**
   * Where it listens.
   *
   * @param tls null for plain text
   */
  record Listen(InetSocketAddress address, @Nullable CertificateFiles tls) {}

  private static final int WORKERS_MAX = 256;
  private static final int PORT_MAX = 65535;

  HostConfig {
    models = List.copyOf(models);
  }

  /** Reads the file's content; relative paths start at its folder. */
  static HostConfig read(Path file, byte[] content) throws Problems.BadFileException {
    Problems problems = new Problems(file.toString());
    Section root = Section.parse(content, problems);
    problems.throwIfAny();
    Path folder = file.toAbsolutePath().getParent();
    if (folder == null) {
      throw new IllegalArgumentException(file + " has no folder");
    }
    Section host = root.section("host");
    String id = host.text("id");
    if (!id.isEmpty() && !ModelRepository.isName(id)) {
      host.problem("id", "is \"" + id + "\", expected letters, digits, . _ -");
    }
    Path key = folder.resolve(host.text("key", id + ".key"));
    host.end();
    Listen listen = listen(root.section("listen"), folder);
    Path repository = folder.resolve(root.text("repository"));
    List<Selection> models = models(root);
    Section engine = root.section("engine");
    int cores = Runtime.getRuntime().availableProcessors();
    int workers = (int) engine.number("workers", cores, 1, WORKERS_MAX);
    int threadsPerCall = (int) engine.number("threads-per-call", 1, 1, WORKERS_MAX);
    engine.end();
    Limits limits = limits(root.section("limits"));
    root.end();
    problems.throwIfAny();
    return new HostConfig(id, key, listen, repository, models, workers, threadsPerCall, limits);
  }

  private static Listen listen(Section listen, Path folder) {
    Section infer = listen.section("infer");
    String text = infer.text("address");
    boolean insecure = infer.flag("insecure", false);
    CertificateFiles tls = tls(infer.section("tls"), folder);
    InetSocketAddress address = parse(infer, text);
    if (!address.getAddress().isLoopbackAddress() && !insecure && tls == null) {
      infer.problem(
          "address",
          "is \"%s\", beyond loopback and without tls; if that is wanted say insecure: true"
              .formatted(text));
    } else if (insecure && tls != null) {
      infer.problem("insecure", "is true beside tls; leave one of them out");
    }
    infer.end();
    listen.end();
    return new Listen(address, tls);
  }

  private static @Nullable CertificateFiles tls(Section section, Path folder) {
    String certificate = section.text("certificate", "");
    String key = section.text("key", "");
    String clientCa = section.text("client-ca", "");
    section.end();
    if (certificate.isEmpty() && key.isEmpty() && clientCa.isEmpty()) {
      return null;
    }
    if (certificate.isEmpty() || key.isEmpty()) {
      section.problem(
          certificate.isEmpty() ? "certificate" : "key", "is missing; tls needs both of them");
      return null;
    }
    return new CertificateFiles(
        folder.resolve(certificate),
        folder.resolve(key),
        clientCa.isEmpty() ? null : folder.resolve(clientCa));
  }

  private static InetSocketAddress parse(Section section, String text) {
    int colon = text.lastIndexOf(':');
    try {
      int port = Integer.parseInt(text.substring(colon + 1));
      String host = text.substring(0, Math.max(colon, 0)).replaceAll("^\\[(.*)]$", "$1");
      if (port >= 0 && port <= PORT_MAX && !host.isEmpty()) {
        return new InetSocketAddress(
            host.equals("localhost")
                ? InetAddress.getLoopbackAddress()
                : InetAddress.ofLiteral(host),
            port);
      }
    } catch (IllegalArgumentException e) {
      // Told below, as every other form.
    }
    if (!text.isEmpty()) {
      section.problem("address", "is \"" + text + "\", expected IP:PORT such as 127.0.0.1:9201");
    }
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  private static List<Selection> models(Section root) {
    List<Selection> models = new ArrayList<>();
    for (Section section : root.sections("models")) {
      String name = section.text("name");
      List<String> versions = section.texts("versions");
      requireName(section, "name", name);
      versions.forEach(version -> requireName(section, "versions", version));
      if (models.stream().anyMatch(model -> model.name().equals(name))) {
        section.problem("name", "\"" + name + "\" stands twice");
      }
      section.end();
      models.add(new Selection(name, versions));
    }
    return models;
  }

  private static void requireName(Section section, String key, String name) {
    if (!name.isEmpty() && !ModelRepository.isName(name)) {
      section.problem(key, "has \"" + name + "\", expected letters, digits, . _ -");
    }
  }

  private static Limits limits(Section section) {
    Limits or = Limits.DEFAULTS;
    Limits limits =
        new Limits(
            number(section, "message-bytes-max", or.messageBytesMax(), 1 << 10, 1 << 30),
            section.number("request-heap-bytes-max", or.requestHeapBytesMax(), 1 << 20, 1L << 40),
            number(section, "header-bytes-max", or.headerBytesMax(), 1 << 10, 1 << 20),
            number(section, "streams-max", or.streamsMax(), 1, 1 << 16),
            number(section, "connections-max", or.connectionsMax(), 1, 1 << 16),
            number(section, "resets-per-minute-max", or.resetsPerMinuteMax(), 1, 1 << 24),
            number(section, "queue-max", or.queueMax(), 1, 1 << 16),
            number(section, "drain-seconds", or.drainSeconds(), 0, 3600),
            number(section, "attestations-per-second-max", or.attestationsPerSecondMax(), 1, 1000));
    section.end();
    return limits;
  }

  private static int number(Section section, String key, int absent, int min, int max) {
    return (int) section.number(key, absent, min, max);
  }
}
