package io.weighbridge.gateway.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.weighbridge.audit.v1.Change;
import io.weighbridge.audit.v1.Kind;
import io.weighbridge.audit.v1.Record;
import io.weighbridge.gateway.config.ConfigException;
import io.weighbridge.gateway.control.state.Changes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class KeysFileWatchTest {
  private static final String CONFIG = Configs.TWO_VERSIONS + "keys: {file: keys.yaml}\n";

  @TempDir Path folder;

  private final FakeLedger ledger = new FakeLedger();

  @BeforeEach
  void writeFirst() throws IOException {
    write("a");
  }

  @Test
  void followsTheFileAndRecordsEachChange() throws Exception {
    try (AdminHarness admin = start()) {
      assertThat(admin.keyTable().keysById()).containsOnlyKeys("a");
      write("a", "b");
      await().until(() -> admin.keyTable().find("b") != null);
      write("b");
      await().until(() -> admin.keyTable().find("a") == null);
      assertThat(fileChanges()).extracting(Change::getActor).containsOnly("file");
      assertThat(fileChanges()).hasSize(3);
      assertThat(fileChanges().get(1).getAfter()).contains("\"b\"").doesNotContain("\"a\"");
      assertThat(fileChanges().get(2).getBefore()).isEqualTo("{\"removed\":[\"a\"]}");
    }
  }

  @Test
  void aStartWithTheSameFileChangesNothing() throws Exception {
    start().close();
    try (AdminHarness admin = start()) {
      assertThat(admin.keyTable().keysById()).containsOnlyKeys("a");
      assertThat(fileChanges()).hasSize(1);
    }
  }

  @Test
  void keysOfAFileThatIsNotConfiguredAnyMoreOpenNothing() throws Exception {
    start().close();
    try (AdminHarness admin = start(Configs.TWO_VERSIONS)) {
      assertThat(admin.keyTable().keysById()).isEmpty();
      assertThat(fileChanges()).hasSize(2);
      assertThat(fileChanges().getLast().getBefore()).isEqualTo("{\"removed\":[\"a\"]}");
      assertThat(fileChanges().getLast().getReason()).isEqualTo("no keys file is configured");
      assertThat(admin.plane.figures().epoch()).isEqualTo(1);
    }
    start(Configs.TWO_VERSIONS).close();
    assertThat(fileChanges()).hasSize(2);
    try (AdminHarness admin = start()) {
      assertThat(admin.keyTable().keysById()).containsOnlyKeys("a");
    }
  }

  @Test
  void aBadFileKeepsTheOldKeysAndIsToldUntilItIsMended() throws Exception {
    try (AdminHarness admin = start()) {
      replace("keys: [nonsense]");
      await().until(() -> admin.plane.figures().keysFileFailed());
      assertThat(admin.keyTable().keysById()).containsOnlyKeys("a");
      Files.delete(folder.resolve("keys.yaml"));
      assertThat(admin.plane.figures().keysFileFailed()).isTrue();
      write("a", "c");
      await().until(() -> !admin.plane.figures().keysFileFailed());
      assertThat(admin.keyTable().keysById()).containsOnlyKeys("a", "c");
    }
  }

  @Test
  void whyTheFileIsNotTakenIsToldOnceAndNotAtEveryLook() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger(KeysFileWatch.class);
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    logger.addAppender(log);
    try (Changes changes = Changes.open(folder.resolve("state"), ledger, _ -> {})) {
      KeysFileWatch watch = new KeysFileWatch(folder.resolve("keys.yaml"), changes);
      watch.readFirst();
      Files.delete(folder.resolve("keys.yaml"));
      watch.look();
      watch.look();
      watch.look();
      assertThat(log.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .containsExactly(
              "the keys file %s was not taken, the old keys stay: it is missing"
                  .formatted(folder.resolve("keys.yaml")));
      assertThat(watch.failed()).isTrue();
      write("b");
      ledger.accepting(false);
      watch.look();
      watch.look();
      watch.look();
      assertThat(log.list).hasSize(2);
      assertThat(log.list.getLast().getFormattedMessage()).contains("the ledger takes no records");
      assertThat(log.list.getLast().getThrowableProxy()).isNull();
      ledger.accepting(true);
      watch.look();
      assertThat(watch.failed()).isFalse();
      watch.close();
    } finally {
      logger.detachAppender(log);
    }
  }

  @Test
  void aBadFileKeepsTheGatewayFromStarting() throws Exception {
    replace("keys: [{id: a}]");
    assertThatThrownBy(this::start)
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("keys.yaml:1: sha256: missing");
  }

  private AdminHarness start() throws IOException, ConfigException {
    return start(CONFIG);
  }

  private AdminHarness start(String config) throws IOException, ConfigException {
    return new AdminHarness(folder, Configs.of(folder, config), ledger);
  }

  private List<Change> fileChanges() {
    return ledger.leaves(Kind.KIND_CHANGE).stream()
        .map(Record::getChange)
        .filter(change -> change.getAction().equals("key.file"))
        .toList();
  }

  private void write(String... ids) throws IOException {
    StringBuilder text = new StringBuilder("keys:\n");
    for (String id : ids) {
      text.append("- {id: ").append(id).append(", tenant: acme, principal: svc, models: [minilm],");
      text.append(" sha256: ").append("0".repeat(64)).append("}\n");
    }
    replace(text.toString());
  }

  /** As an editor should: nobody ever sees half a file. */
  private void replace(String text) throws IOException {
    Path fresh = Files.writeString(folder.resolve("keys.yaml.new"), text);
    Files.move(fresh, folder.resolve("keys.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }
}
