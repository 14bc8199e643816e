package io.weighbridge.cli.demo;

import java.util.List;

/** The chapters, in the order they are told: each rests on what the ones before it did. */
final class Story {
  private Story() {}

  static List<Chapter> chapters() {
    return List.of(
        new OpeningChapter(),
        new FirstWordsChapter(),
        new ShiftChapter(),
        new UsersChapter(),
        new TwoVersionsChapter(),
        new TamperChapter(),
        new IntrudersChapter(),
        new KillChapter(),
        new ProofChapter());
  }
}
