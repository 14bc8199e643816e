package io.weighbridge.cli.demo;

import java.util.List;

/** Real sentences for a real model. */
final class Sentences {
  /** Two that mean nearly the same. */
  static final String TRUCK = "A loaded truck drives onto the weighbridge.";

  static final String LORRY = "The full lorry rolls on to the vehicle scale.";

  /** One that means something else. */
  static final String SOUP = "The soup needs a little more salt and pepper.";

  private static final List<String> ALL =
      List.of(
          TRUCK,
          LORRY,
          SOUP,
          "Payment was declined because the card has expired.",
          "How do I reset my password?",
          "The patient reports chest pain since this morning.",
          "Heavy rain is expected along the coast tonight.",
          "The train to the airport leaves from platform four.",
          "Please cancel my subscription at the end of the month.",
          "The contract ends on the last day of March.",
          "Our team won the match in the last minute.",
          "The battery lasts two days with normal use.",
          "A small dog barked at the postman.",
          "The court dismissed the appeal on Friday.",
          "She planted tomatoes behind the house.",
          "Interest rates were left unchanged.");

  private Sentences() {}

  static String of(int number) {
    return ALL.get(Math.floorMod(number, ALL.size()));
  }

  static List<String> all() {
    return ALL;
  }
}
