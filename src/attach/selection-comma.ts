import { interfaceName, interfaceNameFault, type Problem, type Reading } from '../cni/index.ts'
import { labelFault } from './definition.ts'
import type { Selection } from './selection.ts'

type Item = { readonly namespace: string; readonly name: string; readonly interface: string | undefined }

/** The networks of an annotation in the comma form: `[namespace/]name[@interface]`, white space around each part (4.1.1). */
export function readCommaSelections(annotation: string, defaultNamespace: string): Reading<readonly Selection[]> {
  const items = annotation.split(',').map((text) => text.trim())
  const problems = items.flatMap((text, index) => {
    const path = `item ${index + 1}`
    if (text === '') return [{ path, message: 'is empty; is there a comma too many?' }]
    return itemFaults(text, readItem(text, defaultNamespace)).map((message): Problem => ({ path, message }))
  })
  if (problems.length > 0) return { kind: 'invalid', problems }
  return { kind: 'read', value: items.map((text) => toSelection(readItem(text, defaultNamespace))) }
}

function readItem(text: string, defaultNamespace: string): Item {
  const [network, asked] = cut(text, '@')
  const [before, after] = cut(network, '/')
  const [namespace, name] = after === undefined ? [defaultNamespace, before] : [before, after]
  return { namespace, name, interface: asked }
}

function cut(text: string, separator: string): readonly [string, string | undefined] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, undefined] : [text.slice(0, at).trim(), text.slice(at + 1).trim()]
}

function itemFaults(text: string, { namespace, name, interface: asked }: Item): readonly string[] {
  if (!/^[^@/]*(\/[^@/]*)?(@[^@/]*)?$/.test(text))
    return [`${JSON.stringify(text)} is not [namespace/]name[@interface]`]
  const faults = [
    ['namespace', namespace, labelFault(namespace)],
    ['name', name, labelFault(name)],
    ['interface name', asked, asked === undefined ? undefined : interfaceNameFault(asked)],
  ]
  return faults
    .filter(([, , fault]) => fault !== undefined)
    .map(([what, value, fault]) => `${what} ${JSON.stringify(value)} ${fault}`)
}

function toSelection({ namespace, name, interface: asked }: Item): Selection {
  return { namespace, name, ...(asked === undefined ? {} : { interface: interfaceName(asked, 'interface') }) }
}
