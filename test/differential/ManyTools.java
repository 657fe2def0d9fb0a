import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.security.Permission;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs many command lines of Apache Kafka's tools in one JVM, because a JVM costs two seconds of CPU to start. Each line of stdin is
 * {"id", "main", "args", "input", "limitMs", "until"}; the answer on stdout is {"id", "code", "out", "err"}, code null when its time was over.
 *
 * Every command has threads of a group of its own. What these print, in whichever class it was decided where to, goes to their command, and
 * an exit ends their command alone: shutdown hooks run, and from then on nothing is heard of it.
 */
public final class ManyTools {
  private static final InheritableThreadLocal<Command> COMMAND = new InheritableThreadLocal<>();
  /** What they count is static. */
  private static final Set<String> STATEFUL = Set.of("org.apache.kafka.tools.consumer.ConsoleConsumer");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<Thread, Thread> HOOKS = hooksOfThisProcess();

  public static void main(String[] args) throws Exception {
    PrintStream answers = System.out;
    PrintStream complaints = System.err;
    BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    System.setOut(new PrintStream(new ToCommand(command -> command.out, complaints), true));
    System.setErr(new PrintStream(new ToCommand(command -> command.err, complaints), true));
    System.setIn(new FromCommand());
    Exit.setExitProcedure((code, message) -> exited(code));
    Exit.setHaltProcedure((code, message) -> exited(code));
    Exit.setShutdownHookAdder((name, hook) -> COMMAND.get().hooks.add(hook));
    System.setSecurityManager(new ExitsAreCaught());
    String line;
    while ((line = questions.readLine()) != null) {
      Command command = new Command(JSON.readTree(line));
      Thread thread = new Thread(() -> {
        ObjectNode answer = command.run();
        synchronized (answers) {
          answers.println(answer);
        }
      });
      thread.setDaemon(true);
      thread.start();
    }
    Runtime.getRuntime().halt(0);
  }

  private static void exited(int code) {
    Command command = COMMAND.get();
    if (command != null) command.end(code);
    throw new Exited();
  }

  private static final class Exited extends Error {
    Exited() {
      super("exited", null, false, false);
    }
  }

  private static final class Command {
    final ByteArrayOutputStream out = new ByteArrayOutputStream();
    final ByteArrayOutputStream err = new ByteArrayOutputStream();
    final InputStream in;
    final List<Runnable> hooks = new ArrayList<>();
    final CountDownLatch ended = new CountDownLatch(1);
    final CountDownLatch said = new CountDownLatch(1);
    final String until;
    private final JsonNode question;
    private final ThreadGroup group;
    private Integer code;
    private boolean isOver;

    Command(JsonNode question) {
      this.question = question;
      group = new ThreadGroup("tool " + question.get("id").asText());
      until = question.path("until").asText("");
      in = new ByteArrayInputStream(question.path("input").asText("").getBytes(StandardCharsets.UTF_8));
      if (until.isEmpty()) said.countDown();
    }

    ObjectNode run() {
      long limitMs = question.get("limitMs").asLong();
      Thread thread = new Thread(group, () -> {
        COMMAND.set(this);
        try {
          callMain();
          untilAloneInGroup();
          end(0);
        } catch (Exited exited) {
          // Its code is known.
        } catch (Throwable thrown) {
          System.err.print("Exception in thread \"main\" ");
          thrown.printStackTrace();
          end(1);
        }
      }, "main");
      thread.setDaemon(true);
      thread.start();
      try {
        if (!until.isEmpty() && said.await(limitMs, TimeUnit.MILLISECONDS)) end(143);
        ended.await(limitMs, TimeUnit.MILLISECONDS);
        ObjectNode answer = answer();
        // Clients that a finally closes may still leave their group.
        thread.join(3000);
        return answer;
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
    }

    private void callMain() throws Throwable {
      String name = question.get("main").asText();
      ClassLoader loader = STATEFUL.contains(name) ? new OwnClasses(Class.forName(name)) : ManyTools.class.getClassLoader();
      Thread.currentThread().setContextClassLoader(loader);
      Method main = Class.forName(name, true, loader).getMethod("main", String[].class);
      List<String> args = new ArrayList<>();
      question.get("args").forEach(arg -> args.add(arg.asText()));
      try {
        main.invoke(null, (Object) args.toArray(new String[0]));
      } catch (InvocationTargetException wrapped) {
        throw wrapped.getCause();
      }
    }

    /** A process does not end with its main method, but with the last of its threads that is no daemon. */
    private void untilAloneInGroup() throws InterruptedException {
      Thread[] threads = new Thread[group.activeCount() + 10];
      for (int count = group.enumerate(threads), i = 0; i < count; i++) {
        if (!threads[i].isDaemon()) threads[i].join();
      }
    }

    /** As the end of a process: the first code counts, and the hooks may still say something. */
    void end(int code) {
      synchronized (this) {
        if (this.code != null) return;
        this.code = code;
      }
      List<Thread> threads = new ArrayList<>();
      for (Runnable hook : hooks) threads.add(inCommand(hook));
      synchronized (HOOKS) {
        for (Thread hook : List.copyOf(HOOKS.keySet())) {
          if (hook.getThreadGroup() != group) continue;
          HOOKS.remove(hook);
          threads.add(hook);
        }
      }
      threads.forEach(Thread::start);
      try {
        for (Thread thread : threads) thread.join(5000);
      } catch (InterruptedException interrupted) {
        throw new IllegalStateException(interrupted);
      }
      synchronized (this) {
        isOver = true;
      }
      ended.countDown();
    }

    private Thread inCommand(Runnable hook) {
      return new Thread(group, () -> {
        COMMAND.set(this);
        hook.run();
      });
    }

    void write(ByteArrayOutputStream stream, byte[] bytes, int offset, int length) {
      synchronized (this) {
        if (isOver) return;
        stream.write(bytes, offset, length);
        if (said.getCount() > 0 && stream == out && out.toString(StandardCharsets.UTF_8).contains(until)) said.countDown();
      }
    }

    private synchronized ObjectNode answer() {
      isOver = true;
      return JSON.createObjectNode()
          .put("id", question.get("id").asInt())
          .put("code", code)
          .put("out", out.toString(StandardCharsets.UTF_8))
          .put("err", err.toString(StandardCharsets.UTF_8));
    }
  }

  /** The classes of the tools once more, for a command that is not to see what another one left in them. */
  private static final class OwnClasses extends URLClassLoader {
    OwnClasses(Class<?> tool) {
      super(new URL[] {tool.getProtectionDomain().getCodeSource().getLocation()}, tool.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (!name.startsWith("org.apache.kafka.tools.") || name.startsWith("org.apache.kafka.tools.api.")) return super.loadClass(name, resolve);
      synchronized (getClassLoadingLock(name)) {
        Class<?> loaded = findLoadedClass(name);
        return loaded == null ? findClass(name) : loaded;
      }
    }
  }

  private interface StreamOf {
    ByteArrayOutputStream of(Command command);
  }

  private static final class ToCommand extends OutputStream {
    private final StreamOf stream;
    private final PrintStream otherwise;

    ToCommand(StreamOf stream, PrintStream otherwise) {
      this.stream = stream;
      this.otherwise = otherwise;
    }

    @Override
    public void write(int one) {
      write(new byte[] {(byte) one}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) {
      Command command = COMMAND.get();
      if (command == null) otherwise.write(bytes, offset, length);
      else command.write(stream.of(command), bytes, offset, length);
    }
  }

  private static final class FromCommand extends InputStream {
    @Override
    public int read() throws IOException {
      Command command = COMMAND.get();
      return command == null ? -1 : command.in.read();
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      Command command = COMMAND.get();
      return command == null ? -1 : command.in.read(bytes, offset, length);
    }
  }

  /** Some tools call System.exit themselves. */
  private static final class ExitsAreCaught extends SecurityManager {
    @Override
    public void checkExit(int code) {
      if (COMMAND.get() != null) exited(code);
    }

    @Override
    public void checkPermission(Permission permission) {}

    @Override
    public void checkPermission(Permission permission, Object context) {}
  }

  /** Some tools add their hooks to the process itself; they belong to the command in whose group their thread is. */
  @SuppressWarnings("unchecked")
  private static Map<Thread, Thread> hooksOfThisProcess() {
    try {
      Field hooks = Class.forName("java.lang.ApplicationShutdownHooks").getDeclaredField("hooks");
      hooks.setAccessible(true);
      return (Map<Thread, Thread>) hooks.get(null);
    } catch (ReflectiveOperationException unlike) {
      throw new IllegalStateException("This Java keeps its shutdown hooks elsewhere", unlike);
    }
  }
}
