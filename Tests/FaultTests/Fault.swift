import SystemPackage

/// A call by which the program changes files: the third `pwrite64` on `case/evidence/001.partial/001.E01`, say.
struct Call: Hashable, Sendable, CustomStringConvertible {
  let name: String
  /// Below the folder of the run.
  let path: String
  /// Which of the calls of this name on this path, from 1.
  let number: Int

  var description: String { "\(name) \(number) on \(path)" }
  var writes: Bool { name.contains("write") }
  /// A write of the database's own pages and indexes, of which there are many of one kind.
  var isDatabasePage: Bool { place == .database && writes }
  var place: Place { Place(path) }
}

/// What a call changes, as the table groups it.
enum Place: String, CaseIterable, Sendable {
  case database = "case database"
  case folders = "folders"
  case reserve = "reserve"
  case journal = "journal"
  case e01 = "E01"
  case raw = "raw"
  case chunks = "chunk file"
  case record = "map, manifest, signature, sums"
  case second = "second folder"
  case everything = "everything"

  init(_ path: String) {
    let name = FilePath(path).lastComponent?.string ?? ""
    self =
      switch FilePath(path).extension {
      case _ where path.contains("*"): .everything
      case _ where path.hasPrefix("second"): .second
      case _ where name.hasPrefix("case.sqlite") || path == "case": .database
      case _ where name == "reserve": .reserve
      case "journal", "journal-next": .journal
      case "E01": .e01
      case "raw": .raw
      case "csv": .chunks
      case "partial",
        nil where name != "SHA256SUMS":
        .folders
      default: .record
      }
  }
}

/// What becomes of a call.
enum FaultKind: String, CaseIterable, Sendable {
  case inputOutput = "EIO"
  case noSpace = "ENOSPC"
  case quota = "EDQUOT"
  case readOnly = "EROFS"
  case killed = "SIGKILL"
  case torn = "SIGKILL in the middle"

  static let errors: [FaultKind] = [.inputOutput, .noSpace, .quota, .readOnly]

  /// As the injector and strace take it.
  var word: String {
    switch self {
    case .inputOutput: "5"
    case .noSpace: "28"
    case .quota: "122"
    case .readOnly: "30"
    case .killed: "kill"
    case .torn: "torn"
    }
  }

  var isDeath: Bool { self == .killed || self == .torn }
}

/// One run that is made to fail.
struct Fault: Sendable, CustomStringConvertible {
  let call: Call
  let kind: FaultKind
  /// All calls on the case that follow fail as well: the drive is gone.
  var isLasting = false

  var description: String { "\(kind.rawValue) at \(call)\(isLasting ? " and from then on" : "")" }
  /// What fails, as the table groups it.
  var place: Place { isLasting ? .everything : call.place }

  /// The same fault at an earlier call of that name on that file.
  func at(_ number: Int) -> Fault {
    Fault(call: Call(name: call.name, path: call.path, number: number), kind: kind, isLasting: isLasting)
  }
}

/// What a run with a fault came to. Whatever it is, the images were equal to the source in the end.
enum Outcome: Hashable, Sendable {
  /// The acquisition is complete and recorded; there is nothing left to do.
  case completed
  /// The same, but for a second folder, whose failure was said.
  case withoutCopy
  /// Refused, or ended before there was anything to go on from: a new acquisition was complete.
  case begunAnew
  /// `exhibit resume` read on and completed it.
  case resumed
  /// Everything was whole and signed; `exhibit resume` verified it and took it into the case.
  case adopted
  /// Something was untrue or gone.
  case lost(String)

  static let columns = [
    "completed", "completed, a failure named", "begun anew", "resumed", "adopted", "lost",
  ]

  var column: String {
    switch self {
    case .completed: Self.columns[0]
    case .withoutCopy: Self.columns[1]
    case .begunAnew: Self.columns[2]
    case .resumed: Self.columns[3]
    case .adopted: Self.columns[4]
    case .lost: Self.columns[5]
    }
  }
}
