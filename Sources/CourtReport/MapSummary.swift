import Evidence

extension ReportModel {
  /// The sector map as numbers, as a bar, and as words.
  package struct MapSummary: Hashable, Sendable {
    package struct StateLine: Hashable, Sendable {
      package let stateTitle: String
      /// Class of the style sheet.
      package let stateClass: String
      package let sectorCount: String
      package let share: String
    }

    package struct RangeLine: Hashable, Sendable {
      package let rangeState: String
      package let firstSector: String
      package let lastSector: String
      package let rangeCount: String
      /// Pass, tries and error numbers; empty where nothing is recorded.
      package let effort: String
    }

    /// A stretch of the bar, in columns.
    package struct BarPiece: Hashable, Sendable {
      package let barClass: String
      package let x: Int
      package let width: Int
    }

    package let total: String
    package let states: [StateLine]
    /// Unreadable and not attempted ranges, at most ``largestRangeCount``.
    package let ranges: [RangeLine]
    package let unlistedRanges: Int
    package let hasMoreRanges: Bool
    package let bar: [BarPiece]
    /// The bar in words, for whoever does not see it.
    package let barText: String
    /// What stands in the image in place of unreadable sectors.
    package let fillText: String

    /// Most ranges a page lists; the mapfile has all.
    package static let largestRangeCount = 200
    /// Columns of the bar.
    static let barWidth = 600

    /// - Parameter fill: what stands in the image in place of unreadable sectors, in words.
    package init(_ map: SectorMap, fill: String) {
      self.total = Grouped.text(map.sectorCount)
      self.fillText = fill
      self.states = SectorState.allCases.map { state in
        StateLine(
          stateTitle: Self.title(state), stateClass: Self.cssClass(state),
          sectorCount: Grouped.text(map.count(of: state)),
          share: Self.share(map.count(of: state), of: map.sectorCount))
      }
      let notRead = map.runs.filter { $0.state != .read }
      self.ranges = notRead.prefix(Self.largestRangeCount).map { run in
        RangeLine(
          rangeState: Self.title(run.state), firstSector: Grouped.text(run.range.first),
          lastSector: Grouped.text(run.range.end - 1), rangeCount: Grouped.text(run.range.count),
          effort: ReadEffort.summary(map.efforts(within: run.range)))
      }
      self.unlistedRanges = notRead.count - ranges.count
      self.hasMoreRanges = unlistedRanges > 0
      self.bar = Self.pieces(of: map)
      self.barText =
        "\(total) sectors from left to right: "
        + states.map { "\($0.stateTitle.lowercased()) \($0.sectorCount)" }.joined(separator: ", ") + "."
    }

    static func title(_ state: SectorState) -> String {
      switch state {
      case .read: "Read"
      case .unreadable: "Unreadable"
      case .notAttempted: "Not attempted"
      }
    }

    static func cssClass(_ state: SectorState) -> String {
      switch state {
      case .read: "read"
      case .unreadable: "unreadable"
      case .notAttempted: "not-attempted"
      }
    }

    /// Percent, never rounded to all or nothing.
    private static func share(_ part: UInt64, of whole: UInt64) -> String {
      guard whole > 0, part > 0 else { return "0 %" }
      guard part < whole else { return "100 %" }
      let percent = Double(part) / Double(whole) * 100
      if percent < 0.05 { return "< 0.1 %" }
      if percent > 99.94 { return "> 99.9 %" }
      return "\(HumanText.decimal(percent)) %"
    }

    /// Each column shows the worst state of its sectors, so that a single unreadable one is seen.
    private static func pieces(of map: SectorMap) -> [BarPiece] {
      guard map.sectorCount > 0 else { return [] }
      var columns = [SectorState](repeating: .read, count: barWidth)
      for state in [SectorState.notAttempted, .unreadable] {
        for range in map.ranges(in: state) {
          // One column more on either side: a single one is lost in print.
          let first = max(column(of: range.first, map.sectorCount) - 1, 0)
          let last = min(column(of: range.end - 1, map.sectorCount) + 1, barWidth - 1)
          for index in first...last { columns[index] = state }
        }
      }
      var pieces: [BarPiece] = []
      var start = 0
      for index in 1...barWidth where index == barWidth || columns[index] != columns[start] {
        pieces.append(BarPiece(barClass: cssClass(columns[start]), x: start, width: index - start))
        start = index
      }
      return pieces
    }

    private static func column(of sector: UInt64, _ count: UInt64) -> Int {
      let (high, low) = sector.multipliedFullWidth(by: UInt64(barWidth))
      // The quotient is below the bar's width, as the sector lies below the count.
      return Int(count.dividingFullWidth((high, low)).quotient)
    }
  }
}
