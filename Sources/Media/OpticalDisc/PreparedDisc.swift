import Evidence

/// Sectors, or parts of them, that nobody read: they were made so that a format could hold the disc.
package struct GeneratedSectors: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Zeros where audio was named but not stored.
    case silence
    /// Data sectors of zeros where they were named, or missing, but not stored.
    case zeros
    /// Sync, header, EDC and ECC around user data that was read.
    case sectorCodes = "sector-codes"
    /// P and Q, computed from the table of tracks; R to W zero.
    case subchannel
  }

  package let kind: Kind
  package let session: Int
  package let track: Int
  /// Addresses.
  package let range: Range<Int>
}

/// A disc as a format can hold it, and what had to be made for that.
package struct PreparedDisc: Sendable {
  package private(set) var image: DiscImage
  package private(set) var generated: [GeneratedSectors] = []
  /// Number of the file of zeros; `nil` until one is needed.
  private var zeros: Int?

  package init(_ image: DiscImage) { self.image = image }

  /// Changes the extents of every track.
  private mutating func change(
    _ body: (inout PreparedDisc, DiscSession, DiscTrack) -> [DiscExtent]
  ) {
    var disc = image.disc
    for session in disc.sessions.indices {
      for track in disc.sessions[session].tracks.indices {
        let extents = body(&self, image.disc.sessions[session], image.disc.sessions[session].tracks[track])
        disc.sessions[session].tracks[track].extents = extents
      }
    }
    image = image.describing(disc)
  }

  /// Computes what data sectors of a CD lack that are stored in part.
  /// - Throws: `argumentInvalid` for a disc without such sectors, and past the last time a header can have.
  package mutating func makeSectorsWhole() throws(EvidenceError) {
    if let disc = image.disc.asCD() { image = image.describing(disc) }
    guard image.disc.medium == .cd else {
      throw EvidenceError(
        invalid: .wholeSectors, "sectors of a \(image.disc.medium.title) have 2048 bytes and no more")
    }
    let cooked = image.disc.tracks.filter {
      $0.extents.contains { $0.run.map { $0.layout != .raw } ?? false }
    }
    for track in cooked where track.end > SectorCodec.headerEnd || track.first < -MSF.leadTime {
      throw EvidenceError(
        invalid: .wholeSectors, "track \(track.number) lies outside of 00:00:00 to 99:59:74")
    }
    change { prepared, session, track in
      track.extents.map { extent in
        guard var run = extent.run, run.layout != .raw else { return extent }
        run.computedAround = run.layout
        run.layout = .raw
        prepared.note(.sectorCodes, session, track, extent.start..<extent.end)
        return DiscExtent(start: extent.start, count: extent.count, .stored(run))
      }
    }
  }

  /// Makes the sectors that a format must have and nothing stores: silence, or data of zeros in the layout of their track.
  /// - Parameter needed: the addresses of a track it must have.
  package mutating func fill(_ needed: (DiscSession, DiscTrack) -> Range<Int>) {
    change { prepared, session, track in
      track.parts(of: needed(session, track)).map { extent, isNeeded in
        guard isNeeded, !extent.isStored else { return extent }
        return prepared.made(extent, session, track)
      }
    }
  }

  /// Leaves out stored sectors that a format has no place for: they are absent.
  /// - Parameter kept: the addresses of a track it has.
  package mutating func leaveOut(but kept: (DiscSession, DiscTrack) -> Range<Int>) {
    change { _, session, track in
      track.parts(of: kept(session, track)).map { extent, isKept in
        isKept || !extent.isStored ? extent : DiscExtent(start: extent.start, count: extent.count, .absent)
      }
    }
  }

  /// Leaves out what lies before address 0.
  package mutating func leaveOutLeadTime() {
    leaveOut { _, track in max(0, track.first)..<max(0, track.end) }
  }

  /// What a format cannot say of the disc, or says otherwise, over the same sectors.
  package mutating func redescribe(_ body: (inout Disc) -> Void) {
    var disc = image.disc
    body(&disc)
    image = image.describing(disc)
  }

  /// Notes that P and Q are made of sectors without, in a disc that has them elsewhere.
  package mutating func noteMissingSubchannels() {
    let has = { (extent: DiscExtent) in extent.run?.subchannel.map { $0.layout != .packs } ?? false }
    guard image.disc.tracks.flatMap(\.extents).contains(where: has) else { return }
    for session in image.disc.sessions {
      for track in session.tracks {
        for extent in track.extents where extent.isStored && !has(extent) {
          note(.subchannel, session, track, extent.start..<extent.end)
        }
      }
    }
  }

  private mutating func note(
    _ kind: GeneratedSectors.Kind, _ session: DiscSession, _ track: DiscTrack, _ range: Range<Int>
  ) {
    if let last = generated.last, last.kind == kind, last.session == session.number,
      last.track == track.number, last.range.upperBound == range.lowerBound
    {
      generated.removeLast()
      return note(kind, session, track, last.range.lowerBound..<range.upperBound)
    }
    generated.append(
      GeneratedSectors(kind: kind, session: session.number, track: track.number, range: range))
  }

  private mutating func made(
    _ extent: DiscExtent, _ session: DiscSession, _ track: DiscTrack
  ) -> DiscExtent {
    if zeros == nil {
      zeros = image.files.count
      image = image.describing(image.disc, besides: [ZeroDiscFile()])
    }
    var run = StoredRun(
      file: zeros ?? 0, offset: 0, layout: track.extents.lazy.compactMap(\.run).first?.layout ?? .raw)
    if run.layout == .raw, track.mode.isData {
      // A sector of mode 2 that is zero after its header is right in every form.
      run.computedAround = track.mode == .mode1 ? .mode1Data : .body
      run.stride = run.fileLayout.size
    }
    note(track.mode.isData ? .zeros : .silence, session, track, extent.start..<extent.end)
    return DiscExtent(start: extent.start, count: extent.count, .stored(run))
  }
}

extension DiscTrack {
  /// Extents cut at the ends of a range, each with whether it lies within.
  fileprivate func parts(of range: Range<Int>) -> [(DiscExtent, Bool)] {
    let lower = min(max(range.lowerBound, first), end)
    let upper = min(max(range.upperBound, lower), end)
    return extents(in: first..<lower).map { ($0, false) } + extents(in: lower..<upper).map { ($0, true) }
      + extents(in: upper..<end).map { ($0, false) }
  }
}
