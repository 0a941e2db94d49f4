import Foundation
import SystemIO
import Testing

/// The real programs, run by the scripts in `Scripts/`.
@Suite struct CommandTests {
  @Test(arguments: CommandScript.all) func script(_ script: CommandScript) throws {
    do {
      var run = try ScriptRun(script)
      try run.perform()
    } catch let skipped as ScriptSkipped {
      // Cancelled cases are not listed one by one; a skipped script must not look green.
      Terminal.writeError("SKIPPED \(script.name): \(skipped.reason)\n")
      try Test.cancel("\(script.name) was skipped: \(skipped.reason)")
    } catch let failure as ScriptFailure {
      Issue.record("\(script.name)\n\(failure)")
    }
  }

  @Test func scriptsAreFound() {
    #expect(CommandScript.all.count >= (CommandScript.asked?.count ?? 50))
  }
}
