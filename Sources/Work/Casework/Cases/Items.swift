import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import SystemIO
import SystemPackage

/// Evidence items of a case.
package enum Items {
  /// What is told of an item besides its number and description.
  package struct Statements {
    package var category: String?
    package var quantity: String?
    package var container: String?
    package var condition: String?
    package var damage: String?
    package var powerState: String?
    /// `+HH:MM:SS` where the clock of the examined machine was ahead of the right time, `-HH:MM:SS` behind it.
    package var clockOffset: String?
    package var locationFound: String?
    package var seizedFrom: String?
    package var seizedBy: String?
    /// See ``StatedTime``.
    package var seizedAt: String?
    /// All tags it has from now on; as they were where empty.
    package var tags: [String] = []
    package var photographs: [FilePath] = []
    package var documents: [FilePath] = []

    package init() {}

    /// - Throws: `argumentInvalid`.
    func statements() throws(EvidenceError) -> [ItemStatement] {
      let texts: [(ItemFactName, String?)] = [
        (.category, category), (.quantity, quantity), (.container, container), (.condition, condition),
        (.damage, damage), (.powerState, powerState),
        (.clockOffset, try clockOffset.map { text throws(EvidenceError) in try Self.clockOffset(text) }),
        (.locationFound, locationFound), (.seizedFrom, seizedFrom), (.seizedBy, seizedBy),
        (
          .seizedAt,
          try seizedAt.map { text throws(EvidenceError) in
            try StatedTime(text, of: .seizedAt).past(.seizedAt).time.description
          }
        ), (.tags, try tagList()),
      ]
      return texts.compactMap { name, text in text.map { ItemStatement(name, $0) } }
    }

    /// The list as it is stored, each tag once.
    private func tagList() throws(EvidenceError) -> String? {
      guard !tags.isEmpty else { return nil }
      for tag in tags where tag.contains(",") || tag.trimmingSpaces != tag || tag.isEmpty {
        throw EvidenceError(invalid: .tag, tag, "a word or words without commas")
      }
      return Set(tags).sorted().joined(separator: ", ")
    }

    private static func clockOffset(_ text: String) throws(EvidenceError) -> String {
      let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false).map { part in
        part.count >= 2 && part.allSatisfy(\.isWholeNumber) ? UInt32(part) : nil
      }
      guard let sign = text.first, "+-".contains(sign), parts.count == 3, let hours = parts[0],
        let minutes = parts[1], let seconds = parts[2], hours < 1_000_000, minutes < 60, seconds < 60
      else {
        throw EvidenceError(
          invalid: .clockOffset, text,
          "such as +00:03:12 where the clock was 3 minutes and 12 seconds fast, -01:00:00 where it was an hour slow"
        )
      }
      return text
    }
  }

  /// An item with everything that is known of it.
  package struct Item {
    package let number: ItemNumber
    package let description: String
    /// As read from its label.
    package let serial: String?
    package let parent: ItemNumber?
    package let tags: [String]
    /// Who has it now.
    package let now: String
    package let acquisitions: [Acquisition]
    /// Everything else that is known: label, text.
    package let facts: [(label: String, text: String)]
    package let parts: [ItemNumber]
    package let attachments: [(kind: String, file: RecordedFile)]
    package let authorities: [Authorities.Authority]

    package struct Acquisition {
      package let name: String
      package let verdict: String
      /// What was stated of it last, unless it was taken back.
      package let marks: [AcquisitionMark]
    }

    package var json: JSONValue {
      .fields([
        "item": .string(number.description), "description": .string(description),
        "labelSerial": serial.map { .string($0) }, "parent": parent.map { .string($0.description) },
        "parts": .array(parts.map { .string($0.description) }), "tags": .array(tags.map { .string($0) }),
        "custody": .string(now),
        "acquisitions": .array(
          acquisitions.map {
            .fields([
              "name": .string($0.name), "verdict": .string($0.verdict), "mark": $0.marks.first?.json,
              "marks": $0.marks.isEmpty ? nil : .array($0.marks.map(\.json)),
            ])
          }),
        "facts": .object(
          Dictionary(facts.map { ($0.label, .string($0.text)) }) { _, last in last }),
        "attachments": .array(
          attachments.map {
            .fields([
              "name": .string($0.file.name), "kind": .string($0.kind), "size": JSONValue($0.file.size),
              "sha256": .string($0.file.sha256.hex),
            ])
          }),
        "authorities": .array(authorities.map(\.json)),
      ])
    }
  }

  /// An item as it is listed.
  package struct Listed {
    let item: ListedItem

    package var number: String { item.number }
    package var parent: String { item.parent ?? "" }
    package var description: String { item.description }
    package var tags: String { item.tags.joined(separator: ", ") }
    package var acquisitions: String { String(item.acquisitions) }

    package var json: JSONValue {
      .fields([
        "item": .string(item.number), "description": .string(item.description),
        "labelSerial": item.serial.map { .string($0) }, "parent": item.parent.map { .string($0) },
        "tags": .array(item.tags.map { .string($0) }), "acquisitions": .integer(item.acquisitions),
      ])
    }
  }

  /// - Parameter parent: the item it is a part of.
  /// - Throws: `itemExists`, `itemUnknown` of the parent, `caseNotOpen`, `argumentInvalid`, and whatever opening the
  ///   case throws.
  package static func add(
    to folder: CaseFolder, number: ItemNumber, description: String, serial: String?, remarks: String?,
    partOf parent: ItemNumber? = nil, _ statements: Statements = Statements()
  ) throws(EvidenceError) -> Item {
    let told = try statements.statements()
    let store = try CaseStore.open(folder)
    let item = try store.addItem(
      number, description: description, serial: serial, remarks: remarks, partOf: parent, told,
      attachments: try files(statements, in: folder))
    let result = try Self.item(item.number, in: store)
    try store.close()
    return result
  }

  /// States something of an item, in place of what was stated before.
  /// - Throws: `itemUnknown`, `caseNotOpen`, `argumentInvalid` where nothing is stated.
  package static func describe(
    _ number: ItemNumber, in folder: CaseFolder, description: String?, _ statements: Statements
  ) throws(EvidenceError) -> Item {
    var told = try statements.statements()
    if let description { told.append(ItemStatement(.description, description)) }
    let store = try CaseStore.open(folder)
    _ = try store.item(number)
    let files = try files(statements, in: folder)
    guard !told.isEmpty || !files.isEmpty else {
      throw EvidenceError(.argumentInvalid, "item \(number)", "nothing is said of it")
    }
    try store.describe(number, told, attachments: files)
    let result = try item(number, in: store)
    try store.close()
    return result
  }

  private static func files(
    _ statements: Statements, in folder: CaseFolder
  ) throws(EvidenceError) -> [AttachedFile] {
    let attachments = Attachments(folder: folder)
    return try attachments.store(statements.photographs, as: .photograph)
      + attachments.store(statements.documents, as: .document)
  }

  /// Items in the order they were added.
  /// - Parameter tag: only those that have it.
  package static func list(in folder: CaseFolder, tag: String? = nil) throws(EvidenceError) -> [Listed] {
    let store = try CaseStore.openForReading(folder: folder.path)
    return try store.listedItems().filter { item in tag.map { item.tags.contains($0) } ?? true }.map {
      Listed(item: $0)
    }
  }

  /// - Throws: `itemUnknown`.
  package static func show(_ number: ItemNumber, in folder: CaseFolder) throws(EvidenceError) -> Item {
    try item(number, in: try CaseStore.openForReading(folder: folder.path))
  }

  private static func item(_ number: ItemNumber, in store: CaseStore) throws(EvidenceError) -> Item {
    let known = try store.itemDescription(number)
    let lines = try CustodyLines(store, of: number)
    let marks = try store.acquisitionMarks()
    let own = known.item.remarks.map { [(label: "remarks", text: $0)] } ?? []
    let facts = ItemFactName.allCases.filter { ![.description, .tags].contains($0) }.compactMap { name in
      known.value(of: name).map { (label: name.rawValue, text: $0) }
    }
    return Item(
      number: number, description: known.description, serial: known.item.serial, parent: known.parent,
      tags: known.tags, now: CustodyAccount.text(try store.custodyReview(of: number).whereabouts, lines),
      acquisitions: try store.acquisitions(of: number).map {
        .init(
          name: $0.acquisition.name, verdict: $0.result?.verdict.name ?? "not ended",
          marks: marks[$0.acquisition.id, default: []].standing)
      }, facts: own + facts, parts: known.parts,
      attachments: known.attachments.map { ($0.kind.rawValue, $0.file) },
      authorities: known.authorities.map { Authorities.Authority($0) })
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
  }
}
