import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** pgjdbc: portals fetched by fetchSize, server-side prepared statements after five uses, batches. */
public final class Fetch {
  static void show(ResultSet rows) throws SQLException {
    int columns = rows.getMetaData().getColumnCount();
    while (rows.next()) {
      StringBuilder line = new StringBuilder("  ");
      for (int i = 1; i <= columns; i++) line.append(i > 1 ? " | " : "").append(rows.getString(i));
      System.out.println(line);
    }
  }

  static void ask(Connection connection, String sql, Object... values) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.length; i++) statement.setObject(i + 1, values[i]);
      if (statement.execute()) show(statement.getResultSet());
      else System.out.println("   count " + statement.getUpdateCount());
    } catch (SQLException error) {
      System.out.println("   " + error.getSQLState() + " " + error.getMessage().lines().findFirst().orElse(""));
    }
  }

  static void walk(Connection connection, String sql, int size, int rows) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.setFetchSize(size);
      try (ResultSet result = statement.executeQuery(sql)) {
        int seen = 0;
        while (seen < rows && result.next()) {
          seen++;
          if (seen % size == 1) ask(connection, "SELECT title FROM task WHERE id = ?", result.getInt(1));
        }
        System.out.println("walked " + seen);
      }
    }
  }

  public static void main(String[] arguments) throws SQLException {
    String account = System.getenv("ACCOUNT");
    String address = "jdbc:postgresql://" + System.getenv("HOST") + ":" + System.getenv("PORT") + "/";
    Properties properties = new Properties();
    properties.setProperty("user", account);
    properties.setProperty("password", account);
    properties.setProperty("sslmode", "disable");
    try (Connection connection = DriverManager.getConnection(address + account, properties)) {
      System.out.println("== types");
      ask(connection, "SELECT id, title, done, weight, share, feel, home, tags, span, extra, made FROM task WHERE id < ? ORDER BY id", 4);
      System.out.println("== prepared on the server");
      for (int id = 1; id <= 8; id++) ask(connection, "SELECT title, done, weight, made FROM task WHERE id = ?", id);
      System.out.println("== writes");
      ask(connection, "INSERT INTO task (title, weight) VALUES (?, ?) RETURNING id", "new", 3);
      ask(connection, "INSERT INTO task (title, weight) VALUES (?, ?) RETURNING id", "new", 3);
      try (PreparedStatement batch = connection.prepareStatement("UPDATE task SET done = ? WHERE id = ?")) {
        for (int id = 1; id <= 3; id++) {
          batch.setBoolean(1, true);
          batch.setInt(2, id);
          batch.addBatch();
        }
        for (int count : batch.executeBatch()) System.out.println("   batch " + count);
      }
      ask(connection, "SELECT id, done FROM task WHERE id < 5 ORDER BY id");
      ask(connection, "DELETE FROM task WHERE title = ?", "new");
      System.out.println("== errors");
      ask(connection, "SELECT nope FROM task WHERE id = ?", 1);
      ask(connection, "SELEC 1");
      ask(connection, "SELECT 1 / (id - 1) FROM task WHERE id = ?", 1);
      System.out.println("== fetched in portions");
      connection.setAutoCommit(false);
      walk(connection, "SELECT id, title FROM task WHERE id <= 120 ORDER BY id", 50, 1000);
      walk(connection, "SELECT id, title FROM task ORDER BY id", 10, 25);
      ask(connection, "UPDATE task SET weight = 0 WHERE id = 200");
      connection.rollback();
      ask(connection, "SELECT weight FROM task WHERE id = 200");
      connection.commit();
    }
    try {
      DriverManager.getConnection(address + "no_such_database", properties).close();
    } catch (SQLException error) {
      System.out.println("refused " + error.getSQLState());
    }
  }
}
