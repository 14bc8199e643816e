package io.weighbridge.integrity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelManifestTest {
  @TempDir Path folder;

  @Test
  void rootIsTheHashOfTheRawFileHashesInNameOrder() throws IOException {
    write("b/weights", "2");
    write("a", "1");
    byte[] first = Digest.sha256(bytes("1")).bytes();
    byte[] second = Digest.sha256(bytes("2")).bytes();
    byte[] both = new byte[64];
    System.arraycopy(first, 0, both, 0, 32);
    System.arraycopy(second, 0, both, 32, 32);

    ModelManifest manifest = ModelFolder.list(folder, Set.of()).manifest();

    assertThat(manifest.rootDigest()).isEqualTo(Digest.sha256(both));
    // The same by hand: (printf 1 | sha256sum; printf 2 | sha256sum), hex to raw, sha256sum.
    assertThat(manifest.rootDigest().hex())
        .isEqualTo("4295f72eeb1e3507b8461e240e3b8d18c1e7bd2f1122b11fc9ec40a65894031a");
    assertThat(manifest.entries())
        .extracting(ModelManifest.Entry::name)
        .containsExactly("a", "b/weights");
    assertThat(manifest.sizeBytes()).isEqualTo(2);
  }

  @Test
  void sortsByUtf8BytesAndNotByUtf16Units() {
    // U+FF5E sorts before U+1F600 as UTF-8; as Java chars the surrogate 0xD83D comes first.
    ModelManifest manifest =
        ModelManifest.of(
            List.of(
                ModelManifest.Entry.of("\uD83D\uDE00", bytes("x")),
                ModelManifest.Entry.of("\uFF5E", bytes("y"))));
    assertThat(manifest.entries())
        .extracting(ModelManifest.Entry::name)
        .containsExactly("\uFF5E", "\uD83D\uDE00");
  }

  @Test
  void slashSortsAmongOtherCharacters() {
    // '-' (2D) < '/' (2F) < '0' (30): folders are not sorted before or after files.
    ModelManifest manifest =
        ModelManifest.of(
            List.of(
                ModelManifest.Entry.of("a0", bytes("x")),
                ModelManifest.Entry.of("a/b", bytes("x")),
                ModelManifest.Entry.of("a-b", bytes("x"))));
    assertThat(manifest.entries())
        .extracting(ModelManifest.Entry::name)
        .containsExactly("a-b", "a/b", "a0");
  }

  @Test
  void bytesReadAndFolderHashedGiveTheSame() throws IOException {
    write("model.onnx", "weights");
    write("tokenizer/vocab.txt", "words");
    ModelFolder listed = ModelFolder.list(folder, Set.of());
    List<ModelManifest.Entry> read =
        List.of(
            ModelManifest.Entry.of("tokenizer/vocab.txt", listed.read("tokenizer/vocab.txt")),
            ModelManifest.Entry.of("model.onnx", listed.read("model.onnx")));
    assertThat(ModelManifest.of(read)).isEqualTo(listed.manifest());
  }

  @Test
  void ignoresVersionControlNamesAtTheTopOnly() throws IOException {
    write("model.onnx", "weights");
    Digest alone = ModelFolder.list(folder, Set.of()).manifest().rootDigest();
    write(".git/HEAD", "x");
    write(".gitignore", "x");
    write(".gitattributes", "x");
    write(".github/workflows/y", "x");
    write("model.sig", "x");
    assertThat(ModelFolder.list(folder, Set.of("model.sig")).manifest().rootDigest())
        .isEqualTo(alone);
    write("sub/.gitignore", "hidden?");
    assertThat(ModelFolder.list(folder, Set.of("model.sig")).manifest().rootDigest())
        .isNotEqualTo(alone);
  }

  @Test
  void refusesSymbolicLinksToFilesAndFolders() throws IOException {
    write("model.onnx", "weights");
    Path file = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("model.onnx"));
    assertRefused("symbolic links");
    Files.delete(file);
    Files.createSymbolicLink(folder.resolve("link"), folder);
    assertRefused("symbolic links");
  }

  @Test
  void refusesALinkPutInPlaceAfterListing() throws IOException {
    write("model.onnx", "weights");
    write("other", "evil");
    ModelFolder listed = ModelFolder.list(folder, Set.of());
    Files.delete(folder.resolve("model.onnx"));
    Files.createSymbolicLink(folder.resolve("model.onnx"), folder.resolve("other"));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> listed.read("model.onnx"));
    assertThatExceptionOfType(IOException.class).isThrownBy(() -> listed.hash("model.onnx"));
  }

  @Test
  void refusesAnEmptyFolderAndOddNames() {
    assertRefused("holds no files");
    for (String bad :
        new String[] {"", "/a", "a//b", "a/../b", "..", ".", "a/", "a\0b", "\uD800"}) {
      assertThatIllegalArgumentException()
          .as(bad)
          .isThrownBy(() -> ModelManifest.Entry.of(bad, new byte[0]));
    }
    ModelManifest.Entry entry = ModelManifest.Entry.of("a", new byte[0]);
    assertThatIllegalArgumentException().isThrownBy(() -> ModelManifest.of(List.of(entry, entry)));
    assertThatIllegalArgumentException().isThrownBy(() -> ModelManifest.of(List.of()));
  }

  private void assertRefused(String why) {
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() -> ModelFolder.list(folder, Set.of()).manifest())
        .withMessageContaining(why);
  }

  private void write(String name, String content) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
