/// The stable identifier of a format of images: what `--format` takes and what manifests, journals and databases state.
package struct FormatID: RawRepresentable, Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Small letters, digits and hyphens.
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }
  package init(_ name: String) { self.rawValue = name }

  package var description: String { rawValue }
  package static func < (one: Self, two: Self) -> Bool { one.rawValue < two.rawValue }
}
