package io.weighbridge.cli.demo;

import java.io.IOException;

/** One part of the story: does something real and looks at what came of it. */
interface Chapter {
  /** What it shows, in a line. */
  String title();

  /**
   * Plays it; throws {@link NotObserved} as soon as something promised is not seen.
   *
   * @throws IOException when the demo's own files cannot be read or written
   */
  void play(Scene scene) throws IOException;
}
