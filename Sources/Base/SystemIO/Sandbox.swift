internal import CLinux
import Evidence
import Glibc
import SystemPackage

/// What a process takes away from itself, for good, before it reads evidence.
///
/// It must be entered before a second thread exists: Landlock holds for the calling thread and those it starts.
package enum Sandbox {
  /// What the process is still to do.
  package enum Purpose: Hashable, Sendable {
    /// Reads a medium and makes, writes and removes files below these folders; everything else can only be read.
    case acquisition(writable: [FilePath])
    /// Reads files and writes none.
    case verification
    /// Sends commands to a device that is open already, and nothing else: no file can be opened any more.
    case commands(CommandSet)
  }

  /// Whose commands a process may still send.
  package enum CommandSet: Hashable, Sendable {
    /// SCSI, and ATA through it: SG_IO.
    case scsi
    /// Admin commands of NVMe.
    case nvme
  }

  /// One thing the kernel can be asked for.
  package struct Piece: Hashable, Sendable {
    package enum Kind: String, Hashable, Sendable, CaseIterable {
      case noNewPrivileges = "no new privileges"
      case capabilities = "capabilities dropped"
      case files = "files closed (Landlock)"
      case calls = "system calls refused (seccomp)"
    }

    package let kind: Kind
    /// What is in force, or why nothing is.
    package let detail: String
    package let isActive: Bool

    package init(kind: Kind, detail: String, isActive: Bool) {
      self.kind = kind
      self.detail = detail
      self.isActive = isActive
    }
  }

  /// Restricts the process.
  /// - Returns: what is in force, piece by piece; the process goes on in either case.
  package static func enter(for purpose: Purpose) -> [Piece] {
    let threads = (try? Files.names(in: "/proc/self/task").count) ?? 0
    guard threads == 1 else {
      return Piece.Kind.allCases.map {
        Piece(kind: $0, detail: "\(threads) threads existed before", isActive: false)
      }
    }
    let kept = capabilities(for: purpose)
    let requests = deniedRequests(for: purpose)
    return [
      piece(.noNewPrivileges, "PR_SET_NO_NEW_PRIVS") { clinux_no_new_privileges() },
      files(purpose),
      piece(.capabilities, "all but \(kept.names)") { clinux_keep_capabilities(kept.bits) },
      piece(.calls, "\(deniedCalls.count) calls and \(requests.count) device requests") {
        clinux_deny_calls(deniedCalls, deniedCalls.count, requests, requests.count)
      },
    ]
  }

  private static func piece(_ kind: Piece.Kind, _ detail: String, _ enter: () -> Int32) -> Piece {
    switch Syscalls.outcome(enter()) {
    case .success: Piece(kind: kind, detail: detail, isActive: true)
    case .failure(let number): Piece(kind: kind, detail: "the kernel answers \(number)", isActive: false)
    }
  }

  /// What is kept of the capabilities the process has (linux/capability.h). An examiner's files may belong to another
  /// user than the one who works on them, and stay that user's; commands past the block layer need a right, that of ATA
  /// another than that of NVMe.
  private static func capabilities(for purpose: Purpose) -> (names: String, bits: UInt64) {
    switch purpose {
    case .acquisition: ("CAP_CHOWN, CAP_DAC_OVERRIDE", 1 << 0 | 1 << 1)
    case .verification: ("CAP_DAC_READ_SEARCH", 1 << 2)
    case .commands(.scsi): ("CAP_SYS_RAWIO", 1 << 17)
    case .commands(.nvme): ("CAP_SYS_ADMIN", 1 << 21)
    }
  }

  // MARK: Files

  /// Rights of Landlock by the version that brought them (linux/landlock.h).
  private enum Right {
    static let readFile: UInt64 = 1 << 2
    static let readFolder: UInt64 = 1 << 3
    /// EXECUTE, WRITE_FILE … MAKE_SYM of version 1.
    static let first: UInt64 = (1 << 13) - 1
    /// REFER of version 2, TRUNCATE of 3, IOCTL_DEV of 5.
    static let refer: UInt64 = 1 << 13
    static let truncate: UInt64 = 1 << 14
    static let deviceRequests: UInt64 = 1 << 15
    /// MAKE_CHAR, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, MAKE_SYM, EXECUTE.
    static let never: UInt64 = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12 | 1
  }

  private static func files(_ purpose: Purpose) -> Piece {
    let version = clinux_landlock_version()
    guard version > 0 else {
      return Piece(
        kind: .files, detail: "the kernel has no Landlock (\(Errno(rawValue: -version)))", isActive: false)
    }
    var rights = Right.first
    if version >= 2 { rights |= Right.refer }
    if version >= 3 { rights |= Right.truncate }
    if version >= 5 { rights |= Right.deviceRequests }
    // Listening and connecting from version 4; abstract sockets and signals to others from 6.
    let ruleset = clinux_landlock_create(rights, version >= 4 ? 3 : 0, version >= 6 ? 3 : 0)
    guard ruleset >= 0 else {
      return Piece(kind: .files, detail: "the kernel answers \(Errno(rawValue: -ruleset))", isActive: false)
    }
    let rules = OwnedDescriptor(adopting: ruleset, path: "Landlock ruleset")
    let reading = Right.readFile | Right.readFolder
    let writing = rights & ~Right.never & ~Right.deviceRequests
    let all: (FilePath, UInt64) = ("/", reading)
    let (allowances, meaning): ([(FilePath, UInt64)], String) =
      switch purpose {
      case .acquisition(let writable):
        ([all] + writable.map { ($0, writing) }, "writing below \(writable.count) folders only")
      case .verification: ([all], "writing nowhere")
      case .commands: ([], "nothing can be opened")
      }
    for (folder, allowed) in allowances {
      guard let refusal = refusal(rules, folder, allowed) else { continue }
      return Piece(kind: .files, detail: "no rule could be made for \(folder): \(refusal)", isActive: false)
    }
    return piece(.files, "Landlock \(version): \(meaning)") { clinux_landlock_restrict(rules.number) }
  }

  /// - Returns: why the kernel does not take a rule; `nil` where it does.
  private static func refusal(
    _ rules: borrowing OwnedDescriptor, _ folder: FilePath, _ rights: UInt64
  ) -> String? {
    do throws(EvidenceError) {
      let open = try OwnedDescriptor.openForReading(folder, missing: .destinationMissing)
      switch Syscalls.outcome(clinux_landlock_allow(rules.number, open.number, rights)) {
      case .success: return nil
      case .failure(let number): return "\(number)"
      }
    } catch { return error.detail.isEmpty ? error.code.summary : error.detail }
  }

  // MARK: Calls

  /// Mounting, modules, other processes, other programs, sockets, and ways around a filter of calls.
  private static let deniedCalls = [
    clinux_call_mount, clinux_call_umount2, clinux_call_pivot_root, clinux_call_move_mount,
    clinux_call_open_tree, clinux_call_fsopen, clinux_call_fsconfig, clinux_call_fsmount,
    clinux_call_mount_setattr, clinux_call_swapon, clinux_call_swapoff, clinux_call_init_module,
    clinux_call_finit_module, clinux_call_delete_module, clinux_call_kexec_load,
    clinux_call_kexec_file_load, clinux_call_reboot, clinux_call_ptrace, clinux_call_process_vm_writev,
    clinux_call_bpf, clinux_call_perf_event_open, clinux_call_io_uring_setup, clinux_call_execve,
    clinux_call_execveat, clinux_call_unshare, clinux_call_setns, clinux_call_socket,
  ]

  /// Whatever could change a device past the block layer, or take its protection off.
  private static func deniedRequests(for purpose: Purpose) -> [UInt32] {
    let scsi = clinux_request_scsi_generic
    let nvme = clinux_request_nvme_admin
    return protectionRequests + commandRequests
      + (purpose == .commands(.scsi) ? [nvme] : purpose == .commands(.nvme) ? [scsi] : [scsi, nvme])
  }

  private static let protectionRequests = [
    clinux_request_block_discard, clinux_request_block_secure_discard, clinux_request_block_zero_out,
    clinux_request_block_set_read_only, clinux_request_block_partition, clinux_request_block_reread,
  ]

  private static let commandRequests = [
    clinux_request_scsi_command, clinux_request_ata_command, clinux_request_ata_task,
    clinux_request_ata_taskfile, clinux_request_nvme_admin64, clinux_request_nvme_io,
    clinux_request_nvme_io64, clinux_request_nvme_submit, clinux_request_mmc_command,
    clinux_request_mmc_commands,
  ]
}
