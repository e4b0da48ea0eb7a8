import { validate } from '../../src/validate/index.ts'
import { assert } from '../harness.ts'

/** What is expected to be found at the marked place of a text. */
export type Expected = {
  readonly severity: 'error' | 'warning'
  readonly rule: string
  readonly message: RegExp
}

/** A definition of a name, its configuration as a block of YAML. */
export function definitionText(name: string, config: string, metadata = ''): string {
  const block = config.trim().replaceAll(/^/gm, '    ')
  return [
    'apiVersion: k8s.cni.cncf.io/v1',
    'kind: NetworkAttachmentDefinition',
    'metadata:',
    `  name: ${name}`,
    ...(metadata === '' ? [] : [metadata.replaceAll(/^/gm, '  ')]),
    'spec:',
    '  config: |',
    block,
    '---',
    '',
  ].join('\n')
}

/** A pod that asks for networks. */
export function podText(networks: string, key = 'k8s.v1.cni.cncf.io/networks'): string {
  const block = networks.trim().replaceAll(/^/gm, '      ')
  return `apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n  annotations:\n    ${key}: |\n${block}\n`
}

/**
 * Validates a text in which one place is marked, `⟦like this⟧`, and asserts that what is expected is found there and
 * nothing else is found.
 */
export function assertFound(marked: string, { severity, rule, message }: Expected, file = 'given.yaml'): void {
  const start = marked.indexOf('⟦')
  const end = marked.indexOf('⟧') - 1
  if (start < 0 || end < start) throw new Error(`nothing is marked in ${marked}`)
  const text = marked.replace('⟦', '').replace('⟧', '')
  const before = text.slice(0, start).split('\n')
  const { findings } = validate({ texts: [{ file, text }], namespace: 'default' })
  assert.equal(
    findings.map((one) => `${one.line}:${one.column} ${one.severity} ${one.rule}`),
    [`${before.length}:${(before.at(-1)?.length ?? 0) + 1} ${severity} ${rule}`],
    JSON.stringify(findings, null, 2),
  )
  assert.is(findings[0]?.length, end - start)
  assert.match(findings[0]?.message ?? '', message)
}

/** Asserts that nothing is found in a text. */
export function assertSound(text: string, file = 'given.yaml'): void {
  assert.equal(validate({ texts: [{ file, text }], namespace: 'default' }).findings, [])
}
