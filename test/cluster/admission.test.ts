import { readFileSync } from 'node:fs'
import { plexus, withFiles } from '../cli/command.ts'
import { bridge, definition } from '../engine/plexus.ts'
import { assert } from '../harness.ts'
import { apiPod, bridgeDefinition, namespace, PROGRAMS } from './api-node.ts'
import { type Webhook, webhookTest } from './webhook.ts'

const NETWORKS = 'k8s.v1.cni.cncf.io/networks'
const ASKS_MAC = JSON.stringify([{ name: 'lan', mac: '02:00:00:00:00:01' }])

/** A definition with two mistakes, and a warning. */
function broken(name: string, keys: object = {}): object {
  const ipam = { type: 'host-local', subnet: '10.77.0.0/99' }
  return definition(name, { ...bridge(77), isGatway: true, isGateway: 'yes', ipam }, { namespace: 'default', ...keys })
}

/** What `plexus validate` says of an object. */
function validated(object: object, severity: string): readonly string[] {
  const { findings } = JSON.parse(plexus(['validate', '--output', 'json'], { stdin: JSON.stringify(object) }).stdout)
  return findings
    .filter((one: { readonly severity: string }) => one.severity === severity)
    .map(({ message }: { readonly message: string }) => message)
}

function isThere({ api }: Webhook, kind: string, name: string): boolean {
  return api.kubectl(['get', kind, name]).status === 0
}

function refusalOf(stderr: string): string {
  return stderr.slice(stderr.indexOf('denied the request: ') + 'denied the request: '.length).trim()
}

for (const [name, command] of PROGRAMS)
  webhookTest(
    `H2a: kubectl apply of a definition that cannot work is refused with all that plexus validate says, by ${name}`,
    async (webhook) => {
      const { status, stderr } = webhook.apply(broken('refused'))
      assert.is(status, 1)
      assert.match(stderr, 'Error from server (Forbidden)')
      assert.match(
        stderr,
        'admission webhook "definitions.plexus-cni.io" denied the request: definition default/refused',
      )
      const errors = validated(broken('refused'), 'error')
      assert.is(errors.length, 2)
      assert.is(refusalOf(stderr), errors.join('\n'))
      assert.not(isThere(webhook, 'net-attach-def', 'refused'))
    },
    { command },
  )

webhookTest('H2a: docs/webhook.md shows what kubectl prints', async (webhook) => {
  const page = readFileSync(new URL('../../docs/webhook.md', import.meta.url), 'utf8')
  const [, manifest = ''] = /^```yaml\n(.*?)^```/ms.exec(page) ?? []
  const [, shown = ''] = /^ {4}\$ kubectl apply -f lan\.yaml\n((?: {4}.*\n)+)/m.exec(page) ?? []
  await withFiles({ 'lan.yaml': manifest }, (folder) => {
    const { stderr } = webhook.api.kubectl(['apply', '-f', `${folder}/lan.yaml`])
    const unwrapped = (text: string): string => text.replaceAll(/\s+/g, ' ').trim()
    assert.is(unwrapped(stderr.replace(`${folder}/`, '')), unwrapped(shown))
  })
})

webhookTest('H2a: an update that breaks a definition is refused, and so is a dry run', async (webhook) => {
  assert.is(webhook.apply(bridgeDefinition('sound', 78)).status, 0)
  const errors = validated(broken('sound'), 'error').join('\n')
  assert.is(refusalOf(webhook.apply(broken('sound')).stderr), errors)
  const manifest = JSON.stringify(broken('sound'))
  const dry = webhook.api.kubectl(['replace', '--dry-run=server', '-f', '-'], manifest)
  assert.equal([dry.status, refusalOf(dry.stderr)], [1, errors])
  const { stdout } = webhook.api.kubectl(['get', 'net-attach-def', 'sound', '-o', 'jsonpath={.spec.config}'])
  assert.not.match(stdout, 'isGatway')
})

webhookTest('H2a: a good definition is applied, and nothing is said of it', async (webhook) => {
  const { status, stderr } = webhook.apply(bridgeDefinition('good', 70))
  assert.equal([status, stderr], [0, ''])
})

webhookTest('H2a: kubectl shows the warnings of plexus validate, and the definition is applied', async (webhook) => {
  const doubtful = definition('doubtful', { ...bridge(71), isGatway: true }, { namespace: 'default' })
  const [warning = '', ...more] = validated(doubtful, 'warning')
  assert.match(warning, 'did you mean "isGateway"?')
  assert.equal(more, [])
  const { status, stderr } = webhook.apply(doubtful)
  assert.equal([status, stderr], [0, `Warning: ${warning}\n`])
})

webhookTest('H2a: a pod whose annotation cannot be read is refused', async (webhook) => {
  const pod = apiPod('unreadable', '[{"name": "lan", "interfce": "net5"}]')
  const { status, stderr } = webhook.apply(pod)
  assert.is(status, 1)
  assert.match(stderr, 'admission webhook "pods.plexus-cni.io" denied the request')
  assert.match(stderr, 'did you mean "interface"?')
  assert.is(refusalOf(stderr), validated(pod, 'error').join('\n'))
  assert.not(isThere(webhook, 'pod', 'unreadable'))
})

webhookTest('C3, H2a: a pod that asks for a capability which no plugin declares is refused', async (webhook) => {
  assert.is(webhook.apply(bridgeDefinition('lan', 72)).status, 0)
  const { status, stderr } = webhook.apply(apiPod('incapable', ASKS_MAC))
  assert.is(status, 1)
  assert.match(refusalOf(stderr), /^network default\/lan \(net1\): "mac" is asked for, but no plugin/)
  const capable = definition('lan', { ...bridge(72), capabilities: { mac: true } }, { namespace: 'default' })
  assert.is(webhook.apply(capable).status, 0)
  assert.equal(webhook.apply(apiPod('capable', ASKS_MAC)).stderr, '')
})

webhookTest('H2a: that a definition does not exist yet is a warning, which says where else it is', async (webhook) => {
  assert.is(webhook.apply(namespace('other'), bridgeDefinition('far', 73, 'other')).status, 0)
  const missing = webhook.apply(apiPod('early', 'nowhere'))
  assert.is(missing.status, 0)
  assert.is(
    missing.stderr,
    'Warning: cannot find network-attachment-definition "nowhere" in namespace "default"; the pod does not start before it is there\n',
  )
  const { status, stderr } = webhook.apply(apiPod('astray', 'far'))
  assert.is(status, 0)
  assert.match(stderr, '"far" in namespace "default"; one of that name is in namespace other; the pod does not start')
})

webhookTest(
  'H2a: while the webhook is away everything is applied, and what is wrong can be labelled, mended and deleted later',
  async (webhook) => {
    await webhook.stop()
    assert.is(webhook.apply(broken('away')).status, 0)
    await webhook.start()
    const labelled = webhook.api.kubectl(['label', 'net-attach-def', 'away', 'seen=yes'])
    assert.is(labelled.status, 0)
    for (const message of validated(broken('away'), 'error')) assert.match(labelled.stderr, `Warning: ${message}`)
    const still = definition('away', { ...bridge(74), isGateway: 'yes' }, { namespace: 'default' })
    assert.is(webhook.apply(still).status, 1, 'another mistake')
    assert.is(webhook.apply(bridgeDefinition('away', 74)).status, 0)
    assert.is(webhook.api.kubectl(['delete', 'net-attach-def', 'away']).status, 0)
  },
)

webhookTest(
  'H2a: a namespace or an object with the label plexus-cni.io/admission: ignore is left alone',
  async (webhook) => {
    const labels = { 'plexus-cni.io/admission': 'ignore' }
    assert.is(webhook.apply({ ...namespace('free'), metadata: { name: 'free', labels } }).status, 0)
    const pod = apiPod('free', '{}', { namespace: 'free' }) as { readonly metadata: object }
    assert.is(webhook.apply(pod).status, 0)
    const own = { ...pod, metadata: { name: 'own', namespace: 'default', labels, annotations: { [NETWORKS]: '{}' } } }
    assert.is(webhook.apply(own).status, 0)
    assert.is(webhook.apply({ ...own, metadata: { ...own.metadata, name: 'owned', labels: {} } }).status, 1)
  },
)

webhookTest(
  'H2a: without access to the API server a pod is judged by its annotation alone, and is told so',
  async (webhook) => {
    assert.is(webhook.apply(bridgeDefinition('unseen', 75)).status, 0)
    const asks = JSON.stringify([{ name: 'unseen', mac: '02:00:00:00:00:01' }])
    const { status, stderr } = webhook.apply(apiPod('trusted', asks))
    assert.is(status, 0)
    assert.match(stderr, 'Warning: its definitions could not be looked up, and are not judged: kubeconfig /nowhere')
    assert.is(webhook.apply(apiPod('distrusted', '[{"nam": "unseen"}]')).status, 1)
  },
  { args: ['--kubeconfig', '/nowhere'] },
)
