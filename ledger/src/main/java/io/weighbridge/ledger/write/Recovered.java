package io.weighbridge.ledger.write;

import io.weighbridge.audit.v1.Boot;
import io.weighbridge.audit.v1.Record;
import java.nio.file.Path;
import java.util.List;

/**
 * A ledger taken up where it was left, everything of earlier starts in the journal.
 *
 * @param lastRecordUnixNs when the last record was completed; 0 in a new log
 * @param boot the facts of the BOOT record
 * @param gaps GAP records for what is lost
 * @param untold lanes whose losses only {@code gaps} tell of, to be dropped once these are durable
 */
record Recovered(
    Journal journal,
    TreeFiles tree,
    Publisher publisher,
    SealedIds sealedIds,
    long lastRecordUnixNs,
    Boot.Builder boot,
    List<Record.Builder> gaps,
    List<Path> untold) {}
