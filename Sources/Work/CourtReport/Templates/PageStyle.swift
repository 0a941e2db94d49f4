/// The style sheet that is shipped (`style.css` of a laboratory's folder replaces it): for A4 paper and for screens
/// of any width.
///
/// Colours keep a contrast of at least 4.5 to 1 on their ground, and every state is also told by a word.
enum PageStyle {
  static let text = """
    @page { size: A4; margin: 22mm 20mm 22mm 24mm;
      @top-left { font: 8.5pt "Noto Serif", Georgia, serif; color: #444; }
      @bottom-right { font: 8.5pt "Noto Serif", Georgia, serif; color: #444; } }
    * { box-sizing: border-box; }
    html { font: 11pt/1.45 "Noto Serif", Charter, Georgia, "Times New Roman", serif; color: #111;
      background: #fff; }
    body { max-width: 50rem; margin: 3rem auto; padding: 0 1.5rem; counter-reset: section; }
    header { border-bottom: 2px solid #111; padding-bottom: 1rem; margin-bottom: 1.5rem; }
    .logo { float: right; max-height: 4.5rem; max-width: 40%; }
    .laboratory { margin: 0 0 1.5rem; font-variant: small-caps; letter-spacing: .06em; color: #333; }
    .draft { margin: 0 0 1rem; padding: .4rem .8rem; border: 2px solid #8e1b1b; color: #8e1b1b; font-weight: 600; }
    h1 { font-size: 1.9rem; font-weight: 600; line-height: 1.2; margin: 0 0 1rem; bookmark-level: 1; }
    h2 { font-size: 1.25rem; font-weight: 600; margin: 2.4rem 0 .7rem; padding-bottom: .2rem;
      border-bottom: 1px solid #888; counter-increment: section; bookmark-level: 2; }
    section:not(.inner) { counter-reset: subsection; }
    h2::before { content: counter(section) ".\\2002"; }
    h3 { font-size: 1rem; font-weight: 600; margin: 1.5rem 0 .4rem; counter-increment: subsection;
      bookmark-level: 3; }
    h3::before { content: counter(section) "." counter(subsection) "\\2002"; }
    p { margin: .5rem 0; overflow-wrap: break-word; }
    ul { margin: .4rem 0; padding-left: 1.3rem; }
    li { margin: .25rem 0; }
    code, pre { font-family: "DejaVu Sans Mono", "Liberation Mono", Consolas, monospace; font-size: .8em;
      overflow-wrap: anywhere; white-space: pre-wrap; }
    pre { margin: .2rem 0 .8rem; padding: .5rem .7rem; border-left: 3px solid #888; background: #f4f4f2; }
    pre code { font-size: .95em; }
    .purpose { margin: .8rem 0 .1rem; break-after: avoid; }
    .none { color: #444; font-style: italic; }
    .missing { background: #fff3c4; border: 1px dashed #7a5200; font-style: italic; padding: .3rem .5rem; }
    table { width: 100%; border-collapse: collapse; margin: .6rem 0 1rem; font-size: .9rem; }
    caption { text-align: left; font-size: .85rem; font-style: italic; color: #444; padding: .1rem 0 .3rem; }
    th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; overflow-wrap: break-word; }
    .facts { table-layout: fixed; }
    .facts th { width: 12.5rem; font-weight: 400; color: #444; overflow-wrap: break-word; }
    .facts tr { border-top: 1px solid #d4d4d0; }
    .facts tbody, .grid tbody { border-bottom: 1px solid #888; }
    .grid thead th { font-weight: 600; border-top: 1px solid #888; border-bottom: 1px solid #888;
      overflow-wrap: break-word; }
    .grid tbody th { font-weight: 400; min-width: 5rem; }
    .grid tbody tr + tr { border-top: 1px solid #d4d4d0; }
    .grid span, .grid code { display: block; }
    .grid span + span { color: #444; }
    .plain, .number { overflow-wrap: break-word; }
    .number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .caption { margin: 0; }
    .caption th { width: 6rem; font-weight: 400; color: #444; }
    .verdict { padding: .6rem .9rem; border: 1px solid; border-left-width: .5rem; }
    .verdict span { display: block; font-size: .8rem; color: #333; }
    .verdict.good { border-color: #1d5c33; background: #f1f7f2; }
    .verdict.attention { border-color: #7a5200; border-left-style: double; background: #fbf6ea; }
    .verdict.bad { border: 3px solid #8e1b1b; border-left-width: 1rem; background: #fbf0f0; }
    .signing { display: flex; flex-wrap: wrap; gap: .3rem 1rem; margin: 1.6rem 0 .4rem; align-items: end; }
    .signing .signer { min-width: 6rem; }
    .signing .line { flex: 1 1 8rem; border-top: 1px solid #111; font-size: .8rem; color: #444; margin-top: 2.2rem; }
    .signing .wide { flex-grow: 2; }
    figure { margin: .5rem 0; }
    figure svg { display: block; width: 100%; height: auto; }
    figure img { display: block; max-width: 100%; max-height: 12cm; }
    figcaption { font-size: .85rem; color: #444; }
    .words { display: block; color: #111; }
    footer { margin-top: 3rem; border-top: 1px solid #888; padding-top: .6rem; font-size: .85rem; color: #444; }
    @media (max-width: 38rem) {
      body { margin: 1rem auto; padding: 0 .8rem; }
      .facts, .facts caption, .facts tbody, .facts tr, .facts th, .facts td { display: block; width: auto; }
      .facts th { padding-bottom: 0; }
      .grid { display: block; overflow-x: auto; }
      .grid th, .grid td { overflow-wrap: break-word; min-width: 5rem; }
      .grid code { min-width: 14rem; }
    }
    @media print {
      html { font-size: 9.5pt; }
      body { max-width: none; margin: 0; padding: 0; }
      h2, h3, caption { break-after: avoid; }
      tr, figure, pre, .verdict { break-inside: avoid; }
      thead { display: table-header-group; }
      p, li { orphans: 3; widows: 3; }
      .page { break-before: page; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """

  /// Text inside the quotes of a style sheet, each character by its number: nothing in it can end the string.
  static func quoted(_ text: String) -> String {
    text.unicodeScalars.map { scalar in
      scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
        ? String(scalar) : "\\" + String(scalar.value, radix: 16) + " "
    }.joined()
  }
}
