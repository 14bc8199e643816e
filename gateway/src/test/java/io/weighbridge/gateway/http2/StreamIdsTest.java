package io.weighbridge.gateway.http2;

import static org.assertj.core.api.Assertions.assertThat;

import io.weighbridge.gateway.http2.StreamIds.End;
import java.util.List;
import org.junit.jupiter.api.Test;

class StreamIdsTest {
  private static final List<End> ENDS = List.of(End.FINISHED, End.RESET_BY_PEER, End.RESET_BY_US);

  private final StreamIds ids = new StreamIds(true, 100);

  /** How the stream of this number ends; each is another than its neighbours. */
  private static End end(int number) {
    return ENDS.get(number % ENDS.size());
  }

  @Test
  void remembersTheLastEndsAndNoOthers() {
    int streams = 3 * StreamIds.REMEMBERED_MAX;
    for (int number = 0; number < streams; number++) {
      ids.ended(2 * number + 1, end(number));
      for (int earlier = 0; earlier <= number; earlier++) {
        boolean remembered = number - earlier < StreamIds.REMEMBERED_MAX;
        assertThat(ids.end(2 * earlier + 1))
            .as("stream number %d, after %d", earlier, number)
            .isEqualTo(remembered ? end(earlier) : End.UNKNOWN);
      }
    }
  }

  @Test
  void remembersEndsBetweenStreamsThatGoOn() {
    for (int number = 0; number < StreamIds.REMEMBERED_MAX; number += 7) {
      ids.ended(2 * number + 1, end(number));
      for (int earlier = 0; earlier <= number; earlier++) {
        assertThat(ids.end(2 * earlier + 1))
            .as("stream number %d, after %d", earlier, number)
            .isEqualTo(earlier % 7 == 0 ? end(earlier) : End.UNKNOWN);
      }
    }
  }

  @Test
  void knowsTheHighestIdThereCanBe() {
    ids.ended(Integer.MAX_VALUE, End.RESET_BY_PEER);
    assertThat(ids.end(Integer.MAX_VALUE)).isEqualTo(End.RESET_BY_PEER);
    assertThat(ids.end(Integer.MAX_VALUE - 2 * StreamIds.REMEMBERED_MAX)).isEqualTo(End.UNKNOWN);
  }

  @Test
  void anEndReplacesAnEarlierOneOfTheSameStream() {
    ids.ended(1, End.FINISHED);
    ids.ended(1, End.RESET_BY_US);
    assertThat(ids.end(1)).isEqualTo(End.RESET_BY_US);
  }

  @Test
  void whatIsNoStreamIsNotRemembered() {
    ids.ended(5, End.FINISHED);
    ids.ended(4, End.RESET_BY_US);
    assertThat(ids.end(4)).isEqualTo(End.UNKNOWN);
    assertThat(ids.end(5)).isEqualTo(End.FINISHED);
  }

  @Test
  void knowsNothingOfANewConnection() {
    assertThat(ids.end(1)).isEqualTo(End.UNKNOWN);
  }
}
