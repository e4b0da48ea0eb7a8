import type { Problem } from '../cni/index.ts'

/** How bad it is: an error fails an ADD, or will; a warning has another effect than it seems to have. */
export type Severity = 'error' | 'warning'

/** Every rule there is, in words for those who meet it in a report. */
export const RULES = {
  syntax: 'The text is YAML, and a configuration in it is JSON',
  shape: 'Required keys are there, and values have the type their reader wants',
  'unknown-key': 'A key is one that its reader knows',
  metadata: 'Names, namespaces and annotations are what the standard wants',
  annotation: 'The annotation of a pod follows section 4 of the standard',
  'not-found': 'A network that is asked for exists',
  capability: 'What a pod asks of a network, a plugin of it declares to be capable of',
  'not-permitted': 'Namespace isolation permits the network',
  plan: "A pod's networks can be attached together",
  'cni-version': 'The CNI version is known, and new enough for what is asked of it',
  chain: 'The plugins of a network work in the order they stand in',
  address: 'Addresses, subnets and gateways fit one another',
  'subnet-overlap': 'Networks give out addresses of different subnets',
  'default-route': 'One network of a pod makes its default route',
  'missing-interface': 'The interface that a network is built on exists on this node',
  'missing-plugin': 'The plugins of a network are installed on this node',
  kind: 'The document is something that can be checked',
} as const

/** The name of a rule. */
export type Rule = keyof typeof RULES

/** One thing to say of a value that is checked, and where in it. */
export type Remark = Problem & { readonly severity: Severity; readonly rule: Rule }

/** A remark with severity error. */
export function error(rule: Rule, path: string, message: string, key?: string): Remark {
  return { severity: 'error', rule, path, message, ...(key === undefined ? {} : { key }) }
}

/** A remark with severity warning. */
export function warning(rule: Rule, path: string, message: string, key?: string): Remark {
  return { ...error(rule, path, message, key), severity: 'warning' }
}

/** Remarks on a part of a value, as remarks on the whole. */
export function below(place: string, remarks: readonly Remark[]): readonly Remark[] {
  return remarks.map((remark) => ({ ...remark, path: joined(place, remark.path) }))
}

function joined(place: string, path: string): string {
  if (place === '' || path === '') return place + path
  return path.startsWith('[') ? place + path : `${place}.${path}`
}
