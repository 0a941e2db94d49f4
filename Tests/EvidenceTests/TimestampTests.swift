import Evidence
import EvidenceTestKit
import Foundation
import Testing

@Suite struct TimestampTests {
  @Test func partsMakeTheSameTimeAsText() {
    for (year, month, day) in [
      (1970, 1, 1), (1900, 2, 28), (2000, 2, 29), (2026, 12, 31), (9999, 12, 31), (0, 1, 1),
    ] {
      let made = Timestamp(year: year, month: month, day: day, hour: 23, minute: 4, second: 59)
      let text = Timestamp("\(String(format: "%04d-%02d-%02d", year, month, day))T23:04:59.000000Z")
      #expect(made != nil && made == text)
    }
    for (month, day) in [(2, 29), (2, 30), (4, 31), (13, 1), (0, 1), (1, 0), (1, 32)] {
      #expect(Timestamp(year: 2026, month: month, day: day, hour: 0, minute: 0, second: 0) == nil)
    }
    #expect(Timestamp(year: 1900, month: 2, day: 29, hour: 0, minute: 0, second: 0) == nil)
    for (hour, minute, second) in [(24, 0, 0), (0, 60, 0), (0, 0, 60), (-1, 0, 0)] {
      #expect(Timestamp(year: 2026, month: 1, day: 1, hour: hour, minute: minute, second: second) == nil)
    }
  }

  @Test(
    arguments: [
      ("1970-01-01T00:00:00.000000Z", 0), ("1969-12-31T23:59:59.999999Z", -1),
      ("2026-01-31T09:15:02.120000Z", 1_769_850_902_120_000),
      ("2000-02-29T00:00:00.000000Z", 951_782_400_000_000),
      ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
      ("0000-01-01T00:00:00.000000Z", -62_167_219_200_000_000),
    ] as [(String, Int64)])
  func knownMoments(text: String, microseconds: Int64) {
    #expect(Timestamp(text)?.microseconds == microseconds)
    #expect(Timestamp(microseconds: microseconds).description == text)
  }

  /// Foundation's calendar is the second opinion.
  @Test func agreesWithFoundation() {
    var generator = SeededGenerator(seed: 1)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: false)
    for _ in 0..<2000 {
      // From the year 1600, where the calendars of the two surely agree, to 9999.
      let seconds = Int64.random(in: -11_676_096_000..<253_402_300_800, using: &generator)
      let text = Timestamp(microseconds: seconds * 1_000_000).description
      let expected = Date(timeIntervalSince1970: Double(seconds)).formatted(style)
      #expect(text == expected.dropLast() + ".000000Z")
      #expect(Timestamp(text)?.microseconds == seconds * 1_000_000)
    }
  }

  @Test func everyDayOfFourCenturiesFollowsTheOneBefore() {
    let day: Int64 = 86_400_000_000
    var previous = ""
    for number in 0..<Int64(146_097) {
      let text = Timestamp(microseconds: number * day).description
      #expect(previous < text)
      previous = text
    }
    #expect(previous.hasPrefix("2369-12-31"))
  }

  @Test(arguments: ["2024-02-29", "2000-02-29", "1600-02-29", "2026-04-30", "2026-12-31"])
  func daysThatExist(day: String) {
    let text = "\(day)T12:00:00.000001Z"
    #expect(Timestamp(text)?.description == text)
  }

  @Test(arguments: [
    "2023-02-29T00:00:00.000000Z", "1900-02-29T00:00:00.000000Z", "2026-04-31T00:00:00.000000Z",
    "2026-00-01T00:00:00.000000Z", "2026-13-01T00:00:00.000000Z", "2026-01-00T00:00:00.000000Z",
    "2026-01-32T00:00:00.000000Z", "2026-01-01T24:00:00.000000Z", "2026-01-01T00:60:00.000000Z",
    "2026-12-31T23:59:60.000000Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000Z",
    "2026-01-01T00:00:00.0000000Z", "2026-01-01 00:00:00.000000Z", "2026-01-01t00:00:00.000000z",
    "2026-01-01T00:00:00.000000+", "+026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00,000000Z",
    "-001-01-01T00:00:00.000000Z", "20２-01-01T00:00:00.00000Z", "", " ",
  ])
  func refuses(text: String) { #expect(Timestamp(text) == nil) }

  @Test func extremesDoNotCrash() {
    for value in [Int64.min, .min + 1, .max] { #expect(!Timestamp(microseconds: value).description.isEmpty) }
  }

  @Test func ordersAndSubtracts() {
    let early = Timestamp(microseconds: 1_000_000)
    let late = Timestamp(microseconds: 3_500_000)
    #expect(early < late)
    #expect(late.seconds(since: early) == 2.5)
    #expect(early.seconds(since: late) == -2.5)
  }
}
