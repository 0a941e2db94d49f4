import Evidence

/// What a case knows of an item besides its acquisitions and custody.
package struct ItemDescription: Hashable, Sendable {
  package let item: EvidenceItemRecord
  package let parent: ItemNumber?
  package let parts: [ItemNumber]
  /// Every statement, oldest first; the newest of a kind counts.
  package let statements: [ItemFactRecord]
  package let attachments: [AttachmentRecord]
  /// What covers it; see ``LegalAuthorityRecord``.
  package let authorities: [LegalAuthorityRecord]

  package init(
    item: EvidenceItemRecord, parent: ItemNumber?, parts: [ItemNumber], statements: [ItemFactRecord],
    attachments: [AttachmentRecord], authorities: [LegalAuthorityRecord]
  ) {
    self.item = item
    self.parent = parent
    self.parts = parts
    self.statements = statements
    self.attachments = attachments
    self.authorities = authorities
  }

  /// What counts of a kind of statement.
  package func value(of name: ItemFactName) -> String? {
    statements.last { $0.name == name }?.value
  }

  package var description: String { value(of: .description) ?? item.description }

  package var tags: [String] { Self.tags(value(of: .tags)) }

  /// The tags of a stored list.
  package static func tags(_ list: String?) -> [String] {
    list.map { $0.split(separator: ", ").map(String.init) } ?? []
  }
}
