package io.weighbridge.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.peek.ParameterNames;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What is said of a gateway.yaml that is wrong: each problem with its line, all of them at once.
 */
final class GatewayConfigProblemsTest {
  private static final String D1 = "sha256:" + "1".repeat(64);

  @TempDir Path folder;

  /** Column one is the file, lines divided by "|"; column two the only problem, after the file. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "gateway: {id: g} => ",
        "gateway: {} => 1: id: missing in gateway",
        "gateway: {id: 'a b'} => 1: id: found \"a b\", allowed is [A-Za-z0-9][A-Za-z0-9._-]{0,63}",
        "gateway: {id: [g]} => 1: id: found a list, allowed is one value",
        "gateway: {id: !x g} => 1: id: found the tag !x, allowed is one value",
        "gateway: g => 1: gateway: found \"g\", allowed is a section of keys",
        "gateway: {id: g, id: h} => 1: id: stands here twice in gateway",
        "gateway: {id: g}|listne: {} => 2: listne: unknown in the file; did you mean listen?",
        "gateway: {id: g}|zzz: {} => 2: zzz: unknown in the file, allowed is callers, gateway, hosts, keys,"
            + " ledger, limits, listen, models, rates, routes, tracing",
        "gateway: {id: g}|listen: {predict: {address: '0.0.0.0:1'}} => 2: address: found 0.0.0.0,"
            + " which is beyond loopback; allowed is 127.0.0.1, [::1] or localhost, or give it tls, or"
            + " say insecure: true",
        "gateway: {id: g}|listen: {admin: {address: '127.0.0.1:9000'}} => 2: admin: found port 9000,"
            + " which predict has; each needs one of its own",
        "gateway: {id: g}|listen: {http: {address: '0.0.0.0:9001', insecure: true}} => 2: http: found"
            + " port 9001, which admin has; each needs one of its own",
        "gateway: {id: g}|listen: {admin: {address: '1:2:3'}} => 2: address: found \"1:2:3\", allowed"
            + " is HOST:PORT or [IPV6]:PORT with a port up to 65535",
        "gateway: {id: g}|listen: {http: {address: '127.0.0.1:65536'}} => 2: address: found"
            + " \"127.0.0.1:65536\", allowed is HOST:PORT or [IPV6]:PORT with a port up to 65535",
        "gateway: {id: g}|listen: {http: {insecure: yes}} => 2: insecure: found \"yes\", allowed is"
            + " true or false",
        "gateway: {id: g}|ledger: {ack: durable} => 2: ack: found \"durable\", allowed is written",
        "gateway: {id: g}|ledger: {calls: some} => 2: calls: found \"some\", allowed is recorded or"
            + " counted",
        "gateway: {id: g}|ledger: {calls: counted, on-failure: refuse} => 2: on-failure: found refuse,"
            + " allowed is serve: calls: counted records no call",
        "gateway: {id: g}|ledger: {calls: counted}|models: [{name: m, integrity: none, versions: [{version: a}],"
            + " payload-digest: request}] => 3: payload-digest: a hash has no record to go into, for"
            + " the ledger has calls: counted; leave it out",
        "gateway: {id: g}|ledger: {on-failure: panic} => 2: on-failure: found \"panic\", allowed is"
            + " refuse or serve",
        "gateway: {id: g}|tracing: {sample: 101%} => 2: sample: found \"101%\", allowed is 0% to 100%"
            + " with up to four decimals",
        "gateway: {id: g}|tracing: {endpoint: here} => 2: endpoint: found \"here\", allowed is"
            + " http://HOST:PORT or nothing",
        "gateway: {id: g}|limits: {drain-max: 30} => 2: drain-max: found \"30\", allowed is a duration"
            + " such as 50ms, 10s, 5m, 1h or 7d",
        "gateway: {id: g}|limits: {peek-bytes-max: 1KB} => 2: peek-bytes-max: found \"1KB\", allowed"
            + " is a size such as 512B, 32KiB, 64MiB or 1GiB",
        "gateway: {id: g}|limits: {resets-per-second-max: -1} => 2: resets-per-second-max: found \"-1\", allowed is a whole"
            + " number",
        "gateway: {id: g}|limits: {resets-per-second-max: 0} => 2: resets-per-second-max: found 0, allowed is 1 to 1000000"
            + " (default 2000)",
        "gateway: {id: g}|limits: {stale-max: 999999999999d} => 2: stale-max: found"
            + " \"999999999999d\", which is too large",
        "gateway: {id: g}|limits:|  peek-bytes-max: 64KiB|  stream-window-bytes: 64KiB => 3:"
            + " peek-bytes-max: must be smaller than stream-window-bytes, or a caller stalls",
        "gateway: {id: g}|hosts: {} => 2: hosts: found a section, allowed is a list",
        "gateway: {id: g}|hosts: [{id: h, serves: [{model: m, version: v}]}]|models: [{name: m, integrity: none,"
            + " versions: [{version: v}]}] => 2: address: missing in hosts",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', health-check: ping, serves: [{model: m,"
            + " version: v}]}]|models: [{name: m, integrity: none, versions: [{version: v}]}] => 2: health-check:"
            + " found \"ping\", allowed is model-ready or server-ready or grpc-health or none",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1'}] => 2: hosts: h has no key and serves"
            + " nothing: give it a key, say what it serves, or name it in routes",
        "gateway: {id: g}|routes: [{service: a.B, hosts: [x]}] => 2: hosts: found \"x\", which is not"
            + " in hosts",
        "gateway: {id: g}|routes: [{service: a.B, hosts: [x, x]}]|hosts: [{id: x, address: 'x:1'}] => 2: hosts:"
            + " \"x\" stands here twice",
        "gateway: {id: g}|routes: [{service: a.B}] => 2: hosts: found none, allowed are ids of hosts",
        "gateway: {id: g}|routes: [{method: a.B, hosts: [x]}]|hosts: [{id: x, address: 'x:1'}] => 2: method: found \"a.B\", allowed is"
            + " [A-Za-z_]\\w*(\\.[A-Za-z_]\\w*)*/[A-Za-z_]\\w*",
        "gateway: {id: g}|routes: [{service: grpc.health.v1.Health, hosts: [x]}]|hosts: [{id: x, address:"
            + " 'x:1', serves: [{model: m, version: v}]}]|models: [{name: m, integrity: none, versions:"
            + " [{version: v}]}] => 2: service: found"
            + " \"grpc.health.v1.Health\", which the gateway serves itself",
        "gateway: {id: g}|routes: [{service: a.B, hosts: [x], authentication: off}]|hosts: [{id: x, address:"
            + " 'x:1'}] => 2: authentication: found \"off\", allowed is key or none",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:0', serves: [{model: m, version: v}]}]|models: [{name: m,"
            + " integrity: none, versions: [{version: v}]}] => 2: address: found port 0, allowed is 1 to 65535",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', serves: [{model: m, version: v}]}] => 2:"
            + " model: found \"m\", which is not in models",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', serves: [{model: m, version: w}]}]|models: [{name: m,"
            + " integrity: none, versions: [{version: v}]}] => 2: version: found \"w\", which is no version of m",
        "gateway: {id: g}|hosts: [{id: h, address: 'a:1', serves: [{model: m, version: v}, {model: m, version:"
            + " v}]}]|models: [{name: m, integrity: none, versions: [{version: v}]}] => 2: serves: \"m v\" stands"
            + " here twice",
        "gateway: {id: g}|listen: {predict: {address: '127.0.0.1:0'}, http: {address: '127.0.0.1:0'}} => ",
        "gateway: {id: g}|tracing: {endpoint: 'http://${COLLECTOR}:4318'} => 2: endpoint: found"
            + " \"http://${COLLECTOR}:4318\", allowed is http://HOST:PORT or nothing",
        "gateway: {id: g}|tracing: {endpoint: 'http://[::1'} => 2: endpoint: found \"http://[::1\", allowed is"
            + " http://HOST:PORT or nothing",
        "gateway: {id: g}|tracing: {endpoint: 'http://collector:port'} => 2: endpoint: found"
            + " \"http://collector:port\", allowed is http://HOST:PORT or nothing",
        "gateway: {id: g}|tracing: {endpoint: 'https://[::1]:4317'} => ",
        "gateway: {id: g}|limits: {drain-max: [1s]} => 2: drain-max: found a list, allowed is one value",
        "gateway: {id: g}|rates: [{tenant: t, rate: [1]}] => 2: rate: found a list, allowed is one value",
        "gateway: {id: g}||limits: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[ => 3: nested deeper than 32",
        "gateway: {id: g}|#|# \u0007 x => 3: the character U+0007, which YAML does not allow",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1000000/s, burst: 1000000}] => ",
        "gateway: {id: g}|rates: [{tenant: t, rate: 3600000000/h}] => 2: rate: found \"3600000000/h\", allowed is"
            + " 1/h to 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1000001/s}] => 2: rate: found \"1000001/s\", allowed is"
            + " 1/h to 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t, rate: 0/s}] => 2: rate: found \"0/s\", allowed is 1/h to"
            + " 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t, rate: 10}] => 2: rate: found \"10\", allowed is 1/h to"
            + " 1000000/s, such as 100/s, 600/m or 50/h",
        "gateway: {id: g}|rates: [{tenant: t}] => 2: rate: missing in rates",
        "gateway: {id: g}|rates: [{rate: 1/s}] => 2: tenant: missing in rates",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1/s, burst: 0}] => 2: burst: found 0, allowed is 1 to 1000000",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1/s, burst: 1000001}] => 2: burst: found 1000001, allowed is"
            + " 1 to 1000000",
        "gateway: {id: g}|rates: [{tenant: '*', principal: p, rate: 1/s}] => 2: principal: a caller is named"
            + " together with its tenant",
        "gateway: {id: g}|rates: [{tenant: t, rate: 1/s}, {tenant: t, rate: 2/s}] => 2: rates: tenant t stands"
            + " here twice",
        "[] => 1: the file: found a list, allowed is a section of keys",
        "gateway: {id: g => 1: expected ',' or '}', but got <stream end>",
        "gateway: {id: g}|---|a: b => 2: but found another document",
        "'' => 1: the file is empty",
      })
  void saysWhatIsWrongAndWhere(String text, String problem) throws IOException {
    Path file = file(text.replace('|', '\n'));
    List<String> expected = problem == null ? List.of() : List.of(file + ":" + problem);
    assertThat(problemsOf(file)).isEqualTo(expected);
  }

  private static final String MODEL =
      """
      gateway: {id: g}
      models:
      - name: m
        integrity: none
        versions: [{version: a}, {version: b}]
      """;

  @ParameterizedTest
  @CsvSource(
      delimiterString = " => ",
      value = {
        "split: {a: 100%} => ",
        "split: {a: 50%, b: 49.9%} => 6: split: adds up to 99.9%, allowed is 100%",
        "split: {a: 50%, c: 50%} => 6: split: found \"c\", allowed is one of [a, b]",
        "sticky: caller => 3: split: adds up to 0.0%, allowed is 100%",
        "split: {a: 100%}|  labels: {x: c} => 7: labels: x names \"c\", allowed is one of [a, b]",
        "split: {a: 100%}|  labels: {b: a} => 7: labels: \"b\" is a version's name",
        "split: {a: 100%}|  sticky: header => 7: sticky: found \"header\", allowed is caller, header"
            + " NAME (lower case) or parameter NAME",
        "split: {a: 100%}|  sticky: header X-User => 7: sticky: found \"header X-User\", allowed is"
            + " caller, header NAME (lower case) or parameter NAME",
        "split: {a: 100%}|  on-unroutable: x => 7: on-unroutable: found \"x\", allowed is one of []",
        "split: {a: 100%}|  hedge: true => 7: hedge: a call runs twice then, which only idempotent: true allows",
        "split: {a: 100%}|  idempotent: yes => 7: idempotent: found \"yes\", allowed is true or false",
        "split: {a: 100%}|  in-flight-max: 1000000 => ",
        "split: {a: 100%}|  in-flight-max: 0 => 7: in-flight-max: found 0, allowed is 1 to 1000000",
        "split: {a: 100%}|  in-flight-max: 1000001 => 7: in-flight-max: found 1000001, allowed is 1 to 1000000",
        "split: {a: 100%}|  payload-digest: all => 7: payload-digest: found \"all\", allowed is off or"
            + " request or both",
        "split: {a: 100%}|- {name: m, integrity: none, versions: [{version: a}]} => 3: models: \"m\""
            + " stands here twice",
        "split: {a: 100%}|- {name: n, versions: [{version: a}]} => 7: versions: version \"a\" has no"
            + " digest; add digest: sha256:<hex>, or say integrity: none",
        "split: {a: 100%}|- {name: n, versions: [{version: a, digest: x}]} => 7: digest: found \"x\","
            + " allowed is sha256: and 64 lower-case hex digits",
      })
  void saysWhatIsWrongWithAModel(String text, String problem) throws IOException {
    Path file = file(MODEL + "  " + text.replace('|', '\n'));
    if (problem == null) {
      assertThat(problemsOf(file)).isEmpty();
    } else {
      assertThat(problemsOf(file)).contains(file + ":" + problem);
    }
  }

  @Test
  void listsAllProblemsAtOnceInTheOrderOfTheFile() throws IOException {
    Path file =
        file(
            """
            gateway: {id: g, stat: x}
            limits: {drain-max: 1, resets-per-second-max: x}
            keys: {file: none.yaml}
            hosts: [{address: q}]
            """);
    assertThat(problemsOf(file))
        .satisfiesExactly(
            line -> assertThat(line).startsWith(file + ":1: stat: unknown").endsWith("state?"),
            line -> assertThat(line).startsWith(file + ":2: drain-max"),
            line -> assertThat(line).startsWith(file + ":2: resets-per-second-max"),
            line -> assertThat(line).startsWith(file + ":3: file: found"),
            line -> assertThat(line).startsWith(file + ":4: id: missing"),
            line -> assertThat(line).startsWith(file + ":4: address: found \"q\""));
  }

  @Test
  void namesOfWhatIsNotThereAreListedBesideWhateverElseIsWrong() throws IOException {
    Path file =
        file(
            """
            gateway: {id: g}
            limits: {drain-maxx: 1s}
            hosts:
            - {id: a, address: 'a:1', serves: [{model: m, version: '1'}]}
            - {id: b, address: 'b:1'}
            routes:
            - {service: x.Y, hosts: [c]}
            - {service: x.Z,
               hosts: [d]}
            callers:
            - {certificate: 'DNS:x', tenant: t, principal: p, models: ['*']}
            """);
    assertThat(problemsOf(file).stream().map(line -> line.replace(file + ":", "")).toList())
        .satisfiesExactly(
            line -> assertThat(line).startsWith("2: drain-maxx: unknown"),
            line -> assertThat(line).isEqualTo("4: model: found \"m\", which is not in models"),
            line -> assertThat(line).isEqualTo("7: hosts: found \"c\", which is not in hosts"),
            line -> assertThat(line).isEqualTo("9: hosts: found \"d\", which is not in hosts"),
            line -> assertThat(line).startsWith("11: callers: certificates are asked for only"));
  }

  @Test
  void callsAreStickyByNoMoreParametersThanAreLookedFor() throws IOException {
    StringBuilder models = new StringBuilder("gateway: {id: g}\nmodels:\n");
    for (int i = 0; i < ParameterNames.STICKY_MAX; i++) {
      models.append(sticky("m" + i, "p" + i));
    }
    String most = models + sticky("again", "p0");
    assertThat(problemsOf(file(most))).isEmpty();
    Path file = file(most + sticky("more", "p"));
    assertThat(problemsOf(file))
        .containsExactly(
            file + ":3: models: found 61 different parameters in sticky, allowed are 60");
  }

  private static String sticky(String model, String parameter) {
    return "- {name: "
        + model
        + ", integrity: none, versions: [{version: a}], sticky: parameter "
        + parameter
        + "}\n";
  }

  @Test
  void aByteThatIsNoTextIsFoundInItsLine() throws IOException {
    Path file = folder.resolve("gateway.yaml");
    Files.write(file, "gateway: {id: g}\n#\n# \u00e9".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(problemsOf(file)).containsExactly(file + ":3: a byte that is not UTF-8");
  }

  @Test
  void aFileThatCannotBeReadIsAProblem() {
    Path file = folder.resolve("absent.yaml");
    assertThat(problemsOf(file)).singleElement().asString().contains(file + ":1: cannot be read");
  }

  @Test
  void anAttestedModelNeedsHostsWithKeys() throws IOException {
    Path file =
        file(
            """
            gateway: {id: g}
            hosts: [{id: h, address: 'a:1', serves: [{model: m, version: a}]}]
            models: [{name: m, versions: [{version: a, digest: "D1"}]}]
            """
                .replace("D1", D1));
    assertThat(problemsOf(file))
        .containsExactly(
            file
                + ":2: model: m is attested, and a host without a key proves nothing: give the host"
                + " a key, or the model integrity: none");
  }

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("gateway.yaml"), text);
  }

  private static List<String> problemsOf(Path file) {
    try {
      GatewayConfig.load(file);
      return List.of();
    } catch (ConfigException e) {
      return e.problems();
    }
  }
}
