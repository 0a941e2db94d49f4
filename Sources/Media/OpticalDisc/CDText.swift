/// The texts of a disc and its tracks (MMC, annex J; Sony's "CD-TEXT").
package struct CDText: Hashable, Sendable {
  /// What a text is; the raw value is the pack type.
  package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case title = 0x80
    case performer = 0x81
    case songwriter = 0x82
    case composer = 0x83
    case arranger = 0x84
    case message = 0x85
    case discIdentifier = 0x86
    case genre = 0x87
    /// UPC or EAN of the disc, ISRC of a track.
    case code = 0x8E

    package var title: String {
      switch self {
      case .title: "title"
      case .performer: "performer"
      case .songwriter: "songwriter"
      case .composer: "composer"
      case .arranger: "arranger"
      case .message: "message"
      case .discIdentifier: "disc identifier"
      case .genre: "genre"
      case .code: "UPC/ISRC"
      }
    }
  }

  /// The character sets that packs of type 8Fh name.
  package enum CharacterSet: UInt8, Hashable, Sendable {
    case latin1 = 0x00
    case ascii = 0x01
    case japanese = 0x80
    case korean = 0x81
    case chinese = 0x82

    package var coding: TextCoding {
      switch self {
      case .latin1: .latin1
      case .ascii: .ascii
      case .japanese: .shiftJIS
      case .korean: .korean
      case .chinese: .chinese
      }
    }

    var hasDoubleBytes: Bool { rawValue >= 0x80 }
  }

  /// All texts in one language.
  package struct Block: Hashable, Sendable {
    package var characterSet: CharacterSet
    /// As in EBU Tech 3258: 09h is English, 69h Japanese. `nil` where the disc does not say.
    package var language: UInt8?
    /// By kind, then by track; 0 is the disc.
    package var texts: [Kind: [Int: String]]
    /// The code of the genre, beside its text.
    package var genreCode: UInt16?
    /// Contents of packs that are no texts (88h, 89h, 8Dh), by type.
    package var binary: [UInt8: [UInt8]]
    /// Whether what describes the disc states language and character set. Commands of a cue sheet state neither: then
    /// there is no language, and the character set is one that has all of the texts.
    package var isStated: Bool

    package init(
      characterSet: CharacterSet = .latin1, language: UInt8? = 9, texts: [Kind: [Int: String]] = [:],
      isStated: Bool = true
    ) {
      self.characterSet = characterSet
      self.language = language
      self.texts = texts
      self.genreCode = nil
      self.binary = [:]
      self.isStated = isStated
    }

    package subscript(kind: Kind, track: Int) -> String? {
      get { texts[kind]?[track] }
      set { texts[kind, default: [:]][track] = newValue }
    }

    package var isEmpty: Bool { texts.values.allSatisfy(\.isEmpty) && binary.isEmpty && genreCode == nil }
  }

  /// By block number, 0 to 7.
  package var blocks: [Int: Block]

  package init(blocks: [Int: Block] = [:]) { self.blocks = blocks }

  package var isEmpty: Bool { blocks.values.allSatisfy(\.isEmpty) }
}

/// One pack of 18 bytes.
package struct CDTextPack: Hashable, Sendable {
  package static let size = 18
  static let sizeType: UInt8 = 0x8F

  package var type: UInt8
  /// Track of the first byte of the payload; of packs 8Fh, their number.
  package var track: UInt8
  /// Counts from 0 within its block.
  package var sequence: UInt8
  /// 0 to 7.
  package var block: UInt8
  package var hasDoubleBytes: Bool
  /// Characters of the first text that stand in packs before, at most 15.
  package var position: UInt8
  /// 12 bytes.
  package var payload: [UInt8]

  package init(
    type: UInt8, track: UInt8, sequence: UInt8, block: UInt8, hasDoubleBytes: Bool = false,
    position: UInt8 = 0,
    payload: [UInt8]
  ) {
    self.type = type
    self.track = track
    self.sequence = sequence
    self.block = block
    self.hasDoubleBytes = hasDoubleBytes
    self.position = position
    self.payload = payload
  }

  /// - Returns: `nil` unless there are 18 bytes with a right CRC.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.size, Subchannel.withCRC(Array(bytes[..<16])) == bytes else { return nil }
    self.init(
      type: bytes[0], track: bytes[1] & 0x7F, sequence: bytes[2], block: bytes[3] >> 4 & 7,
      hasDoubleBytes: bytes[3] & 0x80 != 0, position: bytes[3] & 15, payload: Array(bytes[4..<16]))
  }

  /// The 18 bytes with their CRC.
  package var bytes: [UInt8] {
    Subchannel.withCRC(
      [type, track, sequence, (hasDoubleBytes ? 0x80 : 0) | block << 4 | min(position, 15)] + payload)
  }
}
