import DiscFiles
import DiscImages
import Evidence
import Formats
import OpticalDisc
import SystemPackage

/// The trees of a disc, and the one that is looked at.
package struct DiscTreeChoice: Sendable {
  /// Of which session, track and kind; any where `nil`.
  package struct Wish: Sendable {
    package var session: Int?
    package var track: Int?
    package var kind: DiscTree.Kind?

    package init(session: Int? = nil, track: Int? = nil, kind: DiscTree.Kind? = nil) {
      self.session = session
      self.track = track
      self.kind = kind
    }

    /// The part of it that no tree has, or where each part alone is there, the kind.
    fileprivate func unmet(by trees: [DiscTree]) -> (RequestField, String) {
      if let session, !trees.contains(where: { $0.session == session }) { return (.session, "\(session)") }
      if let track, !trees.contains(where: { $0.track == track }) { return (.track, "\(track)") }
      if let kind { return (.tree, kind.rawValue) }
      return track.map { (.track, "\($0)") } ?? (.session, session.map { "\($0)" } ?? "")
    }
  }

  package let image: DiscImage
  /// All there are, by session; the richest of a session first.
  package let trees: [DiscTree]
  package let chosen: DiscTree
  /// Between the chosen one and the others of its track.
  package let differences: [TreeDifference]

  /// - Parameter path: of an image of a disc.
  /// - Throws: what opening throws; `fileSystemMissing` where no track has a file system; `argumentInvalid` where there is no
  ///   such tree.
  package init(_ path: FilePath, _ wish: Wish = Wish()) throws(EvidenceError) {
    try self.init(try Formats.openDisc(path).image, name: path.string, wish)
  }

  package init(_ image: DiscImage, name: String, _ wish: Wish = Wish()) throws(EvidenceError) {
    self.image = image
    self.trees = try DiscTrees.all(of: image)
    let fitting = trees.filter { tree in
      (wish.kind == .areas || tree.kind != .areas) && (wish.session ?? tree.session) == tree.session
        && (wish.track ?? tree.track) == tree.track
        && (wish.kind ?? tree.kind) == tree.kind
    }
    // The last session shows all files there are.
    let newest = fitting.last.map { last in
      fitting.filter { $0.session == last.session && $0.track == last.track }
    }
    guard let newest, let first = newest.first else {
      let known = trees.filter { wish.kind == .areas || $0.kind != .areas }.map {
        "\($0.kind.rawValue) in session \($0.session), track \($0.track)"
      }
      guard !known.isEmpty else {
        throw EvidenceError(.fileSystemMissing, name, Self.tracks(image.disc))
      }
      let (field, value) = wish.unmet(by: trees)
      throw EvidenceError(invalid: field, value, "the disc has \(known.joined(separator: "; "))")
    }
    // Records of Rock Ridge that belong elsewhere count twice in ISO 9660.
    let hasRockRidge = newest.contains { $0.kind == .rockRidge }
    let chosen = newest.reduce(first) {
      $1.mainFiles > $0.mainFiles && !(hasRockRidge && $1.kind == .iso9660) ? $1 : $0
    }
    self.chosen = chosen
    let others = trees.filter {
      $0.session == chosen.session && $0.track == chosen.track && $0.kind != chosen.kind && $0.kind != .areas
    }
    guard chosen.kind != .areas else {
      differences = []
      return
    }
    differences =
      TreeDifference.all(chosen, others) + TreeDifference.earlier(than: chosen, Self.before(chosen, trees))
  }

  private static func tracks(_ disc: Disc) -> String {
    let data = disc.tracks.count { $0.mode.isData }
    guard data > 0 else { return "it has audio tracks only" }
    return "none is recognised in its data track\(data == 1 ? "" : "s")"
  }

  /// Of each session before it, the last first: the tree of its kind, or the one with the most files.
  private static func before(_ chosen: DiscTree, _ trees: [DiscTree]) -> [DiscTree] {
    let sessions = Set(trees.map(\.session)).filter { $0 < chosen.session }.sorted(by: >)
    return sessions.compactMap { session in
      let own = trees.filter { $0.session == session && $0.kind != .areas }
      return own.first { $0.kind == chosen.kind } ?? own.max { $0.mainFiles < $1.mainFiles }
    }
  }

  /// What there is besides files, in the track of the chosen tree.
  package var areas: DiscTree? {
    trees.first { $0.kind == .areas && $0.session == chosen.session && $0.track == chosen.track }
  }

  package var sectors: DiscSectors { DiscSectors(image) }
}
