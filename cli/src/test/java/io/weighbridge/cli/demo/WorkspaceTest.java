package io.weighbridge.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which folders a demo clears away, and whose processes it ends with them. */
final class WorkspaceTest {
  private static final String GONE = "999999999 1\n";

  @TempDir Path folder;

  private boolean abandoned(String processes) throws IOException {
    Files.writeString(folder.resolve("processes"), processes);
    return Workspace.at(folder).isAbandoned();
  }

  @Test
  void onlyAFolderWithTheListOfADemoThatIsGoneIsAbandoned() throws Exception {
    assertThat(Workspace.at(folder).isAbandoned()).as("without a list").isFalse();
    assertThat(abandoned("")).as("being written").isFalse();
    assertThat(abandoned("junk\n")).isFalse();
    assertThat(abandoned(GONE + "junk\n")).isFalse();
    Files.write(folder.resolve("processes"), new byte[] {(byte) 0xff});
    assertThat(Workspace.at(folder).isAbandoned()).as("no text").isFalse();
    assertThat(abandoned(GONE)).isTrue();
    Files.createFile(folder.resolve("kept"));
    assertThat(abandoned(GONE)).as("kept").isFalse();
  }

  @Test
  void clearingEndsNoProcessThatAListOfAnothersMakingNames() throws Exception {
    Process bystander = new ProcessBuilder("sleep", "60").start();
    try {
      Workspace.at(folder).register(bystander.toHandle());
      Path list = folder.resolve("processes");
      Files.writeString(list, Files.readString(list) + "junk\n");
      Workspace.at(folder).clear();
      assertThat(bystander.isAlive()).isTrue();
    } finally {
      bystander.destroyForcibly();
    }
  }

  @Test
  void aDemoThatRunsIsNotAbandoned() throws Exception {
    Workspace workspace = Workspace.at(folder);
    workspace.register(ProcessHandle.current());
    workspace.register(ProcessHandle.current());
    assertThat(Files.readAllLines(folder.resolve("processes"))).hasSize(2);
    assertThat(workspace.isAbandoned()).isFalse();
  }
}
