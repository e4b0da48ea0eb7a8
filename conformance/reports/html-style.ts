/** The look of the HTML page: system fonts, light and dark, and a matrix whose heads stay in sight. */
export const HTML_STYLE = `
:root { color-scheme: light dark; --ink: #16202c; --soft: #5b6875; --line: #dfe4ea; --paper: #ffffff; --panel: #f6f8fa;
  --good: #14804a; --good-soft: #e2f5ea; --bad: #c02b2b; --bad-soft: #fdeaea; --warn: #96650a; --warn-soft: #fdf3dc; --info: #2c5fb3; --info-soft: #e8f0fd; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ebf0; --soft: #9aa7b4; --line: #2c3641; --paper: #10161d; --panel: #18212b;
  --good: #58c78c; --good-soft: #143323; --bad: #ff8080; --bad-soft: #3d1b1d; --warn: #e3b04f; --warn-soft: #3a2d12; --info: #8cb4f5; --info-soft: #1a2a45; } }
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
header, main, footer { max-width: 1180px; margin: 0 auto; padding: 0 28px }
header { padding-top: 44px }
code, pre { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: .88em }
.kicker { margin: 0; color: var(--soft); font-size: 13px; letter-spacing: .04em }
h1 { margin: 4px 0 6px; font-size: 40px; line-height: 1.15; letter-spacing: -.02em }
h2 { margin: 44px 0 10px; font-size: 22px; letter-spacing: -.01em }
h3 { margin: 0 0 8px; font-size: 16px } h3 code { color: var(--soft); margin-right: 6px }
.verdict { display: inline-block; vertical-align: middle; margin-left: 10px; padding: 5px 14px; border-radius: 999px; font-size: 16px; font-weight: 600; letter-spacing: 0 }
.verdict.good { background: var(--good-soft); color: var(--good) } .verdict.bad { background: var(--bad-soft); color: var(--bad) }
.about { margin: 0 0 20px; color: var(--soft); max-width: 70ch }
.figures { display: flex; gap: 12px; flex-wrap: wrap }
.figure { min-width: 108px; padding: 12px 16px; border: 1px solid var(--line); border-radius: 10px; background: var(--panel) }
.figure b { display: block; font-size: 26px; line-height: 1.1 } .figure span { color: var(--soft); font-size: 13px }
.figure.passed b { color: var(--good) } .figure.failed b { color: var(--bad) } .figure.waived b { color: var(--warn) } .figure.noted b { color: var(--info) }
.legend { color: var(--soft); font-size: 13px } .legend .cell { vertical-align: middle }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: 10px }
.matrix { border-collapse: collapse; width: 100% }
.matrix thead th { position: sticky; top: 0; background: var(--panel); font-size: 12px; font-weight: 600; padding: 6px 8px; color: var(--soft); border-bottom: 1px solid var(--line); text-align: center }
.matrix .bands th { border-bottom: 0; font-weight: 500 } .matrix .bands th + th { border-left: 1px solid var(--line) }
.matrix .group th { text-align: left; padding: 14px 14px 5px; font-size: 13px; background: var(--paper); border-bottom: 1px solid var(--line) }
.matrix tbody tr:not(.group):hover { background: var(--panel) }
.matrix tbody th[scope=row] { text-align: left; font-weight: 400; padding: 4px 14px; min-width: 420px; border-bottom: 1px solid var(--line) }
.case { display: flex; align-items: baseline; line-height: 1.35 } .case code { flex: 0 0 68px; color: var(--soft) } .case .level { flex: 0 0 58px }
.matrix td { text-align: center; padding: 3px 6px; border-bottom: 1px solid var(--line) } .matrix a { text-decoration: none }
.level { display: inline-block; width: 58px; margin-right: 8px; font-size: 10.5px; font-weight: 600; letter-spacing: .03em; color: var(--soft) }
.level.must { color: var(--ink) }
.cell { display: inline-block; width: 24px; height: 24px; border-radius: 6px; line-height: 24px; text-align: center; font-size: 13px; font-weight: 700; color: var(--soft) }
.cell.passed { background: var(--good-soft); color: var(--good) } .cell.failed { background: var(--bad); color: var(--paper) }
.cell.waived { background: var(--warn-soft); color: var(--warn) } .cell.noted { background: var(--info-soft); color: var(--info) }
.deviation { margin: 14px 0; padding: 16px 20px; border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 8px; scroll-margin-top: 12px }
.deviation.waived { border-left-color: var(--warn) } .deviation.noted { border-left-color: var(--info) }
blockquote { margin: 0 0 8px; padding: 0 0 0 14px; border-left: 2px solid var(--line); color: var(--soft) }
cite { display: block; font-style: normal; font-size: 13px; margin-top: 2px } cite .level { width: auto }
.columns { margin: 0 0 8px; font-size: 13px; color: var(--soft) } .waiver { color: var(--warn) }
.finding { margin-top: 8px } .finding p { margin: 0; font-weight: 600; overflow-wrap: anywhere }
details summary { cursor: pointer; color: var(--info); font-size: 13px }
details table { width: 100%; border-collapse: collapse; margin-top: 6px; table-layout: fixed } details th { width: 150px; text-align: left; vertical-align: top; font-weight: 500; color: var(--soft); font-size: 13px; padding: 4px 8px 4px 0 }
pre { margin: 0; padding: 8px 10px; background: var(--panel); border-radius: 6px; overflow-x: auto; max-height: 340px } .came { color: var(--good) } .went { color: var(--bad) }
.reasons { border-collapse: collapse; font-size: 14px } .reasons td { padding: 4px 16px 4px 0; vertical-align: top; border-bottom: 1px solid var(--line) } .reasons td:first-child { width: 36% }
footer { padding: 34px 28px 50px; color: var(--soft); font-size: 13px }
@media print { .scroll { overflow: visible } details > * { display: block } }
`
