import { toJson } from '../cni/index.ts'
import { type Finding, RULES, type Rule } from '../validate/index.ts'
import { counted, styled, WIDTH, wrapped } from './terminal.ts'
import { VERSION } from './version.ts'

/** What was found, of how many documents in how many files. */
export type Outcome = { readonly findings: readonly Finding[]; readonly checked: number; readonly files: number }

/** How findings can be shown. */
export type ValidateOutput = keyof typeof VALIDATE_OUTPUTS

/** The text of findings, for people, for programs, for the annotations of GitHub, for code scanning. */
export const VALIDATE_OUTPUTS = { text, json, github, sarif } as const satisfies Record<string, (of: Outcome) => string>

function text({ findings, checked, files }: Outcome): string {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  const said = `${counted(errors, 'error')}, ${counted(findings.length - errors, 'warning')}`
  const of = `in ${counted(checked, 'document')} of ${counted(files, 'file')}`
  return [
    ...findings.map(paragraph),
    findings.length === 0 ? `${of.replace('in', 'Nothing is wrong in')}.` : `${said} ${of}.`,
  ].join('\n')
}

function paragraph(finding: Finding): string {
  const { file, line, column, severity, message } = finding
  const colour = severity === 'error' ? 'red' : 'yellow'
  const head = `${file}:${line}:${column}: ${severity}: `
  const said = wrapped(`${head}${message}`, 2)
  const painted = said.startsWith(head) ? styled('bold', head) + said.slice(head.length) : said
  return `${painted}\n${excerptOf(finding, colour)}\n`
}

function excerptOf({ line, column, length, excerpt }: Finding, colour: 'red' | 'yellow'): string {
  const gutter = `${String(line).padStart(5)} | `
  const room = WIDTH - gutter.length
  const from = column + length <= room ? 0 : Math.max(0, Math.min(column - 11, excerpt.length - room))
  // One column for each, as the caret counts them.
  const shown = excerpt.slice(from, from + room).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ')
  const marked = '^'.repeat(Math.min(length, room - (column - 1 - from)))
  return `${gutter}${shown}\n${' '.repeat(5)} | ${' '.repeat(column - 1 - from)}${styled(colour, marked)}`
}

function json({ findings, checked, files }: Outcome): string {
  return toJson({ files, documents: checked, findings }, 2)
}

// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
function github({ findings }: Outcome): string {
  const escaped = (part: string): string => part.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
  const property = (part: string): string => escaped(part).replaceAll(':', '%3A').replaceAll(',', '%2C')
  return findings
    .map(({ file, line, column, length, severity, rule, message }) => {
      const place = `file=${property(file)},line=${line},col=${column},endColumn=${column + length}`
      return `::${severity} ${place},title=plexus ${rule}::${escaped(message)}`
    })
    .join('\n')
}

// Static Analysis Results Interchange Format 2.1.0.
function sarif({ findings }: Outcome): string {
  const rules = (Object.keys(RULES) as readonly Rule[]).map((id) => ({ id, shortDescription: { text: RULES[id] } }))
  const results = findings.map(({ file, line, column, length, severity, rule, message }) => ({
    ruleId: rule,
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: file },
          region: { startLine: line, startColumn: column, endColumn: column + length },
        },
      },
    ],
  }))
  const driver = { name: 'plexus validate', version: VERSION, rules }
  return toJson(
    {
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [{ tool: { driver }, results }],
    },
    2,
  )
}
