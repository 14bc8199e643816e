package io.weighbridge.ledger.note;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

final class CheckpointTest {
  private static final String ORIGIN = "weighbridge/gw-1";

  private final NoteSigner signer = NoteSigner.generate(ORIGIN);
  private final Checkpoint checkpoint = new Checkpoint(ORIGIN, 20_852_163, new byte[32]);

  @Test
  void opensWhatWasSigned() {
    assertThat(Checkpoint.open(note(), signer.key())).isEqualTo(checkpoint);
  }

  @Test
  void opensAPublishedExample() {
    // The example of C2SP signed-note's reference implementation: key, text and signature.
    NoteKey key =
        NoteKey.parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
    String text =
        """
        If you think cryptography is the answer to your problem,
        then you don't know what your problem is.
        """;
    byte[] signature =
        StrictBase64.decode(
            "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=");
    assertThat(key.id()).isEqualTo(Arrays.copyOf(signature, 4));
    assertThat(
            key.verifies(
                text.getBytes(StandardCharsets.UTF_8),
                Arrays.copyOfRange(signature, 4, signature.length)))
        .isTrue();
  }

  @Test
  void refusesEverySingleFlippedBit() {
    byte[] note = note();
    for (int bit = 0; bit < note.length * 8; bit++) {
      byte[] flipped = note.clone();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatThrownBy(() -> Checkpoint.open(flipped, signer.key()))
          .as("bit %d", bit)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void refusesAnotherLogsCheckpoint() {
    NoteSigner other = NoteSigner.generate("weighbridge/gw-2");
    byte[] note = other.sign(checkpoint.text()).getBytes(StandardCharsets.UTF_8);

    assertThatThrownBy(() -> Checkpoint.open(note, other.key()))
        .hasMessageContaining("is of weighbridge/gw-1");
    assertThatThrownBy(() -> Checkpoint.open(note, signer.key()))
        .hasMessageContaining("not signed");
  }

  @Test
  void leavesAWitnessesSignatureAside() {
    NoteSigner witness = NoteSigner.generate("witness.example");
    String cosigned = witness.sign(checkpoint.text());
    String line = cosigned.substring(checkpoint.text().length() + 1);
    byte[] both =
        (new String(note(), StandardCharsets.UTF_8) + line).getBytes(StandardCharsets.UTF_8);

    assertThat(Checkpoint.open(both, signer.key())).isEqualTo(checkpoint);
  }

  @Test
  void keysSurviveTheirTextForm() {
    NoteSigner read = NoteSigner.parse(signer.secretText() + "\n");

    assertThat(read.key()).isEqualTo(signer.key());
    assertThat(read.sign(checkpoint.text())).isEqualTo(signer.sign(checkpoint.text()));
    assertThat(NoteKey.parse(signer.key().toString())).isEqualTo(signer.key());
  }

  @Test
  void refusesASeedOfAnotherKey() {
    String ours = signer.secretText();
    String others = NoteSigner.generate(ORIGIN).secretText();
    String mixed =
        ours.substring(0, ours.lastIndexOf('+')) + others.substring(others.lastIndexOf('+'));

    assertThatThrownBy(() -> NoteSigner.parse(mixed)).hasMessageContaining("damaged");
  }

  @Test
  void decodesBase64Strictly() {
    assertThat(StrictBase64.decode("QQ==")).isEqualTo(new byte[] {'A'});
    for (String bad : new String[] {"QR==", "QQ", "QQ=", "Q Q=", "QQ==\n"}) {
      assertThatThrownBy(() -> StrictBase64.decode(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private byte[] note() {
    return signer.sign(checkpoint.text()).getBytes(StandardCharsets.UTF_8);
  }
}
