import java.io.ByteArrayOutputStream;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;

/** The flow of flow.py with java.net.http.HttpClient: HTTP/1.1, its cookie manager, its redirects. */
public final class Flow {
  private static final String HOST = System.getenv("HOST");
  private static final String BASE = "http://" + HOST + ":" + System.getenv("PORT");
  private static final String FORM = "application/x-www-form-urlencoded";

  private final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1)
      .followRedirects(HttpClient.Redirect.NORMAL).cookieHandler(new CookieManager()).build();
  private String token;
  private String order;
  private int sent;

  private static String md5(byte[] octets) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(octets));
  }

  /** Like a uuid; another one with each SEED. */
  private static String newId(String number) throws Exception {
    String d = md5((System.getenv("SEED") + ":" + number).getBytes(StandardCharsets.UTF_8));
    return d.substring(0, 8) + "-" + d.substring(8, 12) + "-4" + d.substring(13, 16) + "-8" + d.substring(17, 20) + "-"
        + d.substring(20);
  }

  private static String text(HttpResponse<byte[]> answer) {
    return new String(answer.body(), StandardCharsets.UTF_8);
  }

  private static String field(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("None");
  }

  /** The member of an object that is no structure; Java has no JSON of its own. */
  private static String member(HttpResponse<byte[]> answer, String name) {
    var found = Pattern.compile("\"" + name + "\":\"?([^\",}]*)").matcher(text(answer));
    return found.find() ? found.group(1) : "None";
  }

  private static HttpResponse<byte[]> show(String name, HttpResponse<byte[]> answer, String... fields) {
    var line = new StringBuilder(name + " " + answer.statusCode() + " " + text(answer).replace(BASE, "BASE"));
    for (String one : fields) line.append(' ').append(one).append('=').append(field(answer, one));
    System.out.println(line);
    return answer;
  }

  private static HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(path.startsWith("http") ? path : BASE + path));
  }

  private HttpResponse<byte[]> send(String method, String path, boolean anonymous, String type, BodyPublisher body,
      String... headers) throws Exception {
    ++sent;
    var request = request(path).method(method, body).header("X-Request-Id", newId("request " + sent))
        .header("traceparent", "00-%s-%016x-01".formatted(newId("trace").replace("-", ""), sent));
    if (type != null) request.header("Content-Type", type);
    if (token != null && !anonymous) request.header("Authorization", "Bearer " + token);
    if (headers.length > 0) request.headers(headers);
    return client.send(request.build(), BodyHandlers.ofByteArray());
  }

  private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
    return send("GET", path, false, null, BodyPublishers.noBody(), headers);
  }

  private HttpResponse<byte[]> json(String method, String path, String json, String... headers) throws Exception {
    return send(method, path, false, "application/json", BodyPublishers.ofString(json), headers);
  }

  private void login() throws Exception {
    var answer = json("POST", "/login",
        "{\"user\":\"%s\",\"password\":\"%s\"}".formatted(System.getenv("WHO"), System.getenv("PASSWORD")));
    if (answer.statusCode() == 200) token = member(answer, "access_token");
    System.out.println("login " + answer.statusCode() + " " + member(answer, "expires_in"));
  }

  private void anonymous() throws Exception {
    show("anonymous", send("GET", "/me", true, null, BodyPublishers.noBody()), "WWW-Authenticate");
  }

  private void session() throws Exception {
    String password = URLEncoder.encode(System.getenv("PASSWORD"), StandardCharsets.UTF_8);
    String form = "user=" + System.getenv("WHO") + "&password=" + password;
    show("session", send("POST", "/session", false, FORM, BodyPublishers.ofString(form)));
  }

  private void profile() throws Exception {
    show("profile", send("GET", "/profile", true, null, BodyPublishers.noBody()));
  }

  private void create() throws Exception {
    for (int number = 0; number < 2; ++number) {
      String said = "{\"item\":\"%s\",\"count\":2,\"reference\":\"%s\"}".formatted(number == 0 ? "tea" : "milk",
          newId("order " + number));
      var answer = json("POST", "/orders", said, "Idempotency-Key", newId("key " + number));
      String location = field(answer, "Location");
      System.out.println("create " + answer.statusCode() + " " + text(answer) + " " + location.replace(BASE, "BASE"));
      if (number == 0) order = location;
      show("fetch", get(location));
    }
  }

  private void change() throws Exception {
    show("replace", json("PUT", order, "{\"item\":\"tea\",\"count\":3}"));
    show("fetch", get(order));
    show("amend", json("PATCH", order, "{\"note\":\"très chaud\"}"));
    show("fetch", get(order));
  }

  private void remove() throws Exception {
    show("remove", send("DELETE", order, false, null, BodyPublishers.noBody()));
    show("fetch", get(order));
  }

  private void job() throws Exception {
    String location = field(show("job", json("POST", "/jobs", "{\"kind\":\"report\"}")), "Location");
    for (int i = 0; i < 5 && show("poll", get(location), "Retry-After").statusCode() != 200;) ++i;
  }

  private HttpResponse<byte[]> retry(String path) throws Exception {
    var answer = client.send(request(path).build(), BodyHandlers.ofByteArray());
    for (int i = 0; i < 2 && (answer.statusCode() == 429 || answer.statusCode() == 503); ++i) {
      Thread.sleep(1000 * answer.headers().firstValueAsLong("Retry-After").orElse(0));
      answer = client.send(request(path).build(), BodyHandlers.ofByteArray());
    }
    return answer;
  }

  private void limited() throws Exception {
    for (int i = 0; i < 3; ++i) show("limited", retry("/limited"), "X-RateLimit-Remaining");
  }

  private void pages() throws Exception {
    for (String query = ""; query != null;) {
      String next = member(show("items", get("/items?limit=2" + query)), "next");
      query = next.equals("null") || next.equals("None") ? null
          : "&cursor=" + URLEncoder.encode(next, StandardCharsets.UTF_8);
    }
    var link = Pattern.compile("<([^>]*)>; rel=\"next\"");
    for (String path = "/logs?page=1"; path != null;) {
      var found = link.matcher(field(show("logs", get(path)), "Link"));
      path = found.find() ? found.group(1) : null;
    }
  }

  private void redirects() throws Exception {
    show("old", get("/old"));
    show("form", send("POST", "/form", false, FORM, BodyPublishers.ofString("a=1")));
    show("kept", json("POST", "/kept", "{\"a\":[1,null,2.5]}"));
  }

  private void packed() throws Exception {
    var answer = get("/packed");
    System.out.println("packed " + answer.statusCode() + " " + answer.body().length + " " + md5(answer.body()));
  }

  private void draft() throws Exception {
    String etag = field(show("draft", get("/draft"), "ETag"), "ETag");
    show("draft", get("/draft", "If-None-Match", etag), "ETag");
    show("save", json("PUT", "/draft", "{\"text\":\"second\"}", "If-Match", etag), "ETag");
    show("save", json("PUT", "/draft", "{\"text\":\"third\"}", "If-Match", etag));
    show("draft", get("/draft", "If-None-Match", etag), "ETag", "Last-Modified");
  }

  private void upload() throws Exception {
    var parts = new ByteArrayOutputStream();
    parts.writeBytes(("--gap\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\nraw\r\n--gap\r\nContent-Disposition: "
        + "form-data; name=\"file\"; filename=\"a.bin\"\r\nContent-Type: application/octet-stream\r\n\r\n")
        .getBytes(StandardCharsets.UTF_8));
    for (int i = 0; i < 256; ++i) parts.write(i);
    parts.writeBytes("\r\n--gap--\r\n".getBytes(StandardCharsets.UTF_8));
    show("upload", send("POST", "/files", false, "multipart/form-data; boundary=gap",
        BodyPublishers.ofByteArray(parts.toByteArray())));
    var answer = get("/files/1");
    System.out.println("download " + answer.statusCode() + " " + HexFormat.of().formatHex(answer.body()));
  }

  private void events() throws Exception {
    client.send(request("/events").build(), BodyHandlers.ofLines()).body()
        .forEach(line -> System.out.println("event " + line));
  }

  private static String call(String id, String method, String params) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%s,\"method\":\"%s\",\"params\":{%s}}".formatted(id, method, params);
  }

  private void rpc() throws Exception {
    for (String said : List.of(call("1", "getBalance", ""), call("2", "deposit", "\"amount\":5"),
        call("3", "getBalance", ""), call("4", "nothing", ""), call('"' + newId("call") + '"', "deposit", "\"amount\":1"),
        "[" + call("6", "getBalance", "") + "," + call("7", "nothing", "") + "]"))
      show("rpc", json("POST", "/rpc", said));
  }

  private void ask() throws Exception {
    show("ask", json("POST", "/rpc", call('"' + newId("question") + '"', "getBalance", "")));
  }

  private void together() {
    var asked = new ArrayList<CompletableFuture<HttpResponse<byte[]>>>();
    for (String path : List.of("/new", "/items?limit=2", "/logs?page=2", "/draft"))
      asked.add(client.sendAsync(request(path).build(), BodyHandlers.ofByteArray()));
    for (var answer : asked) show("together", answer.join());
  }

  private void logout() throws Exception {
    show("logout", send("DELETE", "/session", true, null, BodyPublishers.noBody()));
    profile();
  }

  private interface Step {
    void run() throws Exception;
  }

  public static void main(String[] arguments) throws Exception {
    System.setOut(new java.io.PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, "UTF-8"));
    var flow = new Flow();
    Map<String, Step> steps = Map.ofEntries(Map.entry("login", flow::login),
        Map.entry("me", () -> show("me", flow.get("/me"), "Content-Type")), Map.entry("anonymous", flow::anonymous),
        Map.entry("session", flow::session), Map.entry("profile", flow::profile),
        Map.entry("list", () -> show("list", flow.get("/orders"))), Map.entry("create", flow::create),
        Map.entry("change", flow::change), Map.entry("remove", flow::remove), Map.entry("job", flow::job),
        Map.entry("flaky", () -> show("flaky", flow.retry("/flaky"))), Map.entry("limited", flow::limited),
        Map.entry("pages", flow::pages), Map.entry("redirects", flow::redirects), Map.entry("packed", flow::packed),
        Map.entry("draft", flow::draft),
        Map.entry("accept", () -> show("accept", flow.get("/draft", "Accept", System.getenv("ACCEPT")), "Content-Type")),
        Map.entry("upload", flow::upload), Map.entry("events", flow::events), Map.entry("rpc", flow::rpc), Map.entry("ask", flow::ask),
        Map.entry("together", flow::together), Map.entry("logout", flow::logout));
    var omitted = List.of(System.getenv("OMIT").split(","));
    for (String step : ("login me anonymous session profile list create list change list remove list job flaky limited pages "
        + "redirects packed draft accept upload events rpc ask me together logout").split(" "))
      if (!omitted.contains(step)) steps.get(step).run();
  }
}
