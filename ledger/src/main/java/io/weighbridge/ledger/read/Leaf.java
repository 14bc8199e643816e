package io.weighbridge.ledger.read;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.ledger.RecordId;
import java.util.Map;

/** One record where it stands in the log. Immutable. */
public final class Leaf {
  private final long index;
  private final byte[] bytes;
  private final Record record;

  private Leaf(long index, byte[] bytes, Record record) {
    this.index = index;
    this.bytes = bytes;
    this.record = record;
  }

  /** Reads the stored bytes; takes ownership of them. */
  static Leaf parse(long index, byte[] bytes) throws InvalidProtocolBufferException {
    return new Leaf(index, bytes, Record.parseFrom(bytes));
  }

  /** Position in the log, from 0. */
  public long index() {
    return index;
  }

  /** The stored bytes, which are what is hashed. */
  public byte[] bytes() {
    return bytes.clone();
  }

  /** What the bytes say. */
  public Record record() {
    return record;
  }

  /** The record's id. */
  public RecordId id() {
    return RecordId.fromBytes(record.getRecordId().toByteArray());
  }

  /** Maps, lists, strings, numbers and booleans, ready for JSON; see {@link RecordView}. */
  public Map<String, Object> view() {
    Map<String, Object> view = RecordView.of(record);
    view.put("leaf_index", index);
    return view;
  }
}
