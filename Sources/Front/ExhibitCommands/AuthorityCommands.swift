import ArgumentParser
import CanonicalJSON
import Casework
import Evidence

struct AuthorityCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authority", abstract: "Record and list legal authorities: warrants, orders, consents.",
    subcommands: [AuthorityRecordCommand.self, AuthorityListCommand.self])
}

struct AuthorityRecordCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Record a legal authority: warrant, order or consent.",
    discussion: """
      Once the last authority covering an item has expired, `acquire` requires a reason: --after-expiry.

      Example:
        exhibit authority record --case 2026-0142 --item 001 --kind warrant \\
          --reference "Warrant 17/26" --scope "documents of 2025" \\
          --expires 2026-06-30T23:59:59Z
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The evidence item it covers. Default: the whole case.") var item: String?
  @Option(help: "Warrant, order, consent …") var kind: String
  @Option(help: "Its reference number or date.") var reference: String
  @Option(help: "Its scope: what it allows and excludes.") var scope: String?
  @Option(
    help: "When it expires, such as 2026-06-30 (to the end of that day) or 2026-06-30 12:00. Default: never.")
  var expires: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let authority = try Authorities.record(
      in: try caseOptions.folder(), item: try item.map { try itemNumber($0) },
      kind: try required(kind, "--kind"), reference: try required(reference, "--reference"), scope: scope,
      expires: expires)
    output.show(
      [
        "Legal authority \(authority.reference) recorded for \(authority.item.map { "item \($0)" } ?? "the case")"
      ],
      json: authority.json)
  }
}

struct AuthorityListCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List all legal authorities of a case, or those covering an item.",
    discussion: """
      Example:
        exhibit authority list --case 2026-0142 --item 001
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let all = try Authorities.list(in: try caseOptions.folder(), item: try item.map { try itemNumber($0) })
    output.show(
      all.isEmpty ? ["No legal authority recorded."] : Self.table(all),
      json: .fields(["authorities": .array(all.map(\.json))]))
  }

  static func table(_ all: [Authorities.Authority]) -> [String] {
    TextTable.lines(
      ["item", "kind", "reference", "scope", "expires"],
      all.map {
        [
          $0.item?.description ?? "the case", $0.kind, $0.reference, $0.scope ?? "",
          ($0.expires.map(CustodyRendering.moment) ?? "never") + ($0.hasExpired ? ", EXPIRED" : ""),
        ].map(HumanText.singleLine)
      })
  }
}
