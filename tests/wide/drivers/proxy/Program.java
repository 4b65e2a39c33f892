import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

public class Program {
  public static void main(String[] arguments) throws Exception {
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    String[][] asks = {{"GET", "/items/1", null}, {"POST", "/items", "{\"name\": \"a lamp\"}"}, {"GET", "/items/2", null}};
    for (String[] ask : asks) {
      HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(arguments[0] + ask[1])).timeout(Duration.ofSeconds(20));
      if (ask[2] == null) request.GET();
      else request.header("Content-Type", "application/json").POST(HttpRequest.BodyPublishers.ofString(ask[2]));
      var answer = client.send(request.build(), BodyHandlers.ofString());
      System.out.println(answer.statusCode() + " " + answer.body());
    }
  }
}
