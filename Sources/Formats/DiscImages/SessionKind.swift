import Evidence
import OpticalDisc

/// What kind a session is, where its description does not say it.
package enum SessionKind {
  /// CD-ROM XA where sectors of mode 2 have subheaders, otherwise the plain kind.
  package static func bySectors(_ tracks: [DiscTrack], _ files: [any DiscFile]) -> DiscSession.Kind {
    tracks.contains { $0.mode == .mode2 && hasSubheaders($0, files) } ? .xa : .romOrAudio
  }

  /// By the sector at index 1: both copies of the subheader agree, or the layout leaves no other choice.
  private static func hasSubheaders(_ track: DiscTrack, _ files: [any DiscFile]) -> Bool {
    guard let run = track.extents(in: track.start..<track.end).lazy.compactMap(\.run).first else {
      return false
    }
    switch run.fileLayout {
    case .form1Data, .form2Data, .form2Body: return true
    case .raw, .body:
      guard let stored = try? files[run.file].bytes(at: run.offset, count: run.fileLayout.size),
        stored.count == run.fileLayout.size
      else { return false }
      let body = run.fileLayout == .raw ? DataSector(stored[...]).bytes[16...] : stored[...]
      return body.prefix(4).elementsEqual(body.dropFirst(4).prefix(4))
    case .mode1Data, .dvdData: return false
    }
  }
}
