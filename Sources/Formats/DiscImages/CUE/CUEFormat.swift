import Evidence
import FormatKit
import SystemPackage

extension FormatID {
  package static let cue = FormatID("cue")
  package static let tracks = FormatID("tracks")
}

extension Format {
  /// A cue sheet and the files it names.
  package static let cue = Format(
    .cue, "BIN/CUE", endings: ["cue"], contents: .disc,
    reading: .disc { (path: FilePath, _: DiskOpener) throws(EvidenceError) in try CUEReader.open(path) },
    probe: { input in
      let lines = input.firstLines
      let hasFile = lines.contains { $0.hasPrefix("FILE ") }
      let hasTrack = lines.contains { line in
        let words = SheetText.words(line)
        return words.count == 3 && words[0] == "TRACK" && words[1].allSatisfy(\.isNumber)
      }
      return hasFile && hasTrack && input.isShortText ? .likely : .none
    })

  /// A file for each track, and a cue sheet that puts them together. Read as a cue sheet.
  package static let trackFiles = Format(
    .tracks, "a file per track", endings: [], contents: .disc, reading: cue.reading,
    probe: { _ in .none })
}
