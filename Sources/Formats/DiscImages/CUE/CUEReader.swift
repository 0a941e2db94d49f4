import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// Opens a cue sheet with the files it names.
package enum CUEReader {
  /// - Throws: `sheetMalformed`, `fileMissing`, `segmentMissing` for a file the sheet names, `imageMalformed` for one
  ///   that is not what the sheet says.
  package static func open(_ path: FilePath) throws(EvidenceError) -> DiscImage {
    let text = try SheetText(path)
    var sheet = try CUEParser.parse(text)
    var remarks: [String] = []
    if text.coding != .utf8 { remarks.append("the sheet is taken for \(text.coding.rawValue)") }
    let companions = CompanionFiles(sheet: path)
    func locate(_ name: String, line: Int, isOnly: Bool) throws(EvidenceError) -> FilePath {
      do throws(EvidenceError) {
        let found = try companions.find(name, in: text, line: line, isOnly: isOnly)
        if let remark = found.remark { remarks.append(remark) }
        return found.path
      } catch {
        // Packed, it keeps its name and gets another ending.
        guard error.code == .segmentMissing,
          let packed = try? companions.find(
            name + TrackContents.packedEnding, in: text, line: line, isOnly: false)
        else { throw error }
        remarks.append("line \(line): \(packed.path.lastComponent?.string ?? name) was unpacked for \(name)")
        return packed.path
      }
    }

    var files: [any DiscFile] = []
    var failures: [EvidenceError] = []
    for (number, file) in sheet.files.enumerated() {
      let place = try locate(file.name, line: file.line, isOnly: sheet.files.count == 1)
      do throws(EvidenceError) {
        let contents = try TrackContents(of: place, file, text)
        remarks += contents.remarks
        files.append(contents.file)
        sheet.files[number].type = contents.type
      } catch {
        // One recording that is not read does not take the other tracks with it.
        guard file.type != .binary, file.type != .motorola else { throw error }
        failures.append(error)
        let indexes = sheet.tracks.flatMap(\.indexes).filter { $0.file == number }.map(\.sector)
        let sectors = (indexes.max() ?? 0) + 1
        remarks.append(
          "line \(file.line): \(file.name) cannot be read (\(error.detail)): its track is absent, and where later tracks "
            + "begin is not known")
        files.append(LossyFile(name: file.name, size: UInt64(sectors * SectorCodec.size)))
      }
    }
    if failures.count == sheet.files.count, let first = failures.first { throw first }
    let image = try image(of: sheet, files: files, name: path.string)
    var disc = image.disc
    if let texts = sheet.cdTextFile {
      let packs = try Files.contents(
        try locate(texts.name, line: texts.line, isOnly: false), cap: SheetText.sizeLimit)
      let read = CDText.read(packs: packs)
      disc.raw.cdTextPacks = packs
      disc.cdText = read.text
      remarks += read.remarks
    } else if !sheet.texts.isEmpty {
      disc.cdText = CDText(blocks: [0: block(sheet.texts)])
    }
    return DiscImage(
      disc: disc, files: files, remarks: remarks + sheet.remarks + image.remarks, unclaimed: image.unclaimed)
  }

  /// The disc that a sheet describes, but for its texts.
  /// - Parameter files: as many as the sheet names, in its order; of WAVE files, the samples.
  /// - Throws: `sheetMalformed`.
  package static func image(
    of sheet: CUESheet, files: [any DiscFile], name: String
  ) throws(EvidenceError) -> DiscImage {
    precondition(files.count == sheet.files.count)
    var layout = CUELayout(sheet, files: files, name: name)
    return try layout.image()
  }

  /// Texts of commands as one block, in the first character set that has all of them.
  private static func block(_ texts: [CDText.Kind: [Int: String]]) -> CDText.Block {
    let all = texts.values.flatMap(\.values)
    let set = [CDText.CharacterSet.latin1, .japanese, .korean, .chinese].first { set in
      all.allSatisfy { set.coding.encode($0) != nil }
    }
    return CDText.Block(characterSet: set ?? .latin1, language: nil, texts: texts, isStated: false)
  }
}
