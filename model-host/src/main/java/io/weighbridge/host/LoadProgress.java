package io.weighbridge.host;

import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.repository.ModelRepository;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Tells on stderr what loading does, a line per step. Confined to the thread that loads. */
final class LoadProgress implements ModelRepository.LoadListener {
  private static final double BYTES_PER_MB = 1e6;

  private final PrintStream out;

  LoadProgress(PrintStream out) {
    this.out = out;
  }

  @Override
  public void reading(String label, long sizeBytes) {
    say(String.format(Locale.ROOT, "loading   %s: %.1f MB", label, sizeBytes / BYTES_PER_MB));
  }

  @Override
  public void loaded(Generation generation, boolean replaced, long tookMs) {
    say(
        String.format(
            Locale.ROOT,
            "%s %s: %s, %d files, %.1f MB in %.1f s",
            replaced ? "reloaded " : "serving  ",
            generation,
            generation.manifest().rootDigest(),
            generation.manifest().entries().size(),
            generation.manifest().sizeBytes() / BYTES_PER_MB,
            tookMs / 1e3));
  }

  @Override
  public void unchanged(Generation generation) {
    say("unchanged " + generation + ": " + generation.manifest().rootDigest());
  }

  @Override
  public void unloaded(Generation generation) {
    say("unloaded  " + generation + ": its folder is gone");
  }

  @Override
  public void failed(String label, List<String> problems, @Nullable Generation kept) {
    for (String problem : problems) {
      say("failed    " + label + ": " + problem);
    }
    if (kept != null) {
      say("kept      " + kept + ": " + kept.manifest().rootDigest());
    }
  }

  private void say(String line) {
    out.println(line);
    out.flush();
  }
}
