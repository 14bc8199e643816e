package io.weighbridge.conformance;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.lang.ArchRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Which way the house's packages may depend on each other, as rules of ArchUnit. */
final class HouseRules {
  private static final String HOUSE = "io.weighbridge.";
  private static final String GATEWAY = HOUSE + "gateway.";

  /** Questions a call is asked on its way, in the order of the path; none knows another. */
  static final List<String> STAGES =
      List.of(
          "identity",
          "peek",
          "route",
          "admission",
          "upstream",
          "attestation",
          "observe",
          "record",
          "shadow");

  /** What the stages stand on, lowest first; each knows only those before it. */
  private static final List<String> GROUND = List.of("http2", "grpc", "call");

  private HouseRules() {}

  /** All rules. */
  static List<ArchRule> all() {
    List<ArchRule> rules = new ArrayList<>();
    for (int i = 0; i < GROUND.size(); i++) {
      rules.add(knowsOnly(GROUND.get(i), GROUND.subList(0, i)));
    }
    for (String stage : STAGES) {
      rules.add(knowsOnly(stage, GROUND));
    }
    rules.add(knowsOnly("local", List.of("call", "observe", "route")));
    rules.add(knowsOnly("pipeline", with(STAGES, "http2", "grpc", "call", "local")));
    rules.add(knowsOnly("inbound", with(STAGES, "http2", "grpc", "call", "pipeline")));
    rules.add(knowsOnly("config", with(STAGES, "call")));
    rules.add(knowsOnly("control", with(STAGES, "call", "grpc", "config")));
    rules.add(onlyHttp2KnowsTheCodec());
    rules.add(nothingOfOursIsNettys());
    rules.add(thePathReadsItsLoopsClock());
    rules.add(moduleKnowsNone("ledger", "integrity", "gateway", "host", "cli"));
    rules.add(moduleKnowsNone("integrity", "ledger", "gateway", "host", "cli"));
    rules.add(moduleKnowsNone("gateway", "host", "cli"));
    rules.add(moduleKnowsNone("host", "ledger", "gateway", "cli"));
    rules.add(moduleKnowsNone("cli", "gateway", "host"));
    return rules;
  }

  private static List<String> with(List<String> some, String... more) {
    return Stream.concat(some.stream(), Stream.of(more)).toList();
  }

  private static ArchRule knowsOnly(String name, List<String> known) {
    String[] allowed =
        Stream.concat(Stream.of(name), known.stream())
            .map(each -> GATEWAY + each + "..")
            .toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(GATEWAY + name + "..")
        .should()
        .dependOnClassesThat(
            resideInAPackage(GATEWAY.replaceAll("\\.$", "") + "..")
                .and(resideOutsideOfPackages(allowed)))
        .as(name + " knows nothing of the gateway but " + known)
        .allowEmptyShould(true);
  }

  private static ArchRule onlyHttp2KnowsTheCodec() {
    return noClasses()
        .that()
        .resideInAPackage("io.weighbridge..")
        .and()
        .resideOutsideOfPackage(GATEWAY + "http2..")
        .should()
        .dependOnClassesThat(resideInAPackage("io.netty.handler.codec.http2.."))
        .as("only http2 knows Netty's HTTP/2 codec")
        .allowEmptyShould(true);
  }

  private static ArchRule nothingOfOursIsNettys() {
    return noClasses()
        .should()
        .resideInAnyPackage("io.netty..", "io.grpc..")
        .as("no class of ours is in another project's package");
  }

  /** Else a simulation in virtual time would be of some other gateway. */
  private static ArchRule thePathReadsItsLoopsClock() {
    return noClasses()
        .that()
        .resideInAnyPackage(GATEWAY + "http2..", GATEWAY + "upstream..", GATEWAY + "pipeline..")
        .should()
        .callMethod(System.class, "nanoTime")
        .as("the path reads no clock but its event loop's")
        .allowEmptyShould(true);
  }

  private static ArchRule moduleKnowsNone(String module, String... others) {
    String[] unknown = Stream.of(others).map(other -> HOUSE + other + "..").toArray(String[]::new);
    return noClasses()
        .that()
        .resideInAPackage(HOUSE + module + "..")
        .should()
        .dependOnClassesThat(resideInAnyPackage(unknown))
        .as("module " + module + " knows none of " + List.of(others))
        .allowEmptyShould(true);
  }
}
