package io.weighbridge.host.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import inference.ModelInferRequest;
import inference.ModelInferResponse;
import io.weighbridge.host.ModelFolders;
import io.weighbridge.host.repository.Generation;
import io.weighbridge.host.tensor.TensorType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InferTaskTest {
  private static final long MEMORY_BYTES = 100;

  @TempDir private Path root;
  private TestHost host;
  private final WorkerPool workers = new WorkerPool(1, 2);
  private final CountDownLatch blockage = new CountDownLatch(1);
  private final RequestMemory memory = new RequestMemory(MEMORY_BYTES);
  private final RequestMemory.Share share = memory.new Share();

  @BeforeEach
  void start() throws IOException {
    ModelFolders.identity(root, "id", "1", TensorType.BYTES, 1);
    host = new TestHost(root);
  }

  @AfterEach
  void stop() {
    blockage.countDown();
    workers.close();
    host.close();
  }

  @Test
  void refusesWhenEveryWorkerIsBusyAndTheQueueIsFull() throws Exception {
    block();
    Recorded first = submit(false);
    Recorded second = submit(false);
    Recorded third = submit(false);
    assertThat(third.next()).isEqualTo(CallError.OVERLOADED);
    blockage.countDown();
    // The request is empty: that its tensor is missed says that it was computed.
    assertThat(first.next()).isEqualTo(CallError.INPUT_INVALID);
    assertThat(second.next()).isEqualTo(CallError.INPUT_INVALID);
  }

  @Test
  void computesNothingForACallerWhoLeft() throws Exception {
    block();
    Recorded gone = submit(true);
    Recorded there = submit(false);
    blockage.countDown();
    assertThat(there.next()).isEqualTo(CallError.INPUT_INVALID);
    assertThat(gone.outcomes).isEmpty();
  }

  @Test
  void aCancelledTaskGivesUpItsPlaceAndItsHold() throws Exception {
    block();
    Generation generation = Objects.requireNonNull(host.repository.find("id", "1"));
    assertThat(generation.tryHold()).isTrue();
    Recorded recorded = new Recorded(false);
    InferTask task =
        new InferTask(generation, ModelInferRequest.getDefaultInstance(), share, recorded);
    task.submit(workers);
    task.cancel(workers);
    assertThat(submit(false).outcomes).isEmpty();
    assertThat(submit(false).outcomes).as("two places are free again").isEmpty();
    blockage.countDown();
    assertThat(recorded.outcomes).isEmpty();
  }

  @Test
  void anErrorIsToldAndItsHoldGivenBack() throws Exception {
    Recorded recorded =
        new Recorded(false) {
          @Override
          public boolean isGone() {
            throw new OutOfMemoryError("a test's");
          }
        };
    task(recorded).submit(workers);
    assertThat(recorded.next()).isEqualTo(CallError.INTERNAL);
    assertThat(submit(false).next()).as("the worker goes on").isEqualTo(CallError.INPUT_INVALID);
  }

  @Test
  void heapIsInUseUntilTheWorkerIsDoneThoughTheCallerLeft() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    Recorded working =
        new Recorded(true) {
          @Override
          public boolean isGone() {
            begun.countDown();
            waitForTheEnd();
            return true;
          }
        };
    share.take(MEMORY_BYTES);
    InferTask task = task(working);
    task.submit(workers);
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
    task.cancel(workers);
    share.giveBack();
    assertThat(memory.takenBytes()).isEqualTo(MEMORY_BYTES);
    blockage.countDown();
    await().until(() -> memory.takenBytes() == 0);
  }

  @Test
  void heapOfACallThatLeftTheQueueIsGivenBack() throws Exception {
    block();
    share.take(MEMORY_BYTES);
    InferTask task = task(new Recorded(false));
    task.submit(workers);
    task.cancel(workers);
    share.giveBack();
    assertThat(memory.takenBytes()).isZero();
  }

  @Test
  void aClosedRepositoryTakesNoMoreCalls() {
    Generation generation = Objects.requireNonNull(host.repository.find("id", ""));
    host.repository.close();
    assertThat(generation.tryHold()).isFalse();
    assertThat(host.repository.all()).isEmpty();
  }

  private void block() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    assertThat(
            workers.tryRun(() -> {
              begun.countDown();
              waitForTheEnd();
            }))
        .isTrue();
    assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private void waitForTheEnd() {
    try {
      blockage.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private InferTask task(Recorded recorded) {
    Generation generation = Objects.requireNonNull(host.repository.find("id", "1"));
    assertThat(generation.tryHold()).isTrue();
    return new InferTask(generation, ModelInferRequest.getDefaultInstance(), share, recorded);
  }

  private Recorded submit(boolean gone) {
    Recorded recorded = new Recorded(gone);
    task(recorded).submit(workers);
    return recorded;
  }

  private static class Recorded implements InferTask.Outcome {
    private final BlockingQueue<Object> outcomes = new LinkedBlockingQueue<>();
    private final boolean gone;

    Recorded(boolean gone) {
      this.gone = gone;
    }

    Object next() throws InterruptedException {
      return Objects.requireNonNull(outcomes.poll(10, TimeUnit.SECONDS));
    }

    @Override
    public void answered(ModelInferResponse response) {
      outcomes.add(response);
    }

    @Override
    public void failed(CallError error, String detail) {
      outcomes.add(error);
    }

    @Override
    public boolean isGone() {
      return gone;
    }
  }
}
