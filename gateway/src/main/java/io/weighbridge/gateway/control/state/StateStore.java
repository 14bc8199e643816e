package io.weighbridge.gateway.control.state;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.InvalidProtocolBufferException;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.gateway.config.ModelConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.sqlite.SQLiteConfig;

/**
 * The state in SQLite: one file, one connection, locked against a second gateway. Confined to the
 * {@code state-writer} thread.
 */
final class StateStore implements AutoCloseable {
  /** Splits kept of each model; older ones stand in the ledger. */
  static final int HISTORY_MAX = 10_000;

  /** What each format of the state added to the one before it, the first one first. */
  private static final List<List<String>> FORMATS =
      List.of(
          List.of(
              "CREATE TABLE epoch (number INTEGER NOT NULL)",
              "INSERT INTO epoch VALUES (0)",
              "CREATE TABLE model (name TEXT PRIMARY KEY, declared TEXT NOT NULL, active INTEGER"
                  + " NOT NULL, salt_high INTEGER NOT NULL, salt_low INTEGER NOT NULL, leaves TEXT"
                  + " NOT NULL) WITHOUT ROWID",
              "CREATE TABLE traffic (model TEXT NOT NULL, epoch INTEGER NOT NULL, ranges TEXT NOT"
                  + " NULL, changed_by TEXT NOT NULL, reason TEXT NOT NULL, changed_at INTEGER NOT"
                  + " NULL, record_id TEXT NOT NULL, PRIMARY KEY (model, epoch)) WITHOUT ROWID",
              "CREATE TABLE api_key (id TEXT PRIMARY KEY, stored TEXT NOT NULL) WITHOUT ROWID",
              "CREATE TABLE host (id TEXT PRIMARY KEY, declared TEXT NOT NULL) WITHOUT ROWID",
              "CREATE TABLE outbox (position INTEGER PRIMARY KEY, record BLOB NOT NULL, model TEXT"
                  + " NOT NULL, versions TEXT NOT NULL)"),
          List.of("CREATE TABLE drain (host TEXT PRIMARY KEY, stored TEXT NOT NULL) WITHOUT ROWID"),
          List.of(
              "CREATE TABLE rule (name TEXT PRIMARY KEY, declared TEXT NOT NULL) WITHOUT ROWID"));

  private final Connection connection;

  private StateStore(Connection connection) {
    this.connection = connection;
  }

  /**
   * A record that is not known to be in the ledger yet, and the versions that wait for its leaf.
   */
  record Pending(long position, Record record, String model, List<String> versions) {}

  /** Opens or creates the state of a folder. */
  static StateStore open(Path folder) throws IOException, SQLException {
    Path file = createPrivate(folder);
    SQLiteConfig config = new SQLiteConfig();
    // Exclusive before WAL: the second gateway on a state is refused instead of sharing it.
    config.setLockingMode(SQLiteConfig.LockingMode.EXCLUSIVE);
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    StateStore store = new StateStore(config.createConnection("jdbc:sqlite:" + file));
    try {
      store.createSchema();
    } catch (SQLException e) {
      store.close();
      throw e;
    }
    return store;
  }

  /**
   * The file of the state, for its owner only: what SQLite puts beside it takes its mode. A folder
   * that is there already keeps its own.
   */
  private static Path createPrivate(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder, mode("rwx------"));
    }
    Path file = folder.resolve("state.db");
    if (!Files.exists(file)) {
      Files.createFile(file, mode("rw-------"));
    }
    return file;
  }

  private static FileAttribute<Set<PosixFilePermission>> mode(String mode) {
    return PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode));
  }

  /** Makes the tables, or those that an earlier release did not know: all of them, or none. */
  private void createSchema() throws SQLException {
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      int version = statement.executeQuery("PRAGMA user_version").getInt(1);
      int newest = FORMATS.size();
      if (version > newest) {
        throw new SQLException(
            "the state has format " + version + ", this gateway reads up to " + newest);
      }
      for (List<String> format : FORMATS.subList(version, newest)) {
        for (String sql : format) {
          statement.execute(sql);
        }
      }
      statement.execute("PRAGMA user_version = " + newest);
      connection.commit();
    }
  }

  /** Everything, as of the last commit. */
  ControlState load() throws SQLException {
    NavigableMap<String, Traffic> traffic = new TreeMap<>();
    read(
        "SELECT model, max(epoch), ranges, changed_by, reason, changed_at, record_id FROM traffic"
            + " GROUP BY model",
        row -> traffic.put(row.getString(1), traffic(row)));
    NavigableMap<String, ModelState> models = new TreeMap<>();
    read(
        "SELECT name, declared, active, salt_high, salt_low, leaves FROM model",
        row ->
            models.put(
                row.getString(1),
                new ModelState(
                    Json.parse(row.getString(2), ModelConfig.class),
                    row.getBoolean(3),
                    new ModelState.Salt(row.getLong(4), row.getLong(5)),
                    Json.parse(row.getString(6), Leaves.class).byVersion(),
                    requireNonNull(traffic.get(row.getString(1))))));
    NavigableMap<String, KeyState> keys = new TreeMap<>();
    read(
        "SELECT id, stored FROM api_key",
        row -> keys.put(row.getString(1), Json.parse(row.getString(2), KeyState.class)));
    NavigableMap<String, String> hosts = new TreeMap<>();
    read("SELECT id, declared FROM host", row -> hosts.put(row.getString(1), row.getString(2)));
    NavigableMap<String, String> rules = new TreeMap<>();
    read("SELECT name, declared FROM rule", row -> rules.put(row.getString(1), row.getString(2)));
    NavigableMap<String, HostDrain> drains = new TreeMap<>();
    read(
        "SELECT host, stored FROM drain",
        row -> drains.put(row.getString(1), Json.parse(row.getString(2), HostDrain.class)));
    List<Long> epoch = new ArrayList<>();
    read("SELECT number FROM epoch", row -> epoch.add(row.getLong(1)));
    connection.rollback();
    return new ControlState(epoch.getFirst(), models, keys, hosts, rules, drains);
  }

  private record Leaves(Map<String, Long> byVersion) {}

  private static Traffic traffic(ResultSet row) throws SQLException {
    return new Traffic(
        row.getLong(2),
        RangesText.parse(row.getString(3)),
        row.getString(4),
        row.getString(5),
        row.getLong(6),
        row.getString(7));
  }

  /** The splits of a model, newest first, up to an epoch. */
  List<Traffic> history(String model, long epochMax, int limit) throws SQLException {
    List<Traffic> history = new ArrayList<>();
    read(
        "SELECT model, epoch, ranges, changed_by, reason, changed_at, record_id FROM traffic WHERE"
            + " model = ? AND epoch <= ? ORDER BY epoch DESC LIMIT ?",
        row -> history.add(traffic(row)),
        model,
        epochMax,
        limit);
    connection.rollback();
    return history;
  }

  /** Records that may not be in the ledger, oldest first. */
  List<Pending> pending() throws SQLException {
    List<Pending> pending = new ArrayList<>();
    read(
        "SELECT position, record, model, versions FROM outbox ORDER BY position",
        row ->
            pending.add(
                new Pending(
                    row.getLong(1),
                    record(row.getBytes(2)),
                    row.getString(3),
                    List.of(Json.parse(row.getString(4), String[].class)))));
    connection.rollback();
    return pending;
  }

  private static Record record(byte[] bytes) throws SQLException {
    try {
      return Record.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new SQLException("an outbox row holds no record", e);
    }
  }

  /** Compares and sets the epoch: no row is touched when somebody else moved it. */
  void moveEpoch(long from, long to) throws SQLException {
    if (write("UPDATE epoch SET number = ? WHERE number = ?", to, from) != 1) {
      throw new SQLException("the state's epoch is not " + from + " any more");
    }
  }

  /** Writes what one change does. Not committed. */
  void put(Delta delta) throws SQLException {
    switch (delta) {
      case Delta.PutModel put -> {
        putModel(put.model());
        putTraffic(put.model().name(), put.model().traffic());
      }
      case Delta.RemoveModel remove ->
          write("UPDATE model SET active = 0 WHERE name = ?", remove.name());
      case Delta.PutTraffic put -> putTraffic(put.model(), put.traffic());
      case Delta.PutKeys put -> putKeys(put);
      case Delta.PutHost put ->
          write("INSERT OR REPLACE INTO host VALUES (?, ?)", put.id(), put.declared());
      case Delta.RemoveHost remove -> {
        write("DELETE FROM host WHERE id = ?", remove.id());
        write("DELETE FROM drain WHERE host = ?", remove.id());
      }
      case Delta.PutRule put ->
          write("INSERT OR REPLACE INTO rule VALUES (?, ?)", put.name(), put.declared());
      case Delta.RemoveRule remove -> write("DELETE FROM rule WHERE name = ?", remove.name());
      case Delta.PutDrain put ->
          write("INSERT OR REPLACE INTO drain VALUES (?, ?)", put.host(), Json.of(put.drain()));
      case Delta.EndDrain end -> write("DELETE FROM drain WHERE host = ?", end.host());
      case Delta.Nothing _ -> {}
    }
  }

  private void putModel(ModelState model) throws SQLException {
    write(
        "INSERT OR REPLACE INTO model VALUES (?, ?, ?, ?, ?, ?)",
        model.name(),
        Json.of(model.declared()),
        model.active() ? 1 : 0,
        model.salt().high(),
        model.salt().low(),
        Json.of(new Leaves(model.leafPlusOneByVersion())));
  }

  private void putTraffic(String model, Traffic traffic) throws SQLException {
    write(
        "INSERT OR REPLACE INTO traffic VALUES (?, ?, ?, ?, ?, ?, ?)",
        model,
        traffic.epoch(),
        RangesText.of(traffic.ranges()),
        traffic.changedBy(),
        traffic.reason(),
        traffic.changedAtUnixNs(),
        traffic.recordId());
    write(
        "DELETE FROM traffic WHERE model = ? AND epoch <= (SELECT epoch FROM traffic WHERE model ="
            + " ? ORDER BY epoch DESC LIMIT 1 OFFSET ?)",
        model,
        model,
        HISTORY_MAX);
  }

  private void putKeys(Delta.PutKeys put) throws SQLException {
    for (String id : put.removed()) {
      write("DELETE FROM api_key WHERE id = ?", id);
    }
    for (KeyState key : put.put()) {
      write("INSERT OR REPLACE INTO api_key VALUES (?, ?)", key.id(), Json.of(key));
    }
  }

  /** Writes a record that must reach the ledger. Not committed. */
  void putOutbox(Record record, Delta delta) throws SQLException {
    Delta.PutModel model = delta instanceof Delta.PutModel put ? put : null;
    write(
        "INSERT INTO outbox (record, model, versions) VALUES (?, ?, ?)",
        record.toByteArray(),
        model == null ? "" : model.model().name(),
        Json.of(model == null ? List.of() : model.deployed()));
  }

  /** The record is in the ledger: its row goes, and its versions know their leaf. Not committed. */
  void settle(Pending pending, ControlState state) throws SQLException {
    ModelState model = state.models().get(pending.model());
    if (model != null) {
      putModel(model);
    }
    write("DELETE FROM outbox WHERE position = ?", pending.position());
  }

  void commit() throws SQLException {
    connection.commit();
  }

  void rollback() throws SQLException {
    connection.rollback();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /** Takes one row. */
  private interface RowReader {
    void read(ResultSet row) throws SQLException;
  }

  private void read(String sql, RowReader reader, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          reader.read(rows);
        }
      }
    }
  }

  private int write(String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      bind(statement, values);
      return statement.executeUpdate();
    }
  }

  private static void bind(PreparedStatement statement, Object... values) throws SQLException {
    for (int i = 0; i < values.length; i++) {
      statement.setObject(i + 1, values[i]);
    }
  }
}
