import Evidence
import OpticalDisc

/// Where a later session lies, as its sectors tell it.
extension CUELayout {
  /// The address of the first sector of a track, index 1: as its header says, or its file system; `nil` where neither
  /// does.
  private func statedAddress(_ type: CUESheet.TrackType, _ file: Int, _ offset: UInt64) -> Int? {
    guard type.mode.isData else { return nil }
    if type.layout == .raw {
      guard let bytes = try? files[file].bytes(at: offset, count: SectorCodec.size),
        bytes.count == SectorCodec.size
      else { return nil }
      return DataSector(bytes[...]).report.address?.lba
    }
    let inner = (type.layout == .body ? SectorLayout.form1Data : type.layout).range.lowerBound
    let lead = UInt64(max(0, inner - type.layout.range.lowerBound))
    let read: VolumeDescriptors.Read = { (sector: Int, count: Int) throws(EvidenceError) in
      guard (0..<1 << 24).contains(sector) else { return [] }
      return try files[file].bytes(at: offset + UInt64(sector * type.stride) + lead, count: 2048)
    }
    let room = files[file].size > offset ? Int((files[file].size - offset) / UInt64(type.stride)) : 0
    guard let descriptors = try? VolumeDescriptors(sectors: room, read: read),
      let base = try? descriptors.base(sectors: room, read: read), base > 0
    else { return nil }
    return base
  }

  // MARK: Sessions that are announced

  /// The address of what a later session begins with, where it lies in the file of the session before and the sheet does
  /// not say where that one ends: by the headers of its sectors, their file system, or zeros as long as the usual gap.
  ///
  /// Where lead-out, lead-in and pregap are stored, they are taken from the last track of the session before.
  mutating func storedStart(
    of number: Int, after previous: inout DiscSession, _ place: Int, _ parts: inout [Segment]
  ) -> Int? {
    guard sheet.sessions[previous.number]?.leadOut == nil, let first = parts.first,
      let start = parts.first(where: { ($0.index ?? 0) > 0 }), let last = previous.tracks.last,
      let end = last.extents.last, let run = end.run, run.file == first.file,
      run.offset + UInt64(end.count * run.stride) == first.offset
    else { return nil }
    let before = start.firstSector - first.firstSector
    let usual = DiscSession.usualGap(after: previous.number)
    let type = sheet.tracks[place].type
    let stored = previous.leadOut + before
    if let header = statedAddress(type, start.file, start.offset) {
      if header == stored { return divide(number, &previous, gap: usual, before, &parts) }
      guard header - before > previous.leadOut else { return nil }
      remarks.append(
        "the sheet does not say how far session \(number) is from session \(previous.number); the headers or the "
          + "file system of its sectors do: it begins at \(header)")
      return header - before
    }
    guard stored - usual > last.start, isFiller(last, (stored - usual)..<previous.leadOut) else { return nil }
    return divide(number, &previous, gap: usual, before, &parts)
  }

  /// Takes what lies between two sessions from the end of the first.
  private mutating func divide(
    _ number: Int, _ previous: inout DiscSession, gap: Int, _ before: Int, _ parts: inout [Segment]
  ) -> Int? {
    guard var last = previous.tracks.last, let first = parts.first else { return nil }
    let leadOut = previous.leadOut + before - gap
    let pregap = max(0, DiscSession.pregap - before)
    guard leadOut > last.start, leadOut + pregap <= previous.leadOut else { return nil }
    let stride = last.extents.last?.run?.stride ?? SectorCodec.size
    let own = sheet.tracks[first.track].type.stride
    let filler = previous.leadOut - leadOut - pregap
    let length = UInt64((filler + pregap) * stride)
    guard own == stride || pregap == 0, length <= first.offset else { return nil }
    let begin = first.offset - length
    unclaimed.append(
      UnclaimedBytes(
        file: first.file, range: begin..<begin + UInt64(filler * stride),
        reason: "\(filler) sectors between session \(previous.number) and session \(number)"))
    remarks.append(
      "the sheet does not say where session \(previous.number) ends; session \(number) lies \(gap) sectors behind it, "
        + "as is usual, and the file has what lies between")
    if pregap > 0 {
      parts.insert(
        Segment(
          track: first.track, index: nil, file: first.file, offset: begin + UInt64(filler * stride),
          count: pregap,
          firstSector: first.firstSector - pregap), at: 0)
    }
    last.extents = last.extents(in: last.first..<leadOut)
    last.indexes = last.indexes.filter { $0.value < leadOut }
    previous.tracks[previous.tracks.count - 1] = last
    let position = previous.leadOut - pregap
    previous.leadOut = leadOut
    return position
  }

  /// Whether sectors hold nothing but zeros, as far as every fiftieth tells.
  private func isFiller(_ track: DiscTrack, _ range: Range<Int>) -> Bool {
    Swift.stride(from: range.lowerBound, to: range.upperBound, by: 50).allSatisfy { lba in
      guard let run = track.extents(in: lba..<lba + 1).first?.run,
        let bytes = try? files[run.file].bytes(at: run.offset, count: run.layout.size)
      else { return false }
      return bytes.count == run.layout.size && bytes.allSatisfy { $0 == 0 }
    }
  }

  // MARK: Sessions that are not announced

  /// Data behind audio whose headers say that the usual gap lies between is a session of its own, which a sheet may not
  /// say: CD-Extra.
  /// - Returns: whether there is one; then the sheet has it, and the last remark says so.
  mutating func announceSessions(in disc: Disc) -> Bool {
    guard sheet.sessions.isEmpty, Set(sheet.tracks.map(\.session)).count == 1,
      let session = disc.sessions.first,
      sheet.tracks.count == session.tracks.count
    else { return false }
    for (place, pair) in zip(session.tracks, session.tracks.dropFirst()).enumerated()
    where pair.0.mode == .audio && pair.1.mode.isData {
      let track = pair.1
      guard let run = track.extents(in: track.start..<track.start + 1).first?.run,
        let header = statedAddress(sheet.tracks[place + 1].type, run.file, run.offset),
        header - track.start == DiscSession.usualGap(after: 1)
      else { continue }
      for later in place + 1..<sheet.tracks.count { sheet.tracks[later].session += 1 }
      remarks.append(
        "the headers of track \(track.number) say \(header), not \(track.start): it is taken for a second session, which "
          + "the sheet does not name")
      return true
    }
    return false
  }
}
