import Evidence

extension Manifest {
  /// Where the manifest contradicts itself; empty when it does not.
  ///
  /// Looks at nothing but the manifest. Every finding is `manifestInconsistent`.
  /// - Parameter subject: name of the manifest file.
  package func consistencyFindings(subject: String) -> [Finding] {
    var check = ConsistencyCheck(subject: subject)
    check.expect(
      acquisition.ended >= acquisition.started, "acquisition.ended", "not before the start", acquisition.ended
    )
    for (index, pause) in acquisition.pauses.enumerated() {
      let before = index > 0 ? acquisition.pauses[index - 1].resumed : acquisition.started
      check.expect(
        pause.stopped >= before && pause.resumed >= pause.stopped && pause.resumed <= acquisition.ended,
        "acquisition.pauses[\(index)]", "in order, between start and end", pause.resumed)
    }
    check.equal("source.sectorCount", source.geometry.sectorCount, source.sectorCount)
    check.expect(!images.isEmpty, "images", "at least one image", "none")
    if let main = mainStream {
      if let first = main.firstUnit {
        let start = first.multipliedReportingOverflow(by: UInt64(main.unitSize))
        let end = start.partialValue.addingReportingOverflow(main.length)
        check.expect(
          !start.overflow && !end.overflow && end.partialValue <= source.geometry.length,
          "streams.main.firstUnit",
          "a range of the source", first)
      } else {
        check.equal("streams.main.length", source.geometry.length, main.length)
      }
      check.equal("streams.main.unitSize", source.geometry.logicalSectorSize, main.unitSize)
    } else {
      check.expect(
        false, "streams", "a stream named \(Stream.main)", streams.map(\.name).joined(separator: ", "))
    }
    if let earlier = acquisition.earlier {
      let (both, overflow) = earlier.taken.addingReportingOverflow(earlier.asked)
      check.expect(
        !overflow && both == mainStream?.unitCount && earlier.asked > 0, "acquisition.earlier",
        "all sectors taken or asked for again", both)
      check.expect(
        earlier.identifier != acquisition.identifier, "acquisition.earlier.id", "another acquisition",
        earlier.identifier)
    }
    for stream in streams { self.check(stream, &check) }
    for (index, image) in images.enumerated() { self.check(image, "images[\(index)]", &check) }
    checkVerdict(&check)
    return check.findings
  }

  private func check(_ stream: Stream, _ check: inout ConsistencyCheck) {
    let path = "streams.\(stream.name)"
    let geometry = MediaGeometry(length: stream.length, logicalSectorSize: stream.unitSize)
    check.equal("\(path).unitCount", geometry.sectorCount, stream.unitCount)
    let plan = ChunkPlan(length: stream.length, sectorSize: stream.unitSize)
    check.equal("\(path).chunks.size", plan.chunkSize, stream.chunks.size)
    check.equal("\(path).chunks.count", plan.chunkCount, stream.chunks.count)
    check.expect(
      files.contains { $0.name == stream.chunks.file }, "\(path).chunks.file", "a file that is listed",
      stream.chunks.file)
    var end: UInt64 = 0
    for (index, track) in stream.tracks.enumerated() {
      let next = track.firstUnit.addingReportingOverflow(track.unitCount)
      check.expect(
        track.firstUnit >= end && !next.overflow && next.partialValue <= stream.unitCount,
        "\(path).tracks[\(index)]", "in order, within the stream, apart from each other", track.firstUnit)
      end = next.partialValue
    }
  }

  private func check(_ image: Image, _ path: String, _ check: inout ConsistencyCheck) {
    var seen: Set<String> = []
    for part in image.contents {
      let path = "\(path).\(part.stream)"
      guard let stream = streams.first(where: { $0.name == part.stream }) else {
        check.expect(false, path, "a stream of this manifest", part.stream)
        continue
      }
      check.expect(seen.insert(part.stream).inserted, path, "each stream once", "twice")
      // No overflow: both are below 2^53.
      check.equal("\(path).length", stream.length + part.paddingBytes, part.length)
      let geometry = MediaGeometry(length: stream.length, logicalSectorSize: stream.unitSize)
      check.expect(
        part.paddingBytes == 0 || part.paddingBytes == UInt64(geometry.paddingBytes), "\(path).paddingBytes",
        geometry.paddingBytes == 0 ? "0" : "0 or \(geometry.paddingBytes)", part.paddingBytes)
      for digest in part.digests.all where part.paddingBytes == 0 {
        guard let whole = stream.digests[digest.algorithm] else { continue }
        check.equal("\(path).digests.\(digest.algorithm.rawValue)", whole.hex, digest.hex)
      }
    }
    if image.isPlain, image.contents.count == 1 {
      let total = image.segments.reduce(UInt64(0)) { $0.addingReportingOverflow($1.size).partialValue }
      check.equal("\(path).segments", image.contents[0].length, total)
    }
  }

  private func checkVerdict(_ check: inout ConsistencyCheck) {
    let unreadable = streams.reduce(UInt64(0)) { $0 &+ $1.map.count(of: .unreadable) }
    let notAttempted = streams.reduce(UInt64(0)) { $0 &+ $1.map.count(of: .notAttempted) }
    switch verdict {
    case .complete: check.equal("verdict, unreadable sectors", 0, unreadable)
    case .completeWithUnreadable(let sectors): check.equal("verdict, unreadable sectors", unreadable, sectors)
    case .incomplete: return
    }
    check.expect(
      notAttempted == 0, "verdict", "incomplete, with \(notAttempted) sectors not attempted", verdict.name)
  }
}

private struct ConsistencyCheck {
  let subject: String
  var findings: [Finding] = []

  mutating func expect(
    _ holds: Bool, _ path: String, _ expected: String, _ observed: some CustomStringConvertible
  ) {
    guard !holds else { return }
    findings.append(
      Finding(
        .manifestInconsistent, subject: subject, expected: "\(path): \(expected)",
        observed: HumanText.singleLine(observed.description)))
  }

  mutating func equal<Value: Equatable & CustomStringConvertible>(
    _ path: String, _ expected: Value, _ observed: Value
  ) {
    expect(expected == observed, path, expected.description, observed)
  }
}
