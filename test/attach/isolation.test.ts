import { requirePermitted } from '../../src/attach/isolation.ts'
import { assert, test } from '../harness.ts'
import { refusal } from './refusal.ts'

const target = { namespace: 'secrets', name: 'blue' }

for (const [title, podNamespace, namespaceIsolation, globalNamespaces] of [
  ['without isolation', 'pods', false, ['default']],
  ['of the pod’s own namespace', 'secrets', true, ['default']],
  ['of a global namespace', 'pods', true, ['default', 'secrets']],
] as const) {
  test(`C10: a definition ${title} is permitted`, () => {
    requirePermitted(target, podNamespace, { namespaceIsolation, globalNamespaces })
  })
}

for (const [globalNamespaces, open] of [
  [['default', 'infra'], 'default, infra'],
  [[], 'none'],
] as const) {
  test(`C10: isolation refuses a definition of another namespace where ${open} may be used by all`, () => {
    assert.is(
      refusal(() => requirePermitted(target, 'pods', { namespaceIsolation: true, globalNamespaces })),
      `112 namespace isolation enabled: pod is in namespace pods but refers to target namespace secrets; open to every pod (globalNamespaces): ${open}`,
    )
  })
}
