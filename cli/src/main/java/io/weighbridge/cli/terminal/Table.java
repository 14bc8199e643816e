package io.weighbridge.cli.terminal;

import java.util.ArrayList;
import java.util.List;

/** Rows under headers, as wide as their widest cell. Confined to the thread that fills it. */
public final class Table {
  private static final int GAP = 2;

  private final Console console;
  private final List<String> headers;
  private final List<List<Cell>> rows = new ArrayList<>();

  /** A table with these columns. */
  public Table(Console console, List<String> headers) {
    this.console = console;
    this.headers = List.copyOf(headers);
  }

  /** One piece of printable text and how it looks. */
  public record Cell(String text, Style style) {
    public Cell {
      text = Console.printable(text);
    }

    /** Text without style. */
    public static Cell of(String text) {
      return new Cell(text, Style.PLAIN);
    }
  }

  /** Adds one row: as many cells as there are columns. */
  public void row(Cell... cells) {
    if (cells.length != headers.size()) {
      throw new IllegalArgumentException(cells.length + " cells, " + headers.size() + " columns");
    }
    rows.add(List.of(cells));
  }

  /** Adds one row of plain text. */
  public void row(String... texts) {
    Cell[] cells = new Cell[texts.length];
    for (int i = 0; i < texts.length; i++) {
      cells[i] = Cell.of(texts[i]);
    }
    row(cells);
  }

  /** Writes the table as data. */
  public void print() {
    List<Cell> head = new ArrayList<>();
    for (String header : headers) {
      head.add(new Cell(header, Style.DIM));
    }
    line(head);
    rows.forEach(this::line);
  }

  private void line(List<Cell> cells) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < cells.size(); column++) {
      Cell cell = cells.get(column);
      line.append(console.paint(cell.style(), cell.text()));
      if (column < cells.size() - 1) {
        line.repeat(' ', width(column) - length(cell.text()) + GAP);
      }
    }
    console.out().println(line.toString().stripTrailing());
  }

  private int width(int column) {
    int width = length(headers.get(column));
    for (List<Cell> row : rows) {
      width = Math.max(width, length(row.get(column).text()));
    }
    return width;
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
