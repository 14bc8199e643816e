package io.weighbridge.ledger.read;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Payload;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.note.Checkpoint;
import io.weighbridge.ledger.note.NoteKey;
import io.weighbridge.ledger.tree.Proofs;
import io.weighbridge.ledger.tree.TreeHash;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a receipt proves to somebody who has only the log's public key. Immutable.
 *
 * @param steps each thing that was looked at, in order
 * @param leaf the record, once its bytes could be read; to be believed only if proved
 */
public record ReceiptCheck(List<Step> steps, Optional<Leaf> leaf) {

  /**
   * One thing that was looked at.
   *
   * @param name what, such as "checkpoint signature"
   * @param verdict not judged when there was nothing to compare with
   * @param detail expected and found, for people
   */
  public record Step(String name, Verdict verdict, String detail) {}

  /** Proved only if every step that was asked for is. */
  public Verdict verdict() {
    boolean broken = steps.stream().anyMatch(s -> s.verdict() == Verdict.BROKEN);
    boolean unjudged = steps.stream().anyMatch(s -> s.verdict() == Verdict.NOT_JUDGED);
    return broken ? Verdict.BROKEN : unjudged ? Verdict.NOT_JUDGED : Verdict.PROVED;
  }

  /**
   * Checks a receipt offline.
   *
   * @param receipt its text form
   * @param request the request message's bytes, as sent before any compression and without the
   *     5-byte prefix, or null when they are not in question
   * @param response the response message's bytes, or null
   */
  public static ReceiptCheck check(
      byte[] receipt, NoteKey key, byte @Nullable [] request, byte @Nullable [] response) {
    List<Step> steps = new ArrayList<>();
    Receipt parsed;
    try {
      parsed = Receipt.parse(receipt);
    } catch (IllegalArgumentException e) {
      steps.add(new Step("receipt", Verdict.BROKEN, String.valueOf(e.getMessage())));
      return new ReceiptCheck(List.copyOf(steps), Optional.empty());
    }
    included(parsed, key, steps);
    Optional<Leaf> leaf = leaf(parsed, steps);
    Record record = leaf.map(Leaf::record).orElse(Record.getDefaultInstance());
    payload("request", request, record.getRequest(), steps);
    payload("response", response, record.getResponse(), steps);
    return new ReceiptCheck(List.copyOf(steps), leaf);
  }

  private static void included(Receipt receipt, NoteKey key, List<Step> steps) {
    Checkpoint head;
    try {
      head = Checkpoint.open(receipt.checkpointNote(), key);
    } catch (IllegalArgumentException e) {
      steps.add(new Step("checkpoint", Verdict.BROKEN, String.valueOf(e.getMessage())));
      return;
    }
    steps.add(
        new Step(
            "checkpoint",
            Verdict.PROVED,
            "%s signed %d leaves, root %s".formatted(head.origin(), head.size(), head.rootHex())));
    byte[] leafHash = new TreeHash().leaf(receipt.leafBytes());
    boolean included =
        new Proofs().included(leafHash, receipt.index(), head.size(), receipt.proof(), head.root());
    steps.add(
        new Step(
            "inclusion",
            included ? Verdict.PROVED : Verdict.BROKEN,
            "the record %s leaf %d under that root"
                .formatted(included ? "is" : "is not", receipt.index())));
  }

  private static Optional<Leaf> leaf(Receipt receipt, List<Step> steps) {
    try {
      return Optional.of(Leaf.parse(receipt.index(), receipt.leafBytes()));
    } catch (InvalidProtocolBufferException e) {
      steps.add(new Step("record", Verdict.BROKEN, "the leaf holds no record"));
      return Optional.empty();
    }
  }

  private static void payload(
      String name, byte @Nullable [] message, Payload logged, List<Step> steps) {
    if (message == null) {
      return;
    }
    if (logged.getSha256().isEmpty()) {
      steps.add(new Step(name, Verdict.NOT_JUDGED, "the record holds no digest of the " + name));
      return;
    }
    ByteString found = ByteString.copyFrom(TreeHash.sha256().digest(message));
    boolean same = found.equals(logged.getSha256()) && logged.getSizeBytes() == message.length;
    steps.add(
        new Step(
            name,
            same ? Verdict.PROVED : Verdict.BROKEN,
            "logged %d bytes sha256 %s, given %d bytes sha256 %s"
                .formatted(
                    logged.getSizeBytes(), hex(logged.getSha256()), message.length, hex(found))));
  }

  private static String hex(ByteString bytes) {
    return HexFormat.of().formatHex(bytes.toByteArray());
  }
}
