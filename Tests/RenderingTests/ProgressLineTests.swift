import Evidence
import Testing

@testable import Rendering

@Suite struct ProgressLineTests {
  private func line(
    unreadable: UInt64 = 0, item: String = "001",
    source: String = "/dev/disk/by-id/usb-SanDisk_Ultra_4C530001",
    rate: Double? = 92_274_688, elapsed: Double = 60
  ) -> ProgressLine {
    ProgressLine(
      names: ProgressDisplay.names("Acquiring", item, source), done: 3_650_722_201, total: 8_589_934_592,
      unreadableSectors: unreadable, rate: rate, elapsed: elapsed)
  }

  @Test(arguments: [20, 39, 40, 60, 79, 80, 120, 200], [0, 12, 123_456_789] as [UInt64])
  func itFits(cells: Int, unreadable: UInt64) {
    for item in ["001", "証拠品の番号", "a-very-long-number-of-an-item-that-nobody-would-type"] {
      let text = line(unreadable: unreadable, item: item).text(cells: cells)
      #expect(TextCells.count(text) <= cells, "\(text)")
      #expect(!text.isEmpty)
    }
  }

  @Test func unreadableSectorsComeFirstAndPercentNext() {
    for cells in [39, 79, 199] {
      let text = line(unreadable: 12).text(cells: cells)
      #expect(text.hasPrefix("12 unreadable"), "\(text)")
      #expect(text.contains("  42.5 %"), "\(text)")
      #expect(text.contains("001"), "\(text)")
    }
  }

  @Test func aWideTerminalShowsEverything() {
    #expect(
      line(unreadable: 1).text(cells: 199)
        == "1 unreadable sector  42.5 %  88.0 MiB/s  0:54 left  3.4 GiB of 8.0 GiB  "
        + "Acquiring 001 from /dev/disk/by-id/usb-SanDisk_Ultra_4C530001")
  }

  @Test func theTimeLeftIsHiddenWhileItMeansNothing() {
    #expect(!line(rate: nil).text(cells: 199).contains("left"))
    #expect(!line(elapsed: 2).text(cells: 199).contains("left"))
    #expect(!line(rate: 0).text(cells: 199).contains("left"))
    #expect(!line(rate: 1e-9).text(cells: 199).contains("left"))
    #expect(line().text(cells: 199).contains("left"))
  }

  @Test func itIsNotAtTheEndBeforeTheEnd() {
    var almost = line()
    almost.done = almost.total - 1
    #expect(almost.text(cells: 79).contains("99.9 %"))
    almost.done = almost.total
    #expect(almost.text(cells: 79).contains("100.0 %"))
  }

  @Test func cellsAreThoseOfTheTerminal() {
    #expect(TextCells.count("abc") == 3)
    #expect(TextCells.count("証拠") == 4)
    #expect(TextCells.count("e\u{301}") == 1)
    #expect(TextCells.count("👩‍🔬") == 2)
    #expect(TextCells.suffix("/dev/証拠", cells: 4) == "…拠")
    #expect(TextCells.suffix("abc", cells: 3) == "abc")
  }

  @Test func storedNamesAreWords() {
    #expect(HumanText.words("sealBefore") == "seal before")
    #expect(HumanText.words("busPath") == "bus path")
    #expect(HumanText.words("NGUID") == "NGUID")
    #expect(HumanText.words("place") == "place")
  }
}
