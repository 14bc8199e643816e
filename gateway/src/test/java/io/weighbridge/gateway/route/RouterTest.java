package io.weighbridge.gateway.route;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.call.HostTable;
import io.weighbridge.gateway.call.Refusal;
import io.weighbridge.gateway.call.Slots;
import io.weighbridge.gateway.call.Target;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RouterTest {
  private final Router router = new Router(new Random(7));
  private final Ask ask = new Ask();
  private final Route answer = new Route();

  private static ModelRoute model(int canaryPpm) {
    ModelSpec spec =
        new ModelSpec(
            "m",
            1,
            2,
            new ModelSpec.Sticky(ModelSpec.Sticky.By.NOTHING, ""),
            List.of(new ModelSpec.Version("1", null, 0), new ModelSpec.Version("2", null, 0)),
            Map.of("canary", "2", "stable", "1"),
            List.of(
                new ModelSpec.Range(0, 1_000_000 - canaryPpm, "1"),
                new ModelSpec.Range(1_000_000 - canaryPpm, 1_000_000, "2")),
            "stable",
            ModelSpec.PayloadDigest.OFF,
            ModelSpec.SecondTry.NEVER);
    RouteTable table = RouteTable.of(1, List.of(spec), new Slots());
    return Objects.requireNonNull(table.find("m".getBytes(UTF_8), 1));
  }

  private static HostTable everywhere(ModelRoute model) {
    HostTable.Eligible[][] bySlot = new HostTable.Eligible[8][0];
    for (Target target : model.targets()) {
      bySlot[target.slot()] = new HostTable.Eligible[1];
    }
    return new HostTable(bySlot);
  }

  private String choose(ModelRoute model, HostTable hosts) {
    router.choose(model, hosts, ask, answer);
    Target target = answer.target();
    return target == null ? String.valueOf(answer.refusal()) : target.version();
  }

  @Test
  void anyThousandDrawsInARowHoldTheShareToWithinOneCall() {
    ModelRoute tenPercent = model(100_000);
    HostTable hosts = everywhere(tenPercent);
    ArrayDeque<Integer> window = new ArrayDeque<>();
    int inCanary = 0;
    for (int i = 0; i < 50_000; i++) {
      int canary = choose(tenPercent, hosts).equals("2") ? 1 : 0;
      window.add(canary);
      inCanary += canary;
      if (window.size() > 1_000) {
        inCanary -= window.remove();
        assertThat(inCanary).as("calls in the canary up to call %d", i).isBetween(99, 101);
      }
    }
    assertThat(answer.rule()).isEqualTo(Route.Rule.SPLIT_DRAW);
  }

  @Test
  void aKeyStaysOnItsBucket() {
    ModelRoute half = model(500_000);
    HostTable hosts = everywhere(half);
    ask.key = "user-17".getBytes(UTF_8);
    ask.keyBytes = ask.key.length;
    String first = choose(half, hosts);
    int bucket = answer.bucket();

    for (int i = 0; i < 100; i++) {
      assertThat(choose(half, hosts)).isEqualTo(first);
      assertThat(answer.bucket()).isEqualTo(bucket);
    }
    assertThat(answer.rule()).isEqualTo(Route.Rule.SPLIT_KEY);
  }

  @Test
  void aVersionOrLabelAskedForWinsAndIsNeverReplaced() {
    ModelRoute none = model(0);
    ask.version = "2".getBytes(UTF_8);
    ask.versionBytes = 1;

    assertThat(choose(none, HostTable.empty())).isEqualTo("2");
    assertThat(answer.rule()).isEqualTo(Route.Rule.VERSION);

    ask.version = "canary".getBytes(UTF_8);
    ask.versionBytes = 6;
    assertThat(choose(none, HostTable.empty())).isEqualTo("2");
    assertThat(answer.rule()).isEqualTo(Route.Rule.LABEL);

    ask.version = "9".getBytes(UTF_8);
    ask.versionBytes = 1;
    assertThat(choose(none, HostTable.empty())).isEqualTo(Refusal.VERSION_UNKNOWN.toString());
  }

  @Test
  void theSplitFallsBackToTheLabelNamedForThat() {
    ModelRoute all = model(1_000_000);

    assertThat(choose(all, HostTable.empty())).isEqualTo("1");
    assertThat(answer.rule()).isEqualTo(Route.Rule.UNROUTABLE_LABEL);
  }

  @Test
  void whatFellBackGoesBackOnceItsVersionHasAHost() {
    ModelRoute all = model(1_000_000);
    choose(all, HostTable.empty());
    assertThat(answer.rule()).isEqualTo(Route.Rule.UNROUTABLE_LABEL);
    assertThat(Router.holds(answer, all, HostTable.empty())).isTrue();
    assertThat(Router.holds(answer, all, everywhere(all))).isFalse();
    assertThat(Router.holds(answer, model(0), everywhere(all))).isTrue();
  }
}
