internal import CLinux
import Evidence
import Glibc

/// The machine and the moment.
package enum Host {
  /// The system clock (CLOCK_REALTIME) now.
  package static func now() -> Timestamp {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
  }

  /// Seconds of a clock that never steps; for rates and durations only.
  package static func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Memory of the machine in bytes, used or not.
  package static var memoryBytes: UInt64 {
    UInt64(max(0, sysconf(Int32(_SC_PHYS_PAGES)))) * UInt64(max(0, sysconf(Int32(_SC_PAGESIZE))))
  }

  /// Seconds of a clock that never steps and goes on while the computer sleeps.
  package static func secondsSinceStart() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_BOOTTIME, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Minutes by which the workstation's clock on the wall can be ahead of UTC when it shows a time: none where the clocks
  /// were put forward over it, two where they were put back.
  /// - Parameter wall: what it shows, as if that were UTC.
  package static func utcOffsets(ofLocal wall: Timestamp) -> [Int64] {
    tzset()
    func offset(at seconds: Int64) -> Int64 {
      var (time, parts) = (time_t(seconds), tm())
      localtime_r(&time, &parts)
      return Int64(parts.tm_gmtoff)
    }
    let seconds = wall.microseconds / 1_000_000
    let near = Set([offset(at: seconds - 86_400), offset(at: seconds), offset(at: seconds + 86_400)])
    return near.filter { offset(at: seconds - $0) == $0 }.map { $0 / 60 }.sorted()
  }

  /// Holds the calling thread.
  package static func pause(milliseconds: UInt32) { usleep(milliseconds * 1000) }

  /// Unpredictable bytes from the kernel.
  package static func randomBytes(_ count: Int) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    precondition(clinux_random(&bytes, count) == 0, "the kernel gives no random bytes")
    return bytes
  }

  package static func newIdentifier() -> RecordIdentifier { RecordIdentifier(random: randomBytes(16)) }

  /// Node name, system, release and processor as `uname` gives them.
  package static var facts: (node: String, system: String, release: String, machine: String) {
    var name = utsname()
    uname(&name)
    func text<Field>(_ field: Field) -> String {
      withUnsafeBytes(of: field) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
    return (text(name.nodename), text(name.sysname), text(name.release), text(name.machine))
  }

  package static var isRoot: Bool { geteuid() == 0 }

  /// Of this process.
  package static var processNumber: Int32 { getpid() }

  /// The login name of the real user, or its number; of root with the name of whoever became root, where that is known:
  /// `root, called by alice`.
  package static var userName: String {
    let own = userName(of: getuid())
    guard getuid() == 0, let caller, caller != own else { return own }
    return "\(own), called by \(caller)"
  }

  /// Who logged in, which the kernel keeps whatever the user becomes (audit), or whom sudo and others name.
  private static var caller: String? {
    let unset = String(uid_t.max)
    if let login = Files.systemText("/proc/self/loginuid"), login != unset, let number = uid_t(login) {
      return userName(of: number)
    }
    if let name = Environment.value("SUDO_USER") ?? Environment.value("DOAS_USER") { return name }
    return Environment.value("PKEXEC_UID").flatMap { uid_t($0) }.map(userName(of:))
  }

  private static func userName(of identifier: uid_t) -> String {
    guard let entry = getpwuid(identifier), let name = entry.pointee.pw_name else {
      return "uid \(identifier)"
    }
    return String(cString: name)
  }
}

/// A moment as a clock on the wall of this machine shows it.
package struct LocalTime: Hashable, Sendable {
  package let year, month, day, hour, minute, second: Int

  package init(secondsSince1970 seconds: Int64) {
    var seconds = time_t(seconds)
    var fields = tm()
    localtime_r(&seconds, &fields)
    self.year = Int(fields.tm_year) + 1900
    self.month = Int(fields.tm_mon) + 1
    self.day = Int(fields.tm_mday)
    self.hour = Int(fields.tm_hour)
    self.minute = Int(fields.tm_min)
    self.second = Int(fields.tm_sec)
  }
}
