import Evidence

/// What a digest in a side-car is of.
package enum ReferenceScope: String, Hashable, Sendable, CaseIterable {
  /// A whole file, by its name.
  case file
  /// One file of a set, by its name.
  case segment
  /// The sectors that an image holds, whatever files they lie in.
  case contents
  /// Some bytes of the contents, or of the file that is named.
  case range
  /// A part of what was acquired that is not the contents as a whole, such as one logical file.
  case stream
  /// The side-car does not say.
  case unknown
}

/// A digest that another program left beside the evidence, as it wrote it.
package struct Reference: Hashable, Sendable {
  /// In small letters without hyphens: `md5`, `sha256`, `crc32` …; whether Exhibit computes it is another question.
  package let algorithm: String
  package let value: [UInt8]
  package var scope: ReferenceScope
  /// Of a `range`: the bytes it covers.
  package var bytes: Range<UInt64>?
  /// The file it names, as written; `nil` where it names none.
  package var target: String?
  /// The size that is stated of that file.
  package var size: UInt64?
  /// Of the side-car, from 1.
  package let line: Int
  /// The algorithm was told by the length of the digest only.
  package var isGuessed: Bool

  package init(
    _ algorithm: String, _ value: [UInt8], _ scope: ReferenceScope, bytes: Range<UInt64>? = nil,
    target: String? = nil, size: UInt64? = nil, line: Int, isGuessed: Bool = false
  ) {
    self.algorithm = algorithm
    self.value = value
    self.scope = scope
    self.bytes = bytes
    self.target = target
    self.size = size
    self.line = line
    self.isGuessed = isGuessed
  }

  package var hex: String { Hex.encode(value) }
}

/// What is to be known of a side-car besides its digests.
package enum SideCarRemark: Hashable, Sendable {
  /// A line that does not follow the grammar.
  case malformedLine(Int)
  /// More of them than are named one by one.
  case moreMalformedLines(Int)
  /// The file holds several runs; the last complete one counts.
  case earlierRuns(Int)
  /// Runs that are complete have different digests of the same.
  case runsDisagree(algorithm: String)
  /// The program did not finish, so that its digests are of a part.
  case unfinished
  /// The program's own verification did not pass, whatever digests it wrote.
  case notVerifiedByTool
  /// Two values that must be equal differ, by the side-car itself.
  case valuesDisagree(algorithm: String)
  /// The program is known to write another total than that of the file where it met read errors.
  case totalMayDiffer
  /// The form is known from descriptions only.
  case formGuessed
}

/// A file that another program left beside the evidence, read by its grammar.
package struct SideCar: Hashable, Sendable {
  package let kind: SideCarKind
  /// The program and its version, as far as it names itself.
  package var tool: String?
  package var references: [Reference] = []
  /// Bytes of the contents that the program could not read, in order.
  package var unreadable: [Range<UInt64>] = []
  package var remarks: [SideCarRemark] = []

  package init(_ kind: SideCarKind, tool: String? = nil) {
    self.kind = kind
    self.tool = tool
  }

  /// Most bytes of a side-car.
  package static let largestSize = 64 << 20
  /// Bytes of the beginning by which most files are told to be none.
  package static let probeSize = 4 << 10

  /// What a file is, by its contents; the name only tells what the contents leave open, such as which algorithm has 32
  /// hexadecimal digits.
  /// - Parameters:
  ///   - bytes: the whole file, at most ``largestSize``.
  ///   - name: base name of the file.
  /// - Returns: `nil` for what is not a side-car with at least one digest, or a map of what was read.
  package static func read(_ bytes: [UInt8], name: String) -> SideCar? {
    if let parity = ParityFile.read(bytes) { return parity }
    guard let text = SideCarText(bytes) else { return nil }
    for grammar in Grammar.all {
      guard let found = grammar(text, name) else { continue }
      return found.references.isEmpty && found.unreadable.isEmpty && found.remarks.isEmpty ? nil : found
    }
    return nil
  }

  /// Whether a file that begins like this can be a side-car. Total.
  package static func mayBe(_ head: [UInt8]) -> Bool {
    if head.starts(with: ParityFile.magic) { return true }
    return SideCarText.looksLikeText(head)
  }
}

/// The form of a side-car, by its stable name.
package enum SideCarKind: String, Hashable, Sendable, CaseIterable {
  case checksumList = "checksum-list"
  case taggedList = "tagged-list"
  case bareDigest = "bare-digest"
  case sfv
  case rhash
  case md5deep
  case hashdeep
  case powershell
  case certutil
  case dcfldd
  case dc3dd
  case ewfacquire
  case guymager
  case ftkImager = "ftk-imager"
  case xWays = "x-ways"
  case tableau
  case magnet
  case encase
  case cellebrite
  case atola
  case bagit
  case ocfl
  case dfxml
  case mets
  case premis
  case redump
  case parity = "par2"
  case ddrescueMap = "ddrescue-map"
}

/// A grammar reads a text, or leaves it to the next.
typealias SideCarGrammar = @Sendable (SideCarText, _ name: String) -> SideCar?

enum Grammar {
  /// Those with a signature of their own first; lists, which many files look like, last.
  static let all: [SideCarGrammar] = [
    hashdeep, dc3dd, guymager, ftkImager, tableau, xWays, magnet, xml, inventory, ewfacquire, encase, dcfldd,
    ddrescueMap, atola, powershell, certutil, cellebrite, taggedList, checksumList, rhash, sfv, bareDigest,
  ]
}
