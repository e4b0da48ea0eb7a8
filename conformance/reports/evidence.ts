import { endInWords } from '../bench/run-record.ts'
import type { Finding } from '../case.ts'

/** A finding in full, in lines: what was found, what was sent, what came back, what the namespaces held. */
export function evidenceLines({ found, run, held = [] }: Finding): readonly string[] {
  if (run === undefined) return [found, ...held]
  const { stdout, stderr } = run.outcome
  return [
    found,
    `sent to ${run.plugin}: ${Object.entries(run.env)
      .map(([name, value]) => `${name}=${value}`)
      .join(' ')}`,
    `stdin: ${run.stdin || '(nothing)'}`,
    `came back: ${endInWords(run)}`,
    ...(stdout.trim() === '' ? [] : [`stdout: ${stdout.trim()}`]),
    ...(stderr.trim() === '' ? [] : [`stderr: ${stderr.trim()}`]),
    ...held,
  ]
}
