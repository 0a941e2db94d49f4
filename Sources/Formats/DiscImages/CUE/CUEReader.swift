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
    let sheet = try CUEParser.parse(text)
    var remarks: [String] = []
    if text.coding != .utf8 { remarks.append("the sheet is taken for \(text.coding.rawValue)") }
    let companions = CompanionFiles(sheet: path)
    func locate(_ name: String, line: Int, isOnly: Bool) throws(EvidenceError) -> FilePath {
      let found = try companions.find(name, in: text, line: line, isOnly: isOnly)
      if let remark = found.remark { remarks.append(remark) }
      return found.path
    }

    var files: [any DiscFile] = []
    for file in sheet.files {
      let place = try locate(file.name, line: file.line, isOnly: sheet.files.count == 1)
      files.append(try contents(of: try PlainDiscFile(place), file, text, &remarks))
    }
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

  /// The bytes that hold sectors: of WAVE files the samples, filled up to a whole sector.
  private static func contents(
    of file: PlainDiscFile, _ entry: CUESheet.File, _ text: SheetText, _ remarks: inout [String]
  ) throws(EvidenceError) -> any DiscFile {
    guard file.size > 0 else { throw EvidenceError(.imageMalformed, file.name, "the file is empty") }
    switch entry.type {
    case .binary, .motorola: return file
    case .aiff, .mp3:
      throw text.malformed(
        entry.line, "files of type \(entry.type.rawValue) cannot be read; decode to WAVE first")
    case .wave:
      let samples = try WaveFile.samples(of: file)
      if let remark = samples.remark { remarks.append(remark) }
      let sector = UInt64(SectorCodec.size)
      let count = UInt64(samples.range.count)
      let padding = (sector - count % sector) % sector
      if padding > 0 {
        remarks.append(
          "\(entry.name): \(padding) zero bytes fill the last sector, which the file has only in part")
      }
      return DiscFilePart(file, range: samples.range, size: count + padding)
    }
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
