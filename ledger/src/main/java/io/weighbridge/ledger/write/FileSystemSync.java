package io.weighbridge.ledger.write;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The file system a directory is on, which one system call makes durable as a whole: {@code
 * syncfs(2)} of Linux. Confined to one thread at a time.
 *
 * <p>Since Linux 5.8 the call tells of every write that failed since the directory was opened here,
 * so this has to be opened before the files are written. It is offered where that is known to hold;
 * elsewhere files are synced one by one. Numbers: docs/decisions/022-settling.md.
 */
final class FileSystemSync implements AutoCloseable {
  /** Those that wait for their log and report failed writes; overlays and FUSE need not. */
  private static final Set<String> TYPES = Set.of("ext4", "xfs", "btrfs");

  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+)\\D.*");
  private static final int READ_ONLY = 0; // O_RDONLY
  private static final int WRITE = 2; // SYNC_FILE_RANGE_WRITE
  private static final int DONT_NEED = 4; // POSIX_FADV_DONTNEED

  /** Files that stay in the page cache behind the last one: by then they are on the disk. */
  static final int CACHED_MAX = 64;

  private static final String ERRNO = "errno";
  private static final Linker.Option CAPTURE = Linker.Option.captureCallState(ERRNO);
  private static final long ERRNO_AT =
      Linker.Option.captureStateLayout().byteOffset(MemoryLayout.PathElement.groupElement(ERRNO));
  private static final AddressLayout PATH = ValueLayout.ADDRESS;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

  private static final MethodHandle OPEN = function("open", FunctionDescriptor.of(INT, PATH, INT));
  private static final MethodHandle CLOSE = function("close", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle SYNCFS = function("syncfs", FunctionDescriptor.of(INT, INT));
  private static final MethodHandle SYNC_FILE_RANGE =
      function("sync_file_range", FunctionDescriptor.of(INT, INT, LONG, LONG, INT));
  private static final MethodHandle FADVISE =
      function("posix_fadvise", FunctionDescriptor.of(INT, INT, LONG, LONG, INT));

  private final Path directory;
  private final int descriptor;
  private final ArrayDeque<Begun> cached = new ArrayDeque<>();

  private record Begun(Path file, int descriptor) {}

  private FileSystemSync(Path directory, int descriptor) {
    this.directory = directory;
    this.descriptor = descriptor;
  }

  /** Null where files have to be synced one by one. */
  static @Nullable FileSystemSync of(Path directory) throws IOException {
    boolean known =
        System.getProperty("os.name", "").equals("Linux")
            && reportsFailures(System.getProperty("os.version", ""))
            && TYPES.contains(Files.getFileStore(directory).type());
    return known ? open(directory) : null;
  }

  /** Whether a Linux of this version tells of failed writes. */
  static boolean reportsFailures(String version) {
    Matcher matcher = VERSION.matcher(version);
    if (!matcher.matches()) {
      return false;
    }
    int major = Integer.parseInt(matcher.group(1));
    return major > 5 || (major == 5 && Integer.parseInt(matcher.group(2)) >= 8);
  }

  private static FileSystemSync open(Path directory) throws IOException {
    return new FileSystemSync(directory, descriptor(directory));
  }

  private static int descriptor(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int found = (int) OPEN.invokeExact(state, arena.allocateFrom(path.toString()), READ_ONLY);
      check("open", path, found, state);
      return found;
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call open", e);
    }
  }

  /**
   * Has the kernel begin to write a file to the disk, without waiting for it. This makes nothing
   * durable, but what has gone to the disk bit by bit does not go there in one burst later, which
   * the journal's syncs would have to wait behind.
   *
   * <p>And it has the kernel forget the file begun {@link #CACHED_MAX} ago: few are ever read, and
   * memory that is used again costs less than fresh memory (docs/decisions/084-page-cache.md).
   */
  void begin(Path file) throws IOException {
    Begun begun = new Begun(file, descriptor(file));
    cached.add(begun);
    onRange("sync_file_range", SYNC_FILE_RANGE, begun, WRITE);
    if (cached.size() > CACHED_MAX) {
      forget(cached.remove());
    }
  }

  private static void forget(Begun oldest) throws IOException {
    try {
      onRange("posix_fadvise", FADVISE, oldest, DONT_NEED);
    } finally {
      call("close", CLOSE, oldest.file, oldest.descriptor);
    }
  }

  /** Calls it for the whole file. One of the two answers with the error itself. */
  private static void onRange(String name, MethodHandle function, Begun begun, int what)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      int result = (int) function.invokeExact(state, begun.descriptor, 0L, 0L, what);
      check(name, begun.file, result, state);
      if (result > 0) {
        throw failure(name, begun.file, result);
      }
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call " + name, e);
    }
  }

  /** Makes everything written to the file system before this call durable. */
  void sync() throws IOException {
    call("syncfs", SYNCFS, directory, descriptor);
  }

  @Override
  public void close() throws IOException {
    for (Begun each = cached.poll(); each != null; each = cached.poll()) {
      call("close", CLOSE, each.file, each.descriptor);
    }
    call("close", CLOSE, directory, descriptor);
  }

  private static void call(String name, MethodHandle function, Path path, int descriptor)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(Linker.Option.captureStateLayout());
      check(name, path, (int) function.invokeExact(state, descriptor), state);
    } catch (IOException e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("cannot call " + name, e);
    }
  }

  @SuppressWarnings("restricted") // The process is started with native access enabled.
  private static MethodHandle function(String name, FunctionDescriptor descriptor) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), descriptor, CAPTURE);
  }

  private static void check(String name, Path path, int result, MemorySegment state)
      throws IOException {
    if (result < 0) {
      throw failure(name, path, state.get(INT, ERRNO_AT));
    }
  }

  private static IOException failure(String name, Path path, int errno) {
    return new IOException(
        "%s: %s failed, errno %d: %s".formatted(path, name, errno, ErrnoText.of(errno)));
  }
}
