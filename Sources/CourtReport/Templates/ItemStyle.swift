/// The style sheet of the page: for A4 paper first, for the screen as well.
///
/// Colours keep a contrast of at least 4.5 to 1 on their ground, and every state is also told by a word.
enum ItemStyle {
  static let text = """
    @page { size: A4; margin: 22mm 20mm 22mm 24mm;
      @bottom-right { content: "Page " counter(page) " of " counter(pages);
        font: 8.5pt "Noto Serif", Georgia, serif; color: #444; } }
    * { box-sizing: border-box; }
    html { font: 11pt/1.45 "Noto Serif", Charter, Georgia, "Times New Roman", serif; color: #111;
      background: #fff; }
    body { max-width: 48rem; margin: 3rem auto; padding: 0 1.5rem; counter-reset: section; }
    header { border-bottom: 2px solid #111; padding-bottom: 1rem; margin-bottom: 1.5rem; }
    .laboratory { margin: 0 0 1.5rem; font-variant: small-caps; letter-spacing: .06em; color: #333; }
    h1 { font-size: 1.9rem; font-weight: 600; line-height: 1.2; margin: 0 0 1rem; }
    h2 { font-size: 1.25rem; font-weight: 600; margin: 2.4rem 0 .7rem; padding-bottom: .2rem;
      border-bottom: 1px solid #888; counter-increment: section; counter-reset: subsection; }
    h2::before { content: counter(section) ".\\2002"; }
    h3 { font-size: 1rem; font-weight: 600; margin: 1.5rem 0 .4rem; counter-increment: subsection; }
    h3::before { content: counter(section) "." counter(subsection) "\\2002"; }
    p { margin: .5rem 0; }
    ul { margin: .4rem 0; padding-left: 1.3rem; }
    li { margin: .25rem 0; }
    small { font-size: .8em; font-weight: 400; color: #444; }
    code, pre { font-family: "DejaVu Sans Mono", "Liberation Mono", Consolas, monospace; font-size: .8em;
      overflow-wrap: anywhere; white-space: pre-wrap; }
    pre { margin: .2rem 0 .8rem; padding: .5rem .7rem; border-left: 3px solid #888; background: #f4f4f2; }
    pre code { font-size: .95em; }
    .purpose { margin: .8rem 0 .1rem; }
    .none { color: #444; font-style: italic; }
    table { width: 100%; border-collapse: collapse; margin: .6rem 0 1rem; font-size: .9rem; }
    caption { text-align: left; font-size: .85rem; font-style: italic; color: #444; padding: .1rem 0 .3rem; }
    th, td { text-align: left; vertical-align: top; padding: .3rem .8rem .3rem 0; overflow-wrap: anywhere; }
    .facts th { width: 12.5rem; font-weight: 400; color: #444; overflow-wrap: normal; }
    .facts tr { border-top: 1px solid #d4d4d0; }
    .facts tbody, .grid tbody { border-bottom: 1px solid #888; }
    .grid thead th { font-weight: 600; border-top: 1px solid #888; border-bottom: 1px solid #888; }
    .grid tbody th { font-weight: 400; }
    .grid tbody tr + tr { border-top: 1px solid #d4d4d0; }
    .grid tbody th[scope=row] { min-width: 6rem; overflow-wrap: normal; }
    .numbers td, .numbers thead th + th, .files td:nth-child(2), .files thead th:nth-child(2) {
      text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .custody td:nth-child(3) { white-space: nowrap; font-size: .85em; }
    .custody .later { color: #444; }
    .digest, .recompute, .line { display: block; }
    .files th:first-child { width: 8rem; }
    .files thead th:nth-child(2) { width: 8rem; }
    .findings thead th:last-child { width: 40%; }
    .digest { padding-top: .12rem; }
    .recompute { margin-top: .25rem; color: #444; }
    .recompute::before { content: "$ "; }
    .caption { margin: 0; }
    .caption th { width: 4rem; font-weight: 400; color: #444; }
    .verdict { padding: .6rem .9rem; border: 1px solid; border-left-width: .5rem; }
    .verdict span { display: block; font-size: .8rem; color: #333; }
    .verdict.good { border-color: #1d5c33; background: #f1f7f2; }
    .verdict.attention { border-color: #7a5200; background: #fbf6ea; }
    .verdict.bad { border-color: #8e1b1b; background: #fbf0f0; }
    figure { margin: .5rem 0; }
    figcaption { font-size: .85rem; color: #444; }
    .map { display: block; width: 100%; height: 2rem; border: 1px solid #333; }
    .key { width: .75rem; height: .75rem; vertical-align: -.05rem; border: 1px solid #333; }
    .read { fill: #c9d6df; }
    .unreadable { fill: #8e1b1b; }
    .not-attempted { fill: #fff; }
    footer { margin-top: 3rem; border-top: 1px solid #888; padding-top: .6rem; font-size: .85rem; color: #444; }
    @media print {
      html { font-size: 9.5pt; }
      body { max-width: none; margin: 0; padding: 0; }
      h2, h3, caption { break-after: avoid; }
      tr, figure, pre, .verdict { break-inside: avoid; }
      thead { display: table-header-group; }
      p, li { orphans: 3; widows: 3; }
      .acquisition { break-before: page; }
      * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    }
    """
}
