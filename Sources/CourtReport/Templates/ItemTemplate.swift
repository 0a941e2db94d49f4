/// The page of one evidence item.
///
/// `{{name}}` is escaped text; nothing is inserted unescaped. A list is guarded by `^empty(…)`, so that a section
/// without content says so.
enum ItemTemplate {
  static let text =
    "{{% CONTENT_TYPE:REPORT}}\n" + head + summary + acquisitions + history + closing

  private static let head = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <title>Case {{caseNumber}}, item {{itemNumber}}: report of acquisition</title>
    <style>
    \(ItemStyle.text)
    </style>
    </head>
    <body>
    <header>
    {{^empty(laboratory)}}
    <p class="laboratory">{{laboratory}}</p>
    {{/empty(laboratory)}}
    <h1>Report of Acquisition</h1>
    <table class="caption">
    <tbody>
    <tr><th scope="row">Case</th><td><strong>{{caseNumber}}</strong>{{^empty(caseTitle)}} — {{caseTitle}}{{/empty(caseTitle)}}</td></tr>
    <tr><th scope="row">Item</th><td><strong>{{itemNumber}}</strong>{{^empty(itemTitle)}} — {{itemTitle}}{{/empty(itemTitle)}}</td></tr>
    </tbody>
    </table>
    </header>
    <main>

    """

  /// A two-column table of `list`. Where the list is empty it says so, unless it is optional.
  private static func facts(_ list: String, caption: String, isOptional: Bool = false) -> String {
    let empty = """

      {{#empty(\(list))}}
      <p class="none">\(caption): none recorded.</p>
      {{/empty(\(list))}}
      """
    return """
      {{^empty(\(list))}}
      <table class="facts">
      <caption>\(caption)</caption>
      <tbody>
      {{#\(list)}}
      <tr><th scope="row">{{label}}</th><td>{{#isCode}}<code>{{value}}</code>{{/isCode}}{{^isCode}}{{value}}{{/isCode}}</td></tr>
      {{/\(list)}}
      </tbody>
      </table>
      {{/empty(\(list))}}\(isOptional ? "" : empty)

      """
  }

  /// Commands of `list`, each with what it shows.
  private static func commands(_ list: String) -> String {
    """
    {{#\(list)}}
    <p class="purpose">{{purpose}}</p>
    <pre><code>{{line}}</code></pre>
    {{/\(list)}}

    """
  }

  private static let summary =
    """
    <section aria-labelledby="summary">
    <h2 id="summary">Summary</h2>
    <p class="verdict {{verdictTone}}"><span>Result</span> <strong>{{verdict}}</strong></p>
    {{#summary}}
    <p>{{.}}</p>
    {{/summary}}
    </section>

    <section aria-labelledby="case">
    <h2 id="case">Case and item</h2>

    """ + facts("caseFacts", caption: "Case") + facts("itemFacts", caption: "Evidence item") + """
      </section>


      """

  private static let acquisitions =
    """
    {{#empty(acquisitions)}}
    <section><h2>Acquisition</h2><p class="none">The item has not been acquired.</p></section>
    {{/empty(acquisitions)}}
    {{#acquisitions}}
    <section class="acquisition" aria-labelledby="acquisition-{{name}}">
    <h2 id="acquisition-{{name}}">Acquisition {{name}}</h2>
    <p class="verdict {{outcomeTone}}"><span>Outcome</span> <strong>{{outcome}}</strong></p>
    <h3>Source</h3>

    """ + facts("sourceFacts", caption: "The medium that was read")
    + facts("deviceFacts", caption: "What the device said of itself", isOptional: true)
    + "<h3>Method and settings</h3>\n" + facts("methodFacts", caption: "How it was read")
    + "<h3>Write protection</h3>\n" + facts("protectionFacts", caption: "Protection of the medium")
      + """
      {{^empty(protectionLimits)}}
      <p>Limits of this protection:</p>
      <ul>
      {{#protectionLimits}}
      <li>{{.}}</li>
      {{/protectionLimits}}
      </ul>
      {{/empty(protectionLimits)}}
      <h3>Geometry</h3>

      """ + facts("geometryFacts", caption: "Size and sectors")
      + """
      <h3>Digests</h3>
      {{^empty(digests)}}
      <table class="grid">
      <caption>Digests, with the command that computes each anew</caption>
      <thead><tr><th scope="col">Algorithm</th><th scope="col">Digest and command</th></tr></thead>
      <tbody>
      {{#digests}}
      <tr><th scope="row">{{algorithm}}<br><small>{{scope}}</small></th><td><code class="digest">{{hex}}</code>{{^empty(recompute)}}<code class="recompute">{{recompute}}</code>{{/empty(recompute)}}</td></tr>
      {{/digests}}
      </tbody>
      </table>
      {{/empty(digests)}}
      {{#empty(digests)}}
      <p class="none">No digest was recorded.</p>
      {{/empty(digests)}}

      """ + facts("chunkFacts", caption: "Digests of the chunks")
      + """
      <h3>Sector map</h3>
      {{#map}}
      <figure>
      <svg class="map" role="img" viewBox="0 0 \(ReportModel.MapSummary.barWidth) 28" preserveAspectRatio="none" aria-label="{{barText}}">
      <title>{{barText}}</title>
      {{#bar}}
      <rect class="{{barClass}}" x="{{x}}" y="0" width="{{width}}" height="28"/>
      {{/bar}}
      </svg>
      <figcaption>The medium from its first sector (left) to its last. Sectors that were not read are drawn wide enough to be seen; the numbers below are exact.</figcaption>
      </figure>
      <table class="grid numbers">
      <caption>{{total}} sectors by state</caption>
      <thead><tr><th scope="col">State</th><th scope="col">Sectors</th><th scope="col">Share</th></tr></thead>
      <tbody>
      {{#states}}
      <tr><th scope="row"><svg class="key" viewBox="0 0 12 12" aria-hidden="true"><rect class="{{stateClass}}" width="12" height="12"/></svg> {{stateTitle}}</th><td>{{sectorCount}}</td><td>{{share}}</td></tr>
      {{/states}}
      </tbody>
      </table>
      {{^empty(fillText)}}
      <p>{{fillText}}</p>
      {{/empty(fillText)}}
      {{#empty(ranges)}}
      <p>No sector range is unreadable or was left out.</p>
      {{/empty(ranges)}}
      {{^empty(ranges)}}
      <table class="grid numbers">
      <caption>Ranges that are not from the medium</caption>
      <thead><tr><th scope="col">State</th><th scope="col">First sector</th><th scope="col">Last sector</th><th scope="col">Sectors</th><th scope="col">Effort</th></tr></thead>
      <tbody>
      {{#ranges}}
      <tr><th scope="row">{{rangeState}}</th><td>{{firstSector}}</td><td>{{lastSector}}</td><td>{{rangeCount}}</td><td>{{effort}}</td></tr>
      {{/ranges}}
      </tbody>
      </table>
      {{#hasMoreRanges}}
      <p>{{unlistedRanges}} more ranges are listed in the map file of the acquisition.</p>
      {{/hasMoreRanges}}
      {{/empty(ranges)}}
      {{/map}}
      <h3>Images and segments</h3>
      {{#empty(images)}}
      <p class="none">No image was recorded.</p>
      {{/empty(images)}}
      {{#images}}
      <table class="grid files">
      <caption>{{format}}: {{imageLength}} bytes of the medium</caption>
      <thead><tr><th scope="col">File</th><th scope="col">Bytes</th><th scope="col">SHA-256 of the file</th></tr></thead>
      <tbody>
      {{#files}}
      <tr><th scope="row"><code>{{fileName}}</code></th><td>{{fileSize}}</td><td><code class="digest">{{fileDigest}}</code></td></tr>
      {{/files}}
      </tbody>
      </table>
      {{/images}}
      <h3>Signature</h3>

      """ + facts("signatureFacts", caption: "Signature of the manifest") + commands("signatureCommands")
      + """
      </section>
      {{/acquisitions}}


      """

  private static let history =
    """
    <section aria-labelledby="custody">
    <h2 id="custody">Custody</h2>
    {{#empty(custody)}}
    <p class="none">No custody event is recorded.</p>
    {{/empty(custody)}}
    {{^empty(custody)}}
    <table class="grid custody">
    <caption>Custody events in the order of recording; No. is the event of the audit log</caption>
    <thead><tr><th scope="col">No.</th><th scope="col">Event</th><th scope="col">Occurred, recorded (UTC)</th><th scope="col">Released by, received by</th><th scope="col">Place and remarks</th></tr></thead>
    <tbody>
    {{#custody}}
    <tr><td>{{auditEvent}}</td><th scope="row">{{event}}</th><td><time>{{occurred}}</time><br><time class="later">{{recorded}}</time></td><td>{{^empty(from)}}<span class="line">from {{from}}</span>{{/empty(from)}}{{^empty(to)}}<span class="line">to {{to}}</span>{{/empty(to)}}</td><td>{{^empty(place)}}<span class="line">{{place}}</span>{{/empty(place)}}{{#notes}}<span class="line">{{.}}</span>{{/notes}}</td></tr>
    {{/custody}}
    </tbody>
    </table>
    {{/empty(custody)}}
    </section>

    <section aria-labelledby="verification">
    <h2 id="verification">Verification</h2>
    {{#empty(verifications)}}
    <p class="none">The item has not been verified since it was acquired.</p>
    {{/empty(verifications)}}
    {{#verifications}}
    <div class="verification">
    <h3>{{started}}</h3>
    <p class="verdict {{resultTone}}"><span>Verified: {{subjectVerified}}</span> <strong>{{result}}</strong></p>
    <p>Ended {{ended}}.{{#empty(findings)}} Nothing was found.{{/empty(findings)}}</p>
    {{^empty(findings)}}
    <table class="grid findings">
    <caption>Findings</caption>
    <thead><tr><th scope="col">Severity</th><th scope="col">Finding</th><th scope="col">Expected, observed</th></tr></thead>
    <tbody>
    {{#findings}}
    <tr><td>{{severity}}</td><th scope="row">{{about}}: {{meaning}}{{^empty(sectors)}} (sectors {{sectors}}){{/empty(sectors)}}</th><td>{{^empty(expected)}}<span class="line">expected <code>{{expected}}</code></span>{{/empty(expected)}}{{^empty(observed)}}<span class="line">observed <code>{{observed}}</code></span>{{/empty(observed)}}</td></tr>
    {{/findings}}
    </tbody>
    </table>
    {{/empty(findings)}}
    {{#hasMoreFindings}}
    <p>{{unlistedFindings}} more findings are not listed.</p>
    {{/hasMoreFindings}}
    </div>
    {{/verifications}}
    </section>

    <section aria-labelledby="audit">
    <h2 id="audit">Audit log</h2>
    <p>Every change of the case is an event of its audit log, and each event contains the digest of the one before it. The last event therefore stands for all before it. Whoever keeps this page can later show whether an event up to this one was altered, inserted or removed.</p>

    """ + facts("auditHead", caption: "Head of the audit log when this report was made") + """
      </section>


      """

  private static let closing =
    """
    <section aria-labelledby="limitations">
    <h2 id="limitations">Limitations</h2>
    {{#empty(limitations)}}
    <p class="none">None stated.</p>
    {{/empty(limitations)}}
    {{^empty(limitations)}}
    <ul>
    {{#limitations}}
    <li>{{.}}</li>
    {{/limitations}}
    </ul>
    {{/empty(limitations)}}
    </section>

    <section aria-labelledby="check">
    <h2 id="check">How to check this</h2>
    <p>The commands below need no network and no part of Exhibit but where its name stands in them. Run them in the folder of the acquisition.</p>

    """ + commands("checks") + """
      </section>
      </main>
      <footer>
      <p>{{colophon}}</p>
      </footer>
      </body>
      </html>

      """
}
