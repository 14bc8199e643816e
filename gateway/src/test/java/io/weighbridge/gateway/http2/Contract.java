package io.weighbridge.gateway.http2;

import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;

/** What every part of the contract asks of the test of one transport. */
interface Contract {
  /** Makes the transport under test. */
  Tested.Maker transport();

  /**
   * Parts that this transport is known not to keep, each with the reason why that is put up with.
   */
  default Map<String, String> deviations() {
    return Map.of();
  }

  /** One part with a name. */
  record Part(String name, ThrowingCallable body) {}

  /** Tests of these parts, in the light of what is known. */
  default Stream<DynamicTest> tests(Stream<Part> parts) {
    return parts.map(part ->
        DynamicTest.dynamicTest(
            part.name(), () -> Deviation.judge(deviations().get(part.name()), part.body())));
  }
}
