/// A time on a disc: minutes, seconds and frames, of which a second has 75. One frame is one sector.
package struct MSF: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Frames since 00:00:00; not negative.
  package let frames: Int

  package static let framesPerSecond = 75
  /// Frames before LBA 0, which is at the absolute time 00:02:00.
  package static let leadTime = 150

  package init(frames: Int) {
    precondition(frames >= 0)
    self.frames = frames
  }

  /// - Returns: `nil` where seconds are not below 60 or frames not below 75. Minutes may exceed 99.
  package init?(minute: Int, second: Int, frame: Int) {
    guard minute >= 0, minute < 1 << 20, (0..<60).contains(second), (0..<75).contains(frame) else {
      return nil
    }
    self.frames = (minute * 60 + second) * Self.framesPerSecond + frame
  }

  /// The absolute time of a sector; `nil` before LBA -150.
  package init?(lba: Int) {
    guard lba >= -Self.leadTime else { return nil }
    self.frames = lba + Self.leadTime
  }

  package var minute: Int { frames / Self.framesPerSecond / 60 }
  package var second: Int { frames / Self.framesPerSecond % 60 }
  package var frame: Int { frames % Self.framesPerSecond }
  /// The sector at this absolute time.
  package var lba: Int { frames - Self.leadTime }

  /// `MM:SS:FF`, as in cue sheets.
  package var description: String { [minute, second, frame].map(Self.twoDigits).joined(separator: ":") }

  /// Reads `MM:SS:FF`, each part with one digit or more.
  package init?(_ text: some StringProtocol) {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { part in
      part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ? Int(part) : nil
    }
    guard parts.count == 3, let minute = parts[0], let second = parts[1], let frame = parts[2] else {
      return nil
    }
    self.init(minute: minute, second: second, frame: frame)
  }

  package static func < (left: Self, right: Self) -> Bool { left.frames < right.frames }

  package static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

  /// Three BCD bytes, as in sector headers and in Q; `nil` past 99:59:74.
  package var bcd: [UInt8]? {
    guard minute < 100 else { return nil }
    return [minute, second, frame].map { BCD.encode($0) }
  }

  /// From three BCD bytes; `nil` where one is not a number in its range.
  package init?(bcd bytes: [UInt8]) {
    let numbers = bytes.compactMap { BCD.decode($0) }
    guard numbers.count == 3 else { return nil }
    self.init(minute: numbers[0], second: numbers[1], frame: numbers[2])
  }
}

/// Two decimal digits in one byte.
package enum BCD {
  package static func encode(_ number: Int) -> UInt8 {
    precondition((0..<100).contains(number))
    return UInt8((number / 10) << 4 | number % 10)
  }

  /// `nil` where a half byte is no digit.
  package static func decode(_ byte: UInt8) -> Int? {
    guard byte >> 4 < 10, byte & 15 < 10 else { return nil }
    return Int(byte >> 4) * 10 + Int(byte & 15)
  }
}
