import Evidence

/// What became of the images of an item before it left the hands of its holder.
package enum ImageCheck: Hashable, Sendable {
  /// They were verified: the verification, as recorded.
  case verified(RecordIdentifier)
  /// There are none.
  case none
  /// They were not verified, or did not verify, for the reason given.
  case notVerified(reason: String, verification: RecordIdentifier?)
}

/// The rest of what is told of a custody event.
package struct CustodyExtras: Hashable, Sendable {
  /// Minutes that local time was ahead of UTC where it happened.
  package var utcOffset: Int64?
  /// Temperature, antistatic bag, Faraday bag …
  package var environment: String?
  package var images: ImageCheck?
  /// Of a correction: when the corrected event happened, in place of the time it has.
  package var correctedTime: Timestamp?
  /// Of a correction: the corrected event did not happen at all.
  package var withdraws = false

  package init() {}

  package var isEmpty: Bool { self == CustodyExtras() }
}

/// The rest of what a custody event says, where it says more than its first columns hold.
package struct CustodyDetailRecord: StoredRecord {
  package let custody: RecordIdentifier
  package let extras: CustodyExtras

  package static let table = RecordTable(
    "custody_detail", since: 2, key: ["custody"],
    text: ["custody", "environment", "images", "verification", "reason", "corrected_time"],
    integers: ["utc_offset", "withdraws"])

  private enum Images: String { case verified, none, notVerified = "not-verified" }

  package init(custody: RecordIdentifier, extras: CustodyExtras) {
    self.custody = custody
    self.extras = extras
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("custody", custody)
    fields.set("utc_offset", signed: extras.utcOffset)
    try fields.set("environment", extras.environment)
    let (images, verification, reason): (Images?, RecordIdentifier?, String?) =
      switch extras.images {
      case nil: (nil, nil, nil)
      case .verified(let verification): (.verified, verification, nil)
      case .some(.none): (Images.none, nil, nil)
      case .notVerified(let reason, let verification): (.notVerified, verification, reason)
      }
    try fields.set("images", images?.rawValue)
    fields.set("verification", verification)
    try fields.set("reason", reason)
    try fields.set("corrected_time", extras.correctedTime?.description)
    try fields.set("withdraws", extras.withdraws ? 1 : 0)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.custody = try fields.identifier("custody")
    var extras = CustodyExtras()
    extras.utcOffset = try fields.optionalSignedNumber("utc_offset")
    extras.environment = try fields.optionalText("environment")
    let verification = try fields.optionalIdentifier("verification")
    if try fields.optionalText("images") != nil {
      switch try fields.named("images", as: Images.self) {
      case .verified: extras.images = .verified(try fields.present("verification", verification))
      case .none: extras.images = ImageCheck.none
      case .notVerified:
        extras.images = .notVerified(reason: try fields.text("reason"), verification: verification)
      }
    }
    extras.correctedTime = try fields.optionalTime("corrected_time")
    extras.withdraws = try fields.number("withdraws") == 1
    self.extras = extras
  }
}
