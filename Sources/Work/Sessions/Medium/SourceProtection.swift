import Digests
import Evidence
import Glibc
import Manifests
import Media
import SystemIO
import SystemPackage

/// Protects a source before the first sector is read, and records what each layer was before, while and after.
struct SourceProtection {
  private let source: any SectorSource
  private let kernel: KernelProtection?
  private let flagBefore: Bool?
  private let flagRefusal: String?
  private let countersBefore: WriteCounters?
  private let sandbox: [Sandbox.Piece]
  private let attempt: Manifest.WriteProtection.Layer
  private let device: DeviceCapture?
  /// File systems of the source that were mounted, as the examiner accepted.
  private let mounts: [Manifest.WriteProtection.Override]
  /// What the examiner accepted and was needed.
  private(set) var overrides: [Manifest.WriteProtection.Override]

  /// - Parameters:
  ///   - device: what the source said of itself, where it is a device.
  ///   - taken: what the source is, where it is an image that is taken for a medium.
  ///   - folders: the only ones in which files may be written from now on, where the process restricts itself.
  /// - Throws: `sandboxMissing` where it is required and the kernel lacks a piece of it; what ends a reading.
  init(
    _ source: any SectorSource, _ request: AcquisitionRequest, _ process: ProcessRestriction,
    _ device: DeviceCapture?, taken: ImageAsMedium? = nil, folders: [FilePath]
  ) throws(EvidenceError) {
    let path = source.facts.path
    // A scripted medium says that it is a device, and there is none.
    let isDevice = source.facts.kind == .blockDevice && Files.kind(path) == .blockDevice
    self.source = source
    self.device = device
    let mounts = Self.mounts(source.facts, request)
    self.mounts = mounts
    self.overrides = mounts + (taken.map { [$0.override] } ?? [])
    self.kernel = isDevice ? try KernelProtection(path) : nil
    self.countersBefore = isDevice ? WriteCounters(path) : nil
    self.flagBefore = kernel?.isSet
    self.flagRefusal = kernel?.set()
    self.sandbox = process.entersSandbox ? Sandbox.enter(for: .acquisition(writable: folders)) : []
    if process.requiresAll, let missing = sandbox.first(where: { !$0.isActive }) {
      throw EvidenceError(.sandboxMissing, missing.kind.rawValue, missing.detail)
    }
    self.attempt = Self.attemptToWrite(
      source, isClosed: sandbox.contains { $0.kind == .files && $0.isActive })
  }

  /// Records what the examiner accepted of the device besides.
  mutating func accept(_ override: Manifest.WriteProtection.Override) { overrides.append(override) }

  /// Reads the sentinel sectors: before the first other sector and after the last.
  func sentinels() throws(EvidenceError) -> SentinelSectors {
    try SentinelSectors(source) { Digest.of($0, .sha256) }
  }

  /// Asks for the source to be opened for writing, which must be refused. Nothing is ever written, and nothing is
  /// asked where nothing would refuse it.
  private static func attemptToWrite(
    _ source: any SectorSource, isClosed: Bool
  ) -> Manifest.WriteProtection.Layer {
    let name = "attempt to open for writing"
    guard isClosed else {
      return layer(name, .unknown, "Nothing: it was not made, because files were not closed to this process.")
    }
    let path = source.facts.files.first ?? source.facts.path
    switch Syscalls.open(path, O_WRONLY) {
    case .success(let number):
      _ = Syscalls.close(number)
      return layer(
        name, .inactive, "Nothing: the source lies in a folder this process may write to.",
        before: "it was allowed")
    case .failure(let number):
      return layer(
        name, .active, "The process that read the source could not have written to it.",
        before: "it was refused: \(number)")
    }
  }

  /// Each holder needs the state it was accepted in.
  private static func mounts(
    _ facts: SourceFacts, _ request: AcquisitionRequest
  ) -> [Manifest.WriteProtection.Override] {
    guard !facts.acceptedHolders.isEmpty else { return [] }
    let found = facts.acceptedHolders.map(\.description).joined(separator: "; ")
    return request.accepted.filter { $0.state == .mountedReadOnly }.map {
      Manifest.WriteProtection.Override(state: $0.state.rawValue, reason: $0.reason, found: found)
    }
  }

  // MARK: Afterwards

  /// What was changed on the source while it was read, for the examiner; empty where nothing was.
  func changes(since sentinelsBefore: SentinelSectors, _ device: DeviceCapture.After?) -> [String] {
    var changes: [String] = []
    for change in device?.changes ?? [] where change.before.countsWrites {
      changes.append(
        "The device counted writes while it was read: \(change.before.name) was \(change.before.value), "
          + "is \(change.after).")
    }
    if let before = countersBefore, let after = WriteCounters(source.facts.path), before != after {
      changes.append(
        "The kernel wrote to \(source.facts.path) while it was read: \(before) before, \(after) after.")
    }
    if let after = try? sentinels(), after.unreadable == sentinelsBefore.unreadable,
      after.digest != sentinelsBefore.digest
    {
      changes.append("Sectors of \(source.facts.path) read differently after the acquisition than before it.")
    }
    return changes
  }

  /// The record. Reads the sentinel sectors again.
  /// - Parameter commands: that were sent to the device, by their kind.
  func record(
    _ sentinelsBefore: SentinelSectors, _ device: DeviceCapture.After?, commands: [String: UInt64]
  ) -> Manifest.WriteProtection {
    let isDevice = source.facts.kind == .blockDevice
    var layers = isDevice ? hardware() : []
    layers.append(
      Self.layer(
        "opened read-only", .active,
        "This program had no means of writing through the descriptor it read from."))
    if isDevice { layers += [exclusiveness(), kernelFlag()] }
    layers += sandboxLayers()
    layers.append(attempt)
    if isDevice { layers += [counters()] + (device.map { [ownCounters($0)] } ?? []) }
    layers.append(comparison(sentinelsBefore))
    let overridden =
      mounts.isEmpty
      ? ""
      : " A file system of the device was mounted: what mounting it changed before, such as a journal that was "
        + "replayed, is not known, and a file system that was detached but still in use would not be seen."
    return Manifest.WriteProtection(
      layers: layers, overrides: overrides, commands: commands,
      limits: """
        Not proven: that the device's own firmware changed nothing (an SSD may erase what was trimmed before, or move \
        data about, as long as it has power), that no other privileged process sent it commands past the block layer \
        (SG_IO), and what happened before the device was opened. A hardware write blocker is a layer of its own; one \
        that is recognised is so by what it says of itself, and was not tested.\(overridden)
        """)
  }

  /// What is between this machine and the disk, and what the disk says itself.
  private func hardware() -> [Manifest.WriteProtection.Layer] {
    let blocker = device?.survey.blocker
    let isProtected = device?.survey.replies.isWriteProtected
    return [
      Self.layer(
        "hardware write blocker", .unknown,
        "Nothing by itself: a blocker is recognised by what it says of itself. That it blocks is shown by testing it.",
        before: blocker?.sentence ?? "none recognised; many say nothing of themselves"),
      Self.layer(
        "write protection of the device itself",
        isProtected.map { $0 ? .active : .inactive } ?? .unknown,
        "Where active, the device said that it takes no writes (MODE SENSE, NVMe Identify).",
        before: isProtected.map { $0 ? "write-protected" : "not write-protected" }
          ?? device?.survey.replies.refusals[DeviceCommand.modeSense.kind] ?? "not asked"),
    ]
  }

  private func exclusiveness() -> Manifest.WriteProtection.Layer {
    mounts.isEmpty
      ? Self.layer(
        "opened exclusively", .active,
        "No file system of the device was mounted when it was opened, and none could be while it was read.")
      : Self.layer(
        "opened exclusively", .inactive,
        "Nothing: the examiner accepted that the device was in use, read-only.",
        before: mounts.map(\.found).joined(separator: "; "))
  }

  private func sandboxLayers() -> [Manifest.WriteProtection.Layer] {
    guard !sandbox.isEmpty else {
      return [
        Self.layer(
          "sandbox", .inactive, "Nothing: the process did not restrict itself.", during: "not entered")
      ]
    }
    var layers = sandbox.map { piece in
      Self.layer(
        "sandbox: \(piece.kind.rawValue)", piece.isActive ? .active : .inactive, Self.proof(piece.kind),
        during: piece.detail)
    }
    if let confinement = device?.confinement {
      layers.append(
        Self.layer(
          "commands sent by a process of their own", .active,
          "Commands to the device itself went through a list of allowed ones, in a process that can open nothing.",
          during: confinement))
    }
    return layers
  }

  private func kernelFlag() -> Manifest.WriteProtection.Layer {
    let after = kernel?.isSet
    func text(_ flag: Bool?) -> String { flag.map { $0 ? "set" : "not set" } ?? "not known" }
    return Self.layer(
      "kernel read-only flag", flagRefusal == nil && after == true ? .active : .inactive,
      "Where active, the kernel refused writes to the device and its partitions by any process.",
      before: text(flagBefore),
      during: flagRefusal.map { "could not be set: \($0)" } ?? "set by this program and read back",
      after: text(after))
  }

  private func counters() -> Manifest.WriteProtection.Layer {
    let after = WriteCounters(source.facts.path)
    let isEqual = countersBefore != nil && countersBefore == after
    return Self.layer(
      "kernel write counters", countersBefore == nil ? .unknown : isEqual ? .active : .inactive,
      "Where equal before and after, the kernel's block layer sent the device no write and no discard.",
      before: countersBefore?.description ?? "not known", after: after?.description ?? "not known")
  }

  /// What the device itself counts of writes: SMART, the NVMe health page, log pages.
  private func ownCounters(_ after: DeviceCapture.After) -> Manifest.WriteProtection.Layer {
    func text(_ values: [HealthValue]) -> String {
      values.filter(\.countsWrites).map { "\($0.name) \($0.value)" }.joined(separator: ", ")
    }
    let before = text(device?.survey.replies.health?.values ?? [])
    let now = text(after.health?.values ?? [])
    return Self.layer(
      "device's own write counters",
      before.isEmpty || now.isEmpty ? .unknown : before == now ? .active : .inactive,
      "Where equal before and after, the device counted no write from any host, as far as its firmware tells the truth.",
      before: before.isEmpty ? "the device has none that were asked for" : before,
      after: before.isEmpty ? nil : now.isEmpty ? "could not be determined" : now)
  }

  private func comparison(_ sentinelsBefore: SentinelSectors) -> Manifest.WriteProtection.Layer {
    let after = try? sentinels()
    let isEqual = after == sentinelsBefore
    return Self.layer(
      "sentinel sectors", after == nil ? .unknown : isEqual ? .active : .inactive,
      "Where equal before and after, 66 sectors spread over what was read were not changed meanwhile.",
      before: sentinelsBefore.description, after: after?.description ?? "could not be read")
  }

  private static func proof(_ kind: Sandbox.Piece.Kind) -> String {
    switch kind {
    case .noNewPrivileges: "The process could not gain rights it did not have."
    case .capabilities: "The process had no right to administer the system or raw devices any more."
    case .files: "The process could open files for writing below its own destinations only, and no device."
    case .calls:
      "The kernel refused the process commands past the block layer, discards, mounting, modules and other programs."
    }
  }

  private static func layer(
    _ name: String, _ state: Manifest.WriteProtection.Layer.State, _ proves: String, before: String? = nil,
    during: String? = nil, after: String? = nil
  ) -> Manifest.WriteProtection.Layer {
    Manifest.WriteProtection.Layer(
      name: name, state: state, proves: proves, before: before, during: during, after: after)
  }
}
