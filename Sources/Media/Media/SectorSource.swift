import Evidence
import SystemIO
import SystemPackage

/// What is known of a source, as recorded in the manifest.
package struct SourceFacts: Hashable, Sendable {
  package var kind: SourceKind
  /// The path as resolved, without symbolic links.
  package var path: FilePath
  /// All files of a split set or of the image of a disc, in order; empty otherwise.
  package var files: [FilePath] = []
  package var model: String?
  package var serialNumber: String?
  package var firmware: String?
  package var worldWideName: String?
  package var isRemovable: Bool?
  /// Whether the kernel refuses writes to it (BLKROGET); `nil` for files.
  package var isReadOnly: Bool?
  /// What held a device when it was opened, and was accepted; empty where nothing did.
  package var acceptedHolders: [DeviceHolder] = []

  package init(kind: SourceKind, path: FilePath) {
    self.kind = kind
    self.path = path
  }
}

/// A state of a source in which it is refused, unless the examiner accepts it by its name.
package enum AcceptableState: String, Hashable, Sendable, CaseIterable {
  /// File systems of the device are mounted, every one of them read-only, and nothing else holds it.
  case mountedReadOnly = "mounted-read-only"
  /// The device states another serial number than the one recorded for the item.
  case otherSerial = "other-serial"
}

/// A medium opened for reading, and for nothing else.
package protocol SectorSource: AnyObject, Sendable {
  var facts: SourceFacts { get }
  var geometry: MediaGeometry { get }
  /// Whether reads bypass the page cache.
  var readsDirectly: Bool { get }

  /// Fills `buffer` from byte `offset`, blocking until the medium answers.
  ///
  /// Sources that read directly need offset, length and address of the buffer aligned to the logical sector.
  /// - Precondition: `offset + buffer.count` lies within `geometry.length`.
  /// - Throws: `mediumUnreadable` where the medium refuses (nothing of the buffer can be relied on then),
  ///   `mediumVanished` where it is gone, `mediumChanged` where it ends before its stated length.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError)
}

/// Opens sources by path.
package enum Sources {
  /// Sector sizes a file may be said to have, in bytes.
  package static let sectorSizes: [UInt32] = [512, 1024, 2048, 4096]

  /// Opens a regular file, the first file of a split set, or a block device.
  /// - Parameters:
  ///   - path: symbolic links are followed.
  ///   - sectorSize: logical sector size of a file, in bytes; a device states its own. 512 when not given.
  ///   - accepted: states in which a device is opened all the same.
  /// - Throws: `sourceMissing`, `sourceEmpty`, `sourceNotReadable`, `sourceInUse`, `segmentMissing`,
  ///   `permissionDenied`, `argumentInvalid`, and `fileTooLarge` above ``MediaGeometry/longest``.
  package static func open(
    _ path: FilePath, sectorSize: UInt32? = nil, accepting accepted: Set<AcceptableState> = []
  ) throws(EvidenceError) -> any SectorSource {
    if let sectorSize, !sectorSizes.contains(sectorSize) {
      throw EvidenceError(
        .argumentInvalid, "sector size \(sectorSize)",
        "must be one of \(sectorSizes.map(String.init).joined(separator: ", "))")
    }
    let source = try open(existing: path, sectorSize: sectorSize, accepted)
    guard source.geometry.length <= MediaGeometry.longest else {
      throw EvidenceError(.fileTooLarge, path.string, "\(source.geometry.length) bytes")
    }
    return source
  }

  private static func open(
    existing path: FilePath, sectorSize: UInt32?, _ accepted: Set<AcceptableState>
  ) throws(EvidenceError) -> any SectorSource {
    guard Files.kind(path) != nil else { throw Files.absence(of: path, missing: .sourceMissing) }
    let resolved = try Syscalls.resolve(path).orThrow(.sourceMissing, path.string)
    switch Files.kind(resolved) {
    case .file: return try FileSource(resolved, sectorSize: sectorSize ?? 512)
    case .blockDevice:
      let device = try BlockDeviceSource(resolved, accepting: accepted)
      if let sectorSize, sectorSize != device.geometry.logicalSectorSize {
        throw EvidenceError(
          .argumentInvalid, "sector size \(sectorSize)",
          "\(resolved) has sectors of \(device.geometry.logicalSectorSize) bytes")
      }
      return device
    case .folder: throw EvidenceError(.sourceNotReadable, path.string, "it is a folder")
    default: throw EvidenceError(.sourceNotReadable, path.string)
    }
  }
}
