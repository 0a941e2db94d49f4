/// The templates that are shipped, by name. A laboratory's folder may hold any of them as `NAME.mustache`.
///
/// `{{name}}` is escaped text. Only drawings of the program and the style sheet are inserted as they are.
enum PageTemplates {
  static let all: [String: String] = [
    "page": page, "letterhead": letterhead, "section": section, "block": block, "grid": grid,
    "footer": footer,
  ]

  private static let page = """
    <!DOCTYPE html>
    <html lang="{{language}}">
    <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
    <meta name="generator" content="Exhibit">
    <title>{{title}}{{#caption}}{{#first()}}, {{label}} {{value}}{{/first()}}{{/caption}}</title>
    <style>
    {{{style}}}
    @page { @top-left { content: "{{{runningHead}}}"; } @bottom-right { content: "{{pageWord}} " counter(page) " {{pageOfWord}} " counter(pages); } }
    </style>
    </head>
    <body>
    <header>
    {{>letterhead}}
    </header>
    <main>
    {{#sections}}
    {{>section}}
    {{/sections}}
    </main>
    <footer>
    {{>footer}}
    </footer>
    </body>
    </html>

    """

  private static let letterhead = """
    {{#logo}}
    <img class="logo" src="{{logo}}" alt="">
    {{/logo}}
    {{#laboratory}}
    <p class="laboratory">{{laboratory}}</p>
    {{/laboratory}}
    <h1>{{title}}</h1>
    {{#draftNotice}}
    <p class="draft">{{draftNotice}}</p>
    {{/draftNotice}}
    <table class="caption">
    <tbody>
    {{#caption}}
    <tr><th scope="row">{{label}}</th><td>{{value}}</td></tr>
    {{/caption}}
    </tbody>
    </table>

    """

  private static let section = """
    {{^isInner}}
    <section id="{{anchor}}"{{#startsPage}} class="page"{{/startsPage}}>
    <h2>{{heading}}</h2>
    {{#blocks}}
    {{>block}}
    {{/blocks}}
    </section>
    {{/isInner}}
    {{#isInner}}
    <section id="{{anchor}}" class="inner">
    <h3>{{heading}}</h3>
    {{#blocks}}
    {{>block}}
    {{/blocks}}
    </section>
    {{/isInner}}

    """

  private static let block = """
    {{#paragraph}}
    <p>{{.}}</p>
    {{/paragraph}}
    {{#absence}}
    <p class="none">{{.}}</p>
    {{/absence}}
    {{#result}}
    <p class="verdict {{tone}}"><span>{{resultLabel}}</span> <strong>{{resultText}}</strong></p>
    {{/result}}
    {{#facts}}
    {{^empty(lines)}}
    <table class="facts">
    <caption>{{factCaption}}</caption>
    <tbody>
    {{#lines}}
    <tr><th scope="row">{{label}}</th><td{{#isMissing}} class="missing"{{/isMissing}}>{{#isCode}}<code>{{value}}</code>{{/isCode}}{{^isCode}}{{value}}{{/isCode}}</td></tr>
    {{/lines}}
    </tbody>
    </table>
    {{/empty(lines)}}
    {{/facts}}
    {{#grid}}
    {{>grid}}
    {{/grid}}
    {{#points}}
    {{#first()}}
    <ul>
    {{/first()}}
    <li>{{.}}</li>
    {{#last()}}
    </ul>
    {{/last()}}
    {{/points}}
    {{#commands}}
    <p class="purpose">{{purpose}}</p>
    <pre><code>{{commandLine}}</code></pre>
    {{/commands}}
    {{#signing}}
    <p class="signing"><span class="signer">{{signerRole}}</span> {{^empty(signerName)}}<strong>{{signerName}}</strong>{{/empty(signerName)}}{{#empty(signerName)}}<span class="line">&nbsp;</span>{{/empty(signerName)}} <span class="line">{{dateWord}}</span> <span class="line wide">{{signatureWord}}</span></p>
    {{/signing}}
    {{#figure}}
    <figure>
    {{{svg}}}{{#picture}}<img src="{{picture}}" alt="{{figureWords}}">{{/picture}}
    <figcaption>{{figureCaption}} <span class="words">{{figureWords}}</span></figcaption>
    </figure>
    {{/figure}}

    """

  private static let grid = """
    <table class="grid">
    <caption>{{gridCaption}}</caption>
    <thead><tr>{{#columns}}<th scope="col"{{#isNumeric}} class="number"{{/isNumeric}}>{{columnTitle}}</th>{{/columns}}</tr></thead>
    <tbody>
    {{#rows}}
    <tr>{{#cells}}{{#isHead}}<th scope="row"{{#isPlain}} class="plain"{{/isPlain}}>{{/isHead}}{{^isHead}}<td{{#isNumber}} class="number"{{/isNumber}}{{#isPlain}} class="plain"{{/isPlain}}>{{/isHead}}{{#texts}}{{#isTyped}}<code>{{text}}</code>{{/isTyped}}{{^isTyped}}<span>{{text}}</span>{{/isTyped}}{{/texts}}{{#isHead}}</th>{{/isHead}}{{^isHead}}</td>{{/isHead}}{{/cells}}</tr>
    {{/rows}}
    </tbody>
    </table>

    """

  private static let footer = """
    <p>{{colophon}}</p>

    """
}
