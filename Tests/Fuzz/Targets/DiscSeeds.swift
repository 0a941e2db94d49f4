import DiscImages
import DiscWriters
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// Descriptions of discs, and beginnings of file systems.
enum DiscSeeds {
  /// 5000 sectors and 7 bytes, then the text.
  private static func over(_ text: String) -> [UInt8] { [0x88, 0x13, 7] + Array(text.utf8) }

  static let sheets: [(String, [UInt8])] = [
    (
      "mixed",
      over(
        """
        CATALOG 1234567890123
        TITLE "Disc"
        FILE "a.bin" BINARY
          TRACK 01 MODE1/2048
            INDEX 01 00:00:00
          TRACK 02 AUDIO
            FLAGS DCP PRE
            ISRC DEMUA9800001
            PREGAP 00:02:00
            INDEX 00 00:10:00
            INDEX 01 00:12:00
            INDEX 02 00:20:10
            POSTGAP 00:01:00

        """)
    ),
    (
      "sessions",
      over(
        """
        REM SESSION 01
        FILE a.bin MOTOROLA
        TRACK 01 CDG
        INDEX 01 00:00:32
        REM LEAD-OUT 00:20:00
        REM SESSION 02
        REM LEAD-IN 01:00:00
        REM PREGAP 00:02:00
        TRACK 02 CDI/2352
        INDEX 00 00:40:00
        FILE b.bin BINARY
        INDEX 01 00:00:00
        TRACK 03 MODE2/2336
        INDEX 01 00:10:00

        """)
    ),
  ]

  /// A short form of what CloneCD writes; every entry of a table of contents has all its fields.
  static let cloneCD: [(String, [UInt8])] = {
    func entry(_ number: Int, _ session: Int, _ point: String, _ control: Int, _ time: [Int]) -> String {
      "[Entry \(number)]\r\nSession=\(session)\r\nPoint=\(point)\r\nADR=0x01\r\nControl=0x0\(control)\r\nTrackNo=0\r\n"
        + "AMin=0\r\nASec=0\r\nAFrame=0\r\nALBA=-150\r\nZero=0\r\nPMin=\(time[0])\r\nPSec=\(time[1])\r\nPFrame=\(time[2])\r\n"
    }
    let head =
      "[CloneCD]\r\nVersion=3\r\n[Disc]\r\nTocEntries=9\r\nSessions=2\r\nDataTracksScrambled=1\r\nCDTextLength=18\r\n"
      + "CATALOG=1234567890123\r\n[CDText]\r\nEntries=1\r\nEntry 0=80 00 00 00 41 42 00 43 44 00 00 00 00 00 00 00\r\n"
      + "[Session 1]\r\nPreGapMode=0\r\nPreGapSubC=0\r\n"
    let first =
      entry(0, 1, "0xa0", 0, [1, 0, 0]) + entry(1, 1, "0xa1", 0, [2, 0, 0])
      + entry(2, 1, "0xa2", 0, [0, 42, 0])
      + entry(3, 1, "0x01", 0, [0, 2, 0]) + entry(4, 1, "0x02", 4, [0, 12, 0])
    let second =
      entry(5, 2, "0xa0", 4, [3, 32, 0]) + entry(6, 2, "0xa1", 4, [3, 0, 0])
      + entry(7, 2, "0xa2", 4, [3, 20, 0])
      + entry(8, 2, "0x03", 4, [3, 14, 0])
    let tracks =
      "[TRACK 1]\r\nMODE=0\r\nISRC=DEMUA9800001\r\nFLAGS=DCP\r\nINDEX 1=0\r\nINDEX 2=100\r\n[TRACK 2]\r\nMODE=1\r\n"
      + "INDEX 0=700\r\nINDEX 1=750\r\n[TRACK 3]\r\nMODE=2\r\nINDEX 1=0\r\n"
    return [("two", over(head + first + second + tracks)), ("one", over(head + first + tracks))]
  }()

  /// What our writer makes of the sheets above, without its sectors: each file of those has 5000.
  private static func written(
    _ writer: any DiscWriter.Type, _ scratch: FilePath
  ) throws(EvidenceError) -> [(name: String, description: [UInt8], sectors: Int)] {
    var made: [(name: String, description: [UInt8], sectors: Int)] = []
    for (name, sheet) in [("mixed", mixed), ("audio", "FILE a BINARY\nTRACK 01 AUDIO\nINDEX 01 0:0:0\n")] {
      let parsed = try CUEParser.parse(SheetText(Array(sheet.utf8), name: name))
      let file = MemoryDiscFile(name: name, contents: [UInt8](repeating: 0, count: 1000 * 2352))
      let image = try CUEReader.image(of: parsed, files: [file], name: name)
      var prepared = PreparedDisc(image)
      writer.prepare(&prepared)
      let folder = scratch.appending("written")
      try DurableFolder.create(folder)
      let paths = try writer.write(prepared.image, folder: folder, base: "x") { _ throws(EvidenceError) in }
      let sectors = prepared.image.disc.storedSectors
      let bytes = try Files.contents(paths[0], cap: 16 << 20)
      made.append((name, paths.count == 1 ? Array(bytes.dropFirst(sectors * 2352)) : bytes, sectors))
      try DurableFolder.removeWithFiles(folder)
    }
    return made
  }

  private static let mixed = """
    CATALOG 1234567890123
    FILE a BINARY
    TRACK 01 MODE1/2352
    INDEX 01 0:0:0
    TRACK 02 AUDIO
    ISRC DEMUA9800001
    FLAGS PRE
    INDEX 00 00:05:00
    INDEX 01 00:06:00
    INDEX 02 00:07:00

    """

  static func nrg(_ scratch: FilePath) throws(EvidenceError) -> [(String, [UInt8])] {
    try written(NRGWriter.self, scratch).map {
      ($0.name, [UInt8($0.sectors & 0xFF), UInt8($0.sectors >> 8)] + $0.description)
    }
  }

  static func mds(_ scratch: FilePath) throws(EvidenceError) -> [(String, [UInt8])] {
    try written(MDSWriter.self, scratch).map { ($0.name, [0x88, 0x13, 7] + $0.description) }
  }

  static let tables: [(String, [UInt8])] = [
    (
      "mixed",
      over(
        """
        CD_ROM_XA
        CATALOG "1234567890123"
        CD_TEXT { LANGUAGE_MAP { 0 : EN } LANGUAGE 0 { TITLE "a\\351" GENRE { 0, 10, 82, 0 } } }
        TRACK MODE2_FORM_MIX
        DATAFILE "a.bin" #100 00:10:00
        TRACK AUDIO RW_RAW
        NO COPY
        FOUR_CHANNEL_AUDIO
        CD_TEXT { LANGUAGE 0 { TITLE "b" ISRC "DEMUA9800001" } }
        SILENCE 00:01:00
        FILE "a.bin" SWAP #4704 00:01:00 5880
        START 00:01:00
        INDEX 00:00:05
        TRACK MODE1_RAW
        ZERO MODE1_RAW 00:02:00
        DATAFILE "a.bin"
        START

        """)
    ),
    ("audio", over("CD_DA\nFIRST_TRACK_NO 3\nTRACK AUDIO\nPREGAP 0:2:0\nFILE \"b.wav\" 0\n")),
  ]

  static let descriptions: [(String, [UInt8])] = [
    (
      "sessions",
      Array(
        """
        {"catalog":"1234567890123","format":"exhibit-disc","image":"001.raw","medium":"cd","origin":{"files":["a.bin"],\
        "format":"cue","remarks":["odd"]},"sectorSize":2448,"sessions":[{"leadOut":700,"number":1,"tracks":[{"control":0,\
        "extents":[{"lba":-150,"sectors":150,"source":"synthesised"},{"firstSector":0,"layout":"raw","lba":0,\
        "sectors":300,"source":"stored","subchannel":"interleaved"}],"indexes":[{"lba":-150,"number":0},{"lba":0,\
        "number":1},{"lba":200,"number":2}],"isrc":"DEMUA9800001","mode":"audio","number":1},{"control":4,"extents":[\
        {"firstSector":300,"layout":"raw","lba":300,"sectors":400,"source":"stored","subchannel":"interleaved"}],\
        "indexes":[{"lba":300,"number":1}],"mode":"mode1","number":2}],"type":0},{"leadOut":12250,"number":2,"tracks":[\
        {"control":4,"extents":[{"lba":11950,"sectors":150,"source":"absent"},{"firstSector":700,"layout":"raw",\
        "lba":12100,"sectors":150,"source":"stored","subchannel":"deinterleaved"}],"indexes":[{"lba":11950,"number":0},\
        {"lba":12100,"number":1}],"mode":"mode2","number":3}],"type":32}],"version":1}
        """.utf8)
    ),
    (
      "dvd",
      Array(
        """
        {"format":"exhibit-disc","image":"001.E01","medium":"dvd","origin":{"files":[],"format":"iso","remarks":[]},\
        "sectorSize":2048,"sessions":[{"leadOut":5000,"number":1,"tracks":[{"control":4,"extents":[{"firstSector":0,\
        "layout":"dvdData","lba":0,"sectors":5000,"source":"stored"}],"indexes":[{"lba":0,"number":1}],"mode":"dvd",\
        "number":1}],"type":0}],"version":1}
        """.utf8)
    ),
  ]

  static let volumes: [(String, [UInt8])] = {
    var iso = [UInt8](repeating: 0, count: 20 * 2048)
    func put(_ bytes: [UInt8], at offset: Int) {
      iso.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    put([1] + Array("CD001".utf8) + [1], at: 16 * 2048)
    put(Array("VOLUME".utf8), at: 16 * 2048 + 40)
    put([20, 0, 0, 0], at: 16 * 2048 + 80)
    put([0, 8], at: 16 * 2048 + 128)
    put([18, 0, 0, 0], at: 16 * 2048 + 158)
    put([255] + Array("CD001".utf8) + [1], at: 17 * 2048)
    put([34, 0, 18, 0, 0, 0], at: 18 * 2048)
    put([1, 0], at: 18 * 2048 + 32)
    var apple = [UInt8](repeating: 0, count: 8192)
    apple.replaceSubrange(0..<4, with: Array("ER".utf8) + [2, 0])
    apple.replaceSubrange(512..<514, with: Array("PM".utf8))
    apple.replaceSubrange(520..<524, with: [0, 0, 0, 4])
    apple.replaceSubrange(3072..<3074, with: Array("BD".utf8))
    var raw: [UInt8] = []
    for number in 0..<18 {
      let data = Array(iso[number * 2048..<(number + 1) * 2048])
      raw += SectorCodec.encode(.mode1, at: MSF(frames: number + 150), data: data)
    }
    return [("iso", iso), ("apple", apple), ("raw", raw)]
  }()
}
