import Evidence
import Testing

@Suite struct HumanTextTests {
  @Test(
    arguments: [
      (0, "0 bytes"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1536, "1.5 KiB"), (1_048_575, "1.0 MiB"),
      (1_048_576, "1.0 MiB"), (1_000_000, "976.6 KiB"), (1 << 40, "1.0 TiB"), (.max, "16.0 EiB"),
    ] as [(UInt64, String)])
  func sizes(bytes: UInt64, text: String) { #expect(HumanText.size(bytes) == text) }

  @Test(
    arguments: [
      (0, "0.0"), (12.34, "12.3"), (0.96, "1.0"), (-0.5, "-0.5"), (-12.34, "-12.3"), (-0.01, "0.0"),
      (.infinity, "?"), (.nan, "?"), (1e300, "?"),
    ] as [(Double, String)])
  func decimals(value: Double, text: String) { #expect(HumanText.decimal(value) == text) }

  @Test(
    arguments: [
      (0, "0:00"), (59.4, "0:59"), (59.6, "1:00"), (3599, "59:59"), (3723, "1:02:03"), (360_000, "100:00:00"),
      (-1, "?"), (.nan, "?"), (.infinity, "?"), (1e12, "?"),
    ] as [(Double, String)])
  func durations(seconds: Double, text: String) { #expect(HumanText.duration(seconds: seconds) == text) }

  @Test(arguments: [
    ("plain é 漢 👩‍💻", "plain é 漢 👩‍💻"), ("a\nb\r\nc\td", "a b  c d"), ("\u{1b}[31mred", " [31mred"),
    ("nel\u{85}x\u{2028}y\u{2029}z", "nel x y z"), ("gpj\u{202e}exe.\u{2066}x", "gpj exe. x"),
    ("\u{7f}\u{0}", "  "),
  ])
  func staysOnItsLine(text: String, line: String) { #expect(HumanText.singleLine(text) == line) }

  @Test(arguments: [
    ("001", "001"), ("JM/1", "JM/1"), ("AB 12-3", "'AB 12-3'"), ("Prüf/7", "Prüf/7"), ("", "''"),
    ("it's", #"'it'\''s'"#), ("-x", "'-x'"), ("$(id)", "'$(id)'"), ("JM\u{202E}1", "'JM 1'"),
    ("a\u{3000}b", "'a\u{3000}b'"), ("a\nb", "'a b'"),
  ])
  func isOneWordOfAShell(text: String, word: String) { #expect(HumanText.shellWord(text) == word) }
}
